//! How good the network is after an epoch: the loss on the validation rows, and the metric.

use super::Epoch;
use super::epochs::Run;
use crate::backprop::Dropout;
use crate::data::{Examples, Matrix};
use crate::error::{Divergence, Result, ShapeError};
use crate::float::Float;
use crate::matrix::fit_in_memory;
use crate::mlp::Mlp;
use ndarray::{Array2, Axis, Slice};

impl<F: Float> Run<'_, '_, F> {
    /// The validation and the metric; the epoch's score.
    pub(super) fn end_of_epoch(&mut self, net: &mut Mlp<F>, training_loss: f64) -> Result<f64> {
        let validation_loss = self.validation.map(|rows| self.mean_loss(net, rows)).transpose()?;
        let now = self.session.now;
        if let (Some(loss), Some(rows)) =
            (validation_loss.filter(|loss| !loss.is_finite()), self.validation)
        {
            let cause = Divergence::Loss(loss);
            let batch = rows.chunk(0..rows.rows_at_once(1).min(rows.rows()), &mut self.chunk)?;
            return Err(self.session.diverged(self.settings, net, batch, cause, None));
        }
        let monitored = self.monitored(net)?;
        let deviation = match (self.validation, self.source.rows()) {
            (_, Some(rows)) | (Some(rows), None) => rows.scaling().target_deviation,
            (None, None) => 1.0,
        };
        let own_unit = |loss| self.settings.loss.rescaled(loss, deviation);
        self.session.state.epochs.push(Epoch {
            number: now.epoch,
            training_loss: own_unit(training_loss),
            validation_loss: validation_loss.map(own_unit),
            monitored,
            learning_rate: now.learning_rate,
        });
        Ok(match (&self.settings.monitor, monitored) {
            (Some(monitor), Some(value)) => monitor.score(value),
            _ => validation_loss.unwrap_or(training_loss),
        })
    }

    /// The metric on the validation rows, or else the training rows.
    fn monitored(&mut self, net: &Mlp<F>) -> Result<Option<f64>> {
        let (Some(monitor), Some(rows)) =
            (&self.settings.monitor, self.validation.or(self.source.rows()))
        else {
            return Ok(None);
        };
        let all = (rows.rows(), rows.outputs());
        if self.predicted.dim() != all {
            if !fit_in_memory::<F>(all.0, all.1) {
                return Err(ShapeError::TooLarge { rows: all.0, columns: all.1 }.into());
            }
            self.predicted = Array2::zeros(all);
        }
        let own = self.told.together.part().of(rows.rows());
        if !self.told.together.is_alone() {
            self.predicted.fill(F::zero());
        }
        let outputs = self.predicted.slice_axis_mut(Axis(0), Slice::from(own.clone()));
        net.predict_rows(rows, own, outputs, &mut self.chunk, &mut self.buffers)?;
        self.told.together.gather(self.predicted.as_slice_mut())?;
        let targets = rows.matrix(Matrix::Targets, 0..rows.rows(), &mut self.chunk)?;
        (monitor.metric)(self.predicted.view(), targets).map(Some)
    }

    /// The mean loss over these rows, each worker having its part, in chunks of a batch's size.
    fn mean_loss(&mut self, net: &mut Mlp<F>, data: &dyn Examples<F>) -> Result<f64> {
        let loss = self.settings.loss.as_ref();
        let (mut sum, mut weights) = (0.0, 0.0);
        let own = self.told.together.part().of(data.rows());
        let batch_rows = self.settings.batch_size.min(data.rows());
        let at_once = data.rows_at_once(batch_rows);
        'rows: for first in own.clone().step_by(at_once) {
            let rows = at_once.min(own.end - first);
            let read = data.chunk(first..first + rows, &mut self.chunk)?;
            for start in (0..rows).step_by(batch_rows) {
                let batch = read.rows(start, (start + batch_rows).min(rows));
                let weight = batch.weight();
                sum += self.session.backprop.forward(net, loss, batch, Dropout::Off)? * weight;
                weights += weight;
                if !sum.is_finite() {
                    // The layers hold what led to it.
                    break 'rows;
                }
            }
        }
        let mut sums = [sum, weights];
        self.told.together.sum(&mut sums)?;
        Ok(sums[0] / sums[1])
    }
}
