//! The validation loss and the metric after an epoch.

use super::{method::Run, report::Epoch};
use crate::error::{Divergence, Error, Result};
use crate::{backprop::Dropout, data::Examples, data::batches::InOrder, float::Float, mlp::Mlp};

impl<F: Float> Run<'_, '_, F> {
    /// Computes validation loss and metric. Returns the epoch's score: lower is better.
    pub(super) fn end_of_epoch(&mut self, net: &mut Mlp<F>, training_loss: f64) -> Result<f64> {
        let validation_loss = self.validation_loss(net)?;
        if let (Some(loss), Some(rows)) = (validation_loss, &self.validation)
            && !loss.is_finite()
        {
            let rows = rows.data();
            return Err(self.diverged(net, rows, Divergence::Loss(loss)));
        }
        let monitored = self.monitored(net)?;
        let now = self.session.now;
        let epoch = Epoch {
            number: now.epoch,
            training_loss,
            validation_loss: validation_loss.map(|loss| self.settings.in_target_unit(net, loss)),
            monitored,
            learning_rate: now.learning_rate,
        };
        self.session.state.epochs.push(epoch);
        Ok(match (&self.settings.monitor, monitored) {
            (Some(monitor), Some(value)) => monitor.score(value),
            _ => epoch.loss(),
        })
    }

    /// The metric on the validation rows, or on the training rows if there are none.
    fn monitored(&mut self, net: &Mlp<F>) -> Result<Option<f64>> {
        let validation = self.validation.as_ref().map(InOrder::data);
        let (Some(monitor), Some(rows)) = (&self.settings.monitor, validation.or(self.training))
        else {
            return Ok(None);
        };
        self.outputs.predict(net, rows, self.agreement.part().of(rows.rows()))?;
        self.agreement.gather(self.outputs.numbers_mut())?;
        let (outputs, targets) = self.outputs.with_targets(rows)?;
        (monitor.metric)(outputs, targets).map(Some)
    }

    /// The mean loss of the validation rows. Each worker adds its part, batch by batch.
    fn validation_loss(&mut self, net: &mut Mlp<F>) -> Result<Option<f64>> {
        let Some(validation) = &mut self.validation else { return Ok(None) };
        let (loss, backprop) = (self.settings.loss.as_ref(), &mut self.session.backprop);
        let mut sums = [0.0, 0.0];
        validation.rewind();
        while let Some(batch) = validation.next()? {
            sums[0] += backprop.forward(net, loss, batch, Dropout::Off)? * batch.whole.weight;
            sums[1] += batch.whole.weight;
            if !sums[0].is_finite() {
                // The layers keep the outputs of this batch for the error.
                break;
            }
        }
        self.agreement.sum(&mut sums)?;
        Ok(Some(sums[0] / sums[1]))
    }

    /// The error of a training that diverged. The first of these rows show the likely cause.
    pub(super) fn diverged(&self, net: &Mlp<F>, rows: &Examples<F>, cause: Divergence) -> Error {
        let first = 0..self.settings.batch_size.min(rows.rows());
        let mut rows = InOrder::new(rows, first, self.settings.batch_size, self.scales.clone());
        match rows.next() {
            Ok(batch) => self.session.diverged(self.settings, net, batch.as_ref(), cause),
            Err(error) => error,
        }
    }
}
