//! One call of `Trainer::fit`.

use super::batches::Batches;
use super::{Epoch, Report, StopReason, Trainer};
use crate::threads::Threads;
use crate::{Backprop, Dataset, Divergence, Error, Float, Memory, Mlp, Result};
use ndarray::{Axis, Slice};
use std::time::Instant;

/// The buffers and the state of one training.
pub(super) struct Session<'t, 'a, 'd, F: Float> {
    trainer: &'t mut Trainer<'a, F>,
    training: &'d Dataset<F>,
    validation: Option<&'d Dataset<F>>,
    backprop: Backprop<F>,
    memory: Memory<F>,
    threads: Threads,
    batches: Batches<F>,
    /// The parameters at the end of the last epoch, all of them finite.
    last_good: Snapshot<F>,
    best: Option<Snapshot<F>>,
    /// Of the untrained network.
    first_loss: f64,
}

/// A batch whose loss is this many times that of the untrained network, and larger than this itself, is taken as divergence: a
/// network whose loss does not overflow, such as a classifier's, would otherwise go on for ever with useless weights.
const LARGEST_GROWTH: f64 = 1e6;

/// For the history of so many epochs there is room from the start.
const EPOCHS_WITH_ROOM: usize = 1024;

impl<'t, 'a, 'd, F: Float> Session<'t, 'a, 'd, F> {
    pub(super) fn new(
        trainer: &'t mut Trainer<'a, F>,
        net: &Mlp<F>,
        training: &'d Dataset<F>,
        validation: Option<&'d Dataset<F>>,
        threads: Threads,
    ) -> Self {
        Self {
            backprop: Backprop::new(net).threads(threads),
            memory: Memory::new().threads(threads),
            threads,
            batches: Batches::new(training, trainer.batch_size, trainer.seed),
            last_good: Snapshot::of(net),
            best: trainer.early_stopping.is_some().then(|| Snapshot::of(net)),
            first_loss: 0.0,
            trainer,
            training,
            validation,
        }
    }

    pub(super) fn run(mut self, net: &mut Mlp<F>) -> Result<Report> {
        let start = Instant::now();
        self.first_loss = self.mean_loss(net, self.training)?;
        let mut epochs: Vec<Epoch> = Vec::with_capacity(self.trainer.epochs.min(EPOCHS_WITH_ROOM));
        let (mut best_epoch, mut best_loss) = (1, f64::INFINITY);
        let mut stop_reason = StopReason::AllEpochs;
        for number in 1..=self.trainer.epochs {
            let (epoch, loss) = match self.epoch(net, number) {
                Ok(epoch) => epoch,
                Err(error) => {
                    self.last_good.restore(net);
                    return Err(error);
                }
            };
            self.last_good.take(net);
            epochs.push(epoch);
            if loss < best_loss {
                (best_epoch, best_loss) = (number, loss);
                if let Some(best) = &mut self.best {
                    best.take(net);
                }
            }
            let observer = &mut self.trainer.observer;
            if observer.as_mut().is_some_and(|observer| observer(&epoch).is_break()) {
                stop_reason = StopReason::Observer;
                break;
            }
            let stopping = &self.trainer.early_stopping;
            if stopping.as_ref().is_some_and(|rule| rule.stops_after(number - best_epoch)) {
                stop_reason = StopReason::EarlyStopping;
                break;
            }
        }
        if let Some(best) = &self.best {
            best.restore(net);
        }
        Ok(Report {
            epochs,
            best_epoch,
            stop_reason,
            training_rows: self.training.rows(),
            validation_rows: self.validation.map_or(0, Dataset::rows),
            elapsed: start.elapsed(),
        })
    }

    /// Every training row once, then the validation rows. What is reported, and the loss to judge the epoch by, which is not brought back into the
    /// target's own unit.
    fn epoch(&mut self, net: &mut Mlp<F>, number: usize) -> Result<(Epoch, f64)> {
        self.batches.shuffle();
        let mut sum = 0.0;
        for batch in 0..self.batches.count() {
            let diverged = |cause| Error::Diverged { epoch: number, batch: batch + 1, cause };
            sum += self.step(net, batch)?.map_err(diverged)?;
        }
        let validation_loss = self.validation.map(|rows| self.mean_loss(net, rows)).transpose()?;
        if let Some(loss) = validation_loss.filter(|loss| !loss.is_finite()) {
            let batch = self.batches.count();
            return Err(Error::Diverged { epoch: number, batch, cause: Divergence::Loss(loss) });
        }
        let deviation = self.training.target_deviation();
        let own_unit = |loss| self.trainer.loss.rescaled(loss, deviation);
        let training_loss = sum / self.training.rows() as f64;
        let epoch = Epoch {
            number,
            training_loss: own_unit(training_loss),
            validation_loss: validation_loss.map(own_unit),
        };
        Ok((epoch, validation_loss.unwrap_or(training_loss)))
    }

    /// One batch; the sum of its rows' losses.
    fn step(&mut self, net: &mut Mlp<F>, batch: usize) -> Result<Result<f64, Divergence>> {
        let Trainer { loss, optimizer, .. } = &mut *self.trainer;
        let (inputs, targets) = self.batches.gather(batch, self.training, self.threads);
        let mean_loss = self.backprop.run(net, loss.as_ref(), inputs, targets)?;
        if !mean_loss.is_finite() {
            return Ok(Err(Divergence::Loss(mean_loss)));
        }
        let first = self.first_loss;
        if mean_loss > LARGEST_GROWTH && mean_loss > LARGEST_GROWTH * first {
            return Ok(Err(Divergence::Growth { first, last: mean_loss }));
        }
        if !self.memory.step(optimizer.as_ref(), self.backprop.parameters(net))? {
            return Ok(Err(Divergence::Parameter));
        }
        Ok(Ok(mean_loss * inputs.nrows() as f64))
    }

    /// The mean loss over these rows, in chunks of a batch's size.
    fn mean_loss(&mut self, net: &mut Mlp<F>, data: &Dataset<F>) -> Result<f64> {
        let loss = self.trainer.loss.as_ref();
        let mut sum = 0.0;
        let chunk_rows = self.trainer.batch_size.min(data.rows());
        for start in (0..data.rows()).step_by(chunk_rows) {
            let chunk = Slice::from(start..(start + chunk_rows).min(data.rows()));
            let (inputs, targets) = (data.inputs(), data.targets());
            let inputs = inputs.slice_axis(Axis(0), chunk);
            let targets = targets.slice_axis(Axis(0), chunk);
            sum += self.backprop.loss(net, loss, inputs, targets)? * inputs.nrows() as f64;
        }
        Ok(sum / data.rows() as f64)
    }
}

/// A copy of all parameters.
struct Snapshot<F>(Vec<Vec<F>>);

impl<F: Float> Snapshot<F> {
    fn of(net: &Mlp<F>) -> Self {
        Self(net.parameter_slices().map(<[F]>::to_vec).collect())
    }

    fn take(&mut self, net: &Mlp<F>) {
        for (copy, parameter) in self.0.iter_mut().zip(net.parameter_slices()) {
            copy.copy_from_slice(parameter);
        }
    }

    fn restore(&self, net: &mut Mlp<F>) {
        for (copy, parameter) in self.0.iter().zip(net.parameter_slices_mut()) {
            parameter.copy_from_slice(copy);
        }
    }
}
