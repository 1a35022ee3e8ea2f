//! One training: its epochs, validation, early stopping, and checkpoints.

use super::method::{EpochEnd, Run};
use super::monitor::{Goal, Monitor};
use super::observer::{Moment, tell};
use super::report::{Epoch, Report, StopReason};
use super::{Checkpoint, step::Session, stopwatch::Stopwatch};
use crate::error::{Divergence, Result};
use crate::workers::agreement::fingerprint;
use crate::{backprop::Dropout, data::batches::InOrder, float::Float, mlp::Mlp, threads::Threads};

impl<F: Float> Run<'_, '_, F> {
    /// Trains on one thread or several. The largest product has this many rows. After an error the
    /// network has the parameters of the last good epoch.
    pub(super) fn train(&mut self, net: &mut Mlp<F>, rows: usize) -> Result<Report> {
        // Workers on one machine share its processors.
        let limit = self.settings.threads.or((!self.agreement.is_alone()).then_some(1));
        let report =
            Threads::enter(limit, cost_of_a_product(net, rows), Threads::WORTHWHILE, |threads| {
                self.session.backprop.threads = threads;
                self.report(net)
            });
        if report.is_err() {
            self.session.state.parameters.write_to(net);
        }
        report
    }

    fn report(&mut self, net: &mut Mlp<F>) -> Result<Report> {
        let state = &mut self.session.state;
        state.steps_per_epoch = self.batches.steps().or(state.steps_per_epoch);
        state.parameters.write_to(net);
        let stop_reason = self.epochs(net)?;
        let Session { state, now, .. } = &self.session;
        let has_begun = now.batch > 0 && now.epoch > state.epochs.len();
        if has_begun && stop_reason == StopReason::Observer {
            let what = "the parameters in the middle of an epoch";
            self.agreement.check_alike(|| vec![(what, fingerprint(net))])?;
        } else {
            state.result().write_to(net);
            // A state from mid-epoch cannot be resumed exactly, so the last checkpoint is kept.
            self.write_checkpoints(|checkpoint| checkpoint.every.is_some())?;
        }
        // The answers at the end are ignored.
        let _ = tell(self.observers, self.session, net, Moment::TrainingEnd);
        let state = &self.session.state;
        if let (Some(best), 1..) = (&state.best, state.progress.best_epoch) {
            best.write_to(net);
        }
        let rows_of = |rows: &InOrder<'_, F>| rows.data().rows();
        Ok(Report {
            epochs: state.epochs.clone(),
            best_epoch: state.progress.best_epoch,
            stop_reason,
            training_rows: self.training.as_ref().map_or(self.session.now.rows, rows_of),
            validation_rows: self.validation.as_ref().map_or(0, rows_of),
            monitored: self.settings.monitor.as_ref().map(|monitor| monitor.name.clone()),
            elapsed: state.elapsed,
        })
    }

    /// Trains until there is a reason to stop.
    fn epochs(&mut self, net: &mut Mlp<F>) -> Result<StopReason> {
        let (start, before) = (Stopwatch::start(), self.session.state.elapsed);
        if self.tell(net, Moment::TrainingStart)? {
            return Ok(StopReason::Observer);
        }
        loop {
            let state = &self.session.state;
            let early_stopping = self.settings.early_stopping.as_ref();
            let (epochs, waited) = (state.epochs.len(), state.progress.waited);
            if early_stopping.is_some_and(|rule| rule.stops(epochs, waited)) {
                return Ok(StopReason::EarlyStopping);
            }
            if epochs >= self.settings.epochs {
                return Ok(StopReason::AllEpochs);
            }
            let now = &mut self.session.now;
            (now.epoch, now.batch, now.rows) = (state.epochs.len() + 1, 0, 0);
            if self.session.state.average.is_some() {
                // The network has the average of its parameters.
                self.session.state.parameters.write_to(net);
            }
            if self.tell(net, Moment::EpochStart)? {
                return Ok(StopReason::Observer);
            }
            let EpochEnd { loss, stop } = self.method.epoch(self, net)?;
            let own = self.session.use_average(net);
            let score = loss.map(|loss| self.score(net, loss)).transpose()?;
            self.session.note(net, own);
            self.session.state.elapsed = before.saturating_add(start.elapsed());
            if let Some(score) = score {
                self.after_epoch(net, score)?;
            }
            if let Some(reason) = stop {
                return Ok(reason);
            }
            if self.tell(net, Moment::EpochEnd)? {
                return Ok(StopReason::Observer);
            }
        }
    }

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
            (Some(Monitor { goal: Goal::Largest, .. }), Some(value)) => -value,
            (Some(_), Some(value)) => value,
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

    /// Notes the epoch's score, and writes the checkpoints that are due.
    fn after_epoch(&mut self, net: &Mlp<F>, score: f64) -> Result<()> {
        let Self { settings, session, batches, agreement, .. } = self;
        let state = &mut session.state;
        state.steps_per_epoch = batches.steps().or(Some(session.now.batch as u64));
        let rule = settings.early_stopping.as_ref();
        let is_best = state.progress.after_epoch(session.now.epoch, score, rule);
        if let (true, Some(best)) = (is_best, &mut state.best) {
            best.read_from(net);
        }
        let base = settings.optimizer.learning_rate;
        settings.schedule.after_epoch(&mut state.plateau, score, base);
        // Each worker decides by its own score whether to stop.
        let score = ("the score of an epoch", score.to_bits());
        agreement
            .check_alike(|| vec![("the parameters after an epoch", fingerprint(net)), score])?;
        let epochs = state.epochs.len();
        self.write_checkpoints(|checkpoint| {
            checkpoint.every.map_or(is_best, |every| epochs.is_multiple_of(every))
        })
    }

    /// Writes the state to the files that are due, on the first worker.
    fn write_checkpoints(&self, is_due: impl Fn(&Checkpoint) -> bool) -> Result<()> {
        let writes = self.agreement.part.rank == 0;
        let checkpoints = self.settings.checkpoints.iter();
        let mut due = checkpoints.filter(|checkpoint| writes && is_due(checkpoint));
        due.try_for_each(|checkpoint| self.session.state.save(&checkpoint.path))
    }

    /// Calls every observer. Returns whether one of them, on any worker, ends training.
    fn tell(&mut self, net: &Mlp<F>, moment: Moment) -> Result<bool> {
        self.agreement.any(tell(self.observers, self.session, net, moment))
    }
}

/// Multiplications in the largest product of this many rows.
pub(super) fn cost_of_a_product<F: Float>(net: &Mlp<F>, rows: usize) -> usize {
    let largest_layer = net.layers().iter().map(|layer| layer.weights().len()).max();
    largest_layer.unwrap_or(0).saturating_mul(rows)
}
