//! One training: its epochs, early stopping, and checkpoints.

use super::method::{EpochOutcome, Run, tell};
use super::observer::Moment;
use super::report::{Report, StopReason};
use super::stopwatch::Stopwatch;
use crate::{error::Result, float::Float, mlp::Mlp, workers::agreement::fingerprint};
use std::time::Duration;

impl<F: Float> Run<'_, '_, F> {
    pub(super) fn train(mut self, net: &mut Mlp<F>) -> Result<Report> {
        self.session.set_threads(self.threads);
        let state = &mut self.session.state;
        state.steps_per_epoch = self.batches.steps().or(state.steps_per_epoch);
        state.parameters.write_to(net);
        let (start, before) = (Stopwatch::start(), state.elapsed);
        let stop_reason = match self.epochs(net, start, before) {
            Ok(reason) => reason,
            Err(error) => {
                self.session.state.parameters.write_to(net);
                return Err(error);
            }
        };
        if self.midway {
            let what = "the parameters in the middle of an epoch";
            self.agreement.check_alike(|| vec![(what, fingerprint(net))])?;
        } else if self.agreement.is_first() {
            // A state from mid-epoch cannot be resumed exactly, so the last checkpoint is kept.
            for checkpoint in &self.settings.checkpoints {
                checkpoint.at_end(&self.session.state)?;
            }
        }
        // The answers at the end are ignored.
        let _ = tell(self.observers, self.session, net, Moment::TrainingEnd);
        let state = &self.session.state;
        if let (Some(best), true) = (&state.best, state.progress.best_epoch() > 0) {
            best.write_to(net);
        }
        Ok(Report {
            epochs: state.epochs.clone(),
            best_epoch: state.progress.best_epoch(),
            stop_reason,
            training_rows: self.training.map_or(self.rows, |data| data.rows()),
            validation_rows: self.validation.as_ref().map_or(0, |rows| rows.data().rows()),
            monitored: self.settings.monitor.as_ref().map(|monitor| monitor.name.clone()),
            elapsed: state.elapsed,
        })
    }

    fn epochs(
        &mut self,
        net: &mut Mlp<F>,
        start: Stopwatch,
        before: Duration,
    ) -> Result<StopReason> {
        let settings = self.settings;
        let early_stopping = settings.early_stopping.as_ref();
        if self.tell(net, Moment::TrainingStart)? {
            return Ok(StopReason::Observer);
        }
        loop {
            let state = &self.session.state;
            if early_stopping.is_some_and(|rule| rule.stops(&state.progress)) {
                return Ok(StopReason::EarlyStopping);
            }
            if state.epochs.len() >= settings.epochs {
                return Ok(StopReason::AllEpochs);
            }
            let number = state.epochs.len() + 1;
            (self.session.now.epoch, self.session.now.batch, self.rows) = (number, 0, 0);
            if self.tell(net, Moment::EpochStart)? {
                return Ok(StopReason::Observer);
            }
            let ended = self.method.epoch(self, net)?;
            let session = &mut *self.session;
            session.note(net);
            session.state.elapsed = before.saturating_add(start.elapsed());
            let (score, done) = match ended {
                EpochOutcome::Whole(score) => (score, None),
                EpochOutcome::Midway => {
                    self.midway = true;
                    return Ok(StopReason::Observer);
                }
                EpochOutcome::Done(reason, None) => return Ok(reason),
                EpochOutcome::Done(reason, Some(score)) => (score, Some(reason)),
            };
            let is_best = session.state.progress.after_epoch(number, score, early_stopping);
            if let (true, Some(best)) = (is_best, &mut session.state.best) {
                best.read_from(net);
            }
            let base = self.method.learning_rate();
            settings.schedule.after_epoch(&mut session.state.plateau, score, base);
            // Each worker decides by its own score whether to stop.
            let score = ("the score of an epoch", score.to_bits());
            let alike = || vec![("the parameters after an epoch", fingerprint(net)), score];
            self.agreement.check_alike(alike)?;
            if self.agreement.is_first() {
                for checkpoint in &settings.checkpoints {
                    checkpoint.after_epoch(&self.session.state, is_best)?;
                }
            }
            if let Some(reason) = done {
                return Ok(reason);
            }
            if self.tell(net, Moment::EpochEnd)? {
                return Ok(StopReason::Observer);
            }
        }
    }

    /// Calls every observer. Returns whether one of them, on any worker, ends training.
    fn tell(&mut self, net: &Mlp<F>, moment: Moment) -> Result<bool> {
        self.agreement.any(tell(self.observers, self.session, net, moment))
    }
}
