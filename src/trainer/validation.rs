//! The validation loss and the metric after an epoch.

use super::{epochs::Run, report::Epoch};
use crate::data::batches::InOrder;
use crate::error::{Divergence, Result};
use crate::{backprop::Dropout, float::Float, mlp::Mlp};

impl<F: Float> Run<'_, '_, F> {
    /// Computes validation loss and metric. Returns the epoch's score: lower is better.
    pub(super) fn score(&mut self, net: &mut Mlp<F>, training_loss: f64) -> Result<f64> {
        let validation_loss = self.validation_loss(net)?;
        let monitored = self.monitored(net)?;
        let Self { settings, session, .. } = self;
        let epoch = Epoch {
            number: session.now.epoch,
            training_loss,
            validation_loss: validation_loss.map(|loss| settings.in_target_unit(net, loss)),
            monitored,
            learning_rate: session.now.learning_rate,
        };
        session.state.epochs.push(epoch);
        Ok(match (&settings.monitor, monitored) {
            (Some(monitor), Some(value)) => monitor.score(value),
            _ => epoch.loss(),
        })
    }

    /// The metric on the validation rows, or on the training rows if there are none.
    fn monitored(&mut self, net: &Mlp<F>) -> Result<Option<f64>> {
        let rows = self.validation.as_ref().or(self.training.as_ref()).map(InOrder::data);
        let (Some(monitor), Some(rows)) = (&self.settings.monitor, rows) else { return Ok(None) };
        let outputs = &mut self.session.outputs;
        outputs.predict(net, rows, self.agreement.part.of(rows.rows()))?;
        self.agreement.gather(outputs.numbers_mut())?;
        let (outputs, targets) = outputs.with_targets(rows)?;
        (monitor.metric)(outputs, targets).map(Some)
    }

    /// The mean loss of the validation rows. Each worker adds its part, batch by batch.
    fn validation_loss(&mut self, net: &mut Mlp<F>) -> Result<Option<f64>> {
        let Self { settings, session, agreement, validation: Some(rows), .. } = self else {
            return Ok(None);
        };
        let mut sums = [0.0, 0.0];
        rows.rewind();
        while let Some(batch) = rows.next()? {
            let loss = settings.loss.as_ref();
            let loss = session.backprop.forward(net, loss, batch, Dropout::Off)?;
            sums[0] += loss * batch.whole.weight;
            sums[1] += batch.whole.weight;
            if !sums[0].is_finite() {
                // The layers keep the outputs of this batch for the error.
                break;
            }
        }
        agreement.sum(&mut sums)?;
        let loss = sums[0] / sums[1];
        if loss.is_finite() {
            return Ok(Some(loss));
        }
        Err(session.diverged_on(settings, net, rows, Divergence::Loss(loss)))
    }
}
