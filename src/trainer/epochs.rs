//! One training: epochs, validation, early stopping, and who looks on.

use super::all_rows::{OverAllRows, penalty, set_parameters};
use super::batches::Source;
use super::observer::{Moment, Observer, Training};
use super::settings::{Method, Settings};
use super::state::{restore, take};
use super::step::Session;
use super::together::{Together, fingerprint};
use super::{Report, StopReason};
use crate::batch::Batch;
use crate::data::{Chunk, Examples};
use crate::error::{Divergence, Result, ShapeError, TrainingError};
use crate::float::Float;
use crate::mlp::{Mlp, PredictBuffers};
use crate::optimizer::Outcome;
use crate::optimizer::{Lbfgs, Optimizer};
use crate::threads::Threads;
use ndarray::Array2;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// One call of `fit`: what is trained by, and on.
pub(super) struct Run<'r, 'a, F: Float> {
    pub(super) settings: &'r Settings<'a, F>,
    pub(super) told: Told<'r, 'a, F>,
    pub(super) session: &'r mut Session<F>,
    pub(super) source: &'r mut (dyn Source<F> + Send),
    pub(super) validation: Option<&'r dyn Examples<F>>,
    pub(super) threads: Threads,
    /// Whether an observer ended an epoch before its end.
    pub(super) midway: bool,
    /// Rows that are not in memory, as they are looked at one after the other.
    pub(super) chunk: Chunk<F>,
    /// What the metric looks at.
    pub(super) predicted: Array2<F>,
    pub(super) buffers: PredictBuffers<F>,
}

/// Who is told how it goes: those who look on, and the other workers.
pub(super) struct Told<'r, 'a, F: Float> {
    pub(super) observers: &'r mut [Box<dyn Observer<F> + Send + 'a>],
    pub(super) together: Together<'r, F>,
}

/// How an epoch went.
enum Ended {
    /// Its score: the lower, the better.
    Whole(f64),
    /// An observer ended it.
    Midway,
    /// An optimizer that knows when it is done is done; with the score of what it began with, if that is all.
    Done(StopReason, Option<f64>),
}

impl<F: Float> Run<'_, '_, F> {
    pub(super) fn train(mut self, net: &mut Mlp<F>) -> Result<Report> {
        self.session.set_threads(self.threads);
        let known = self.source.steps();
        self.session.state.steps_per_epoch = known.or(self.session.state.steps_per_epoch);
        restore(&self.session.state.parameters, net);
        let (start, before) = (Instant::now(), self.session.state.elapsed);
        let mut rows = 0.0;
        let stop_reason = match self.epochs(net, start, before, &mut rows) {
            Ok(reason) => reason,
            Err(error) => {
                restore(&self.session.state.parameters, net);
                return Err(error);
            }
        };
        if self.midway {
            let parameters =
                || vec![("the parameters in the middle of an epoch", fingerprint(net))];
            self.told.together.check_alike(parameters)?;
        }
        // What an epoch was in the middle of would not go on to the same bits: the last one that was written does.
        if !self.midway && self.told.together.is_first() {
            let mut checkpoints = self.settings.checkpoints.iter();
            checkpoints.try_for_each(|checkpoint| checkpoint.at_end(&self.session.state))?;
        }
        // What it returns changes nothing.
        let _ = self.told.observers(self.session, net, Moment::TrainingEnd);
        let state = &self.session.state;
        if let (Some(best), true) = (&state.best, state.progress.best_epoch() > 0) {
            restore(best, net);
        }
        Ok(Report {
            epochs: state.epochs.clone(),
            best_epoch: state.progress.best_epoch(),
            stop_reason,
            training_rows: self.source.rows().map_or(rows as usize, |data| data.rows()),
            validation_rows: self.validation.map_or(0, |data| data.rows()),
            monitored: self.settings.monitor.as_ref().map(|monitor| monitor.name.clone()),
            elapsed: state.elapsed,
        })
    }

    fn epochs(
        &mut self,
        net: &mut Mlp<F>,
        start: Instant,
        before: Duration,
        rows: &mut f64,
    ) -> Result<StopReason> {
        let settings = self.settings;
        if self.tell(net, Moment::TrainingStart)?.is_break() {
            return Ok(StopReason::Observer);
        }
        loop {
            let state = &self.session.state;
            let early_stopping = settings.early_stopping.as_ref();
            if early_stopping.is_some_and(|rule| rule.stops(&state.progress)) {
                return Ok(StopReason::EarlyStopping);
            }
            if state.epochs.len() >= settings.epochs {
                return Ok(StopReason::AllEpochs);
            }
            let number = state.epochs.len() + 1;
            (self.session.now.epoch, self.session.now.batch) = (number, 0);
            if self.tell(net, Moment::EpochStart)?.is_break() {
                return Ok(StopReason::Observer);
            }
            *rows = 0.0;
            let ended = match &settings.method {
                Method::Steps(optimizer) => self.epoch(net, optimizer.as_ref(), rows)?,
                Method::Lbfgs(lbfgs) => self.iteration(net, lbfgs)?,
            };
            let session = &mut *self.session;
            session.at_rest(net);
            session.state.elapsed = before.saturating_add(start.elapsed());
            let (score, done) = match ended {
                Ended::Whole(score) => (score, None),
                Ended::Midway => {
                    self.midway = true;
                    return Ok(StopReason::Observer);
                }
                Ended::Done(reason, None) => return Ok(reason),
                Ended::Done(reason, Some(score)) => (score, Some(reason)),
            };
            let is_best = session.state.progress.after_epoch(number, score, early_stopping);
            if let (true, Some(best)) = (is_best, &mut session.state.best) {
                take(best, net);
            }
            if let Method::Steps(optimizer) = &settings.method {
                let base = optimizer.learning_rate();
                settings.schedule.after_epoch(&mut session.state.plateau, score, base);
            }
            let together = &mut self.told.together;
            // By what each worker computed by itself: a metric, whether to stop.
            let score = ("the score of an epoch", score.to_bits());
            together
                .check_alike(|| vec![("the parameters after an epoch", fingerprint(net)), score])?;
            if together.is_first() {
                let mut checkpoints = settings.checkpoints.iter();
                checkpoints.try_for_each(|point| point.after_epoch(&session.state, is_best))?;
            }
            if let Some(reason) = done {
                return Ok(reason);
            }
            if self.tell(net, Moment::EpochEnd)?.is_break() {
                return Ok(StopReason::Observer);
            }
        }
    }

    /// A step for each batch, then the validation.
    fn epoch(
        &mut self,
        net: &mut Mlp<F>,
        optimizer: &dyn Optimizer<F>,
        rows: &mut f64,
    ) -> Result<Ended> {
        self.source.begin(self.session.now.epoch, &mut self.session.state.shuffling)?;
        let (mut sum, mut weights) = (0.0, 0.0);
        // An observer of this worker has ended training, which the others do not know yet.
        let mut ended = false;
        loop {
            self.session.now.batch += 1;
            let Self { settings, told, session, source, threads, .. } = &mut *self;
            let mut step = |batch: Batch<'_, F>| {
                let goes_on = told.observers(session, net, Moment::BatchStart).is_continue();
                let loss = match told.together.workers() {
                    None if goes_on => Some(session.step(settings, optimizer, net, batch)?),
                    None => None,
                    Some(workers) => {
                        let goes_on = goes_on && !ended;
                        session.step_with(workers, goes_on, settings, optimizer, net, batch)?
                    }
                };
                let Some(loss) = loss else { return Ok(ControlFlow::Break(())) };
                let weight = batch.weight();
                sum += loss * weight;
                weights += weight;
                *rows += batch.inputs.nrows() as f64;
                let flow = told.observers(session, net, Moment::BatchEnd);
                if told.together.is_alone() {
                    return Ok(flow);
                }
                ended = flow.is_break();
                Ok(ControlFlow::Continue(()))
            };
            match source.next(*threads, &mut step).transpose()? {
                Some(ControlFlow::Continue(())) => {}
                Some(ControlFlow::Break(())) => return Ok(Ended::Midway),
                None => {
                    self.session.now.batch -= 1;
                    break;
                }
            }
        }
        if self.told.together.any(ended)? {
            return Ok(Ended::Midway);
        }
        let batches = self.session.now.batch;
        if batches == 0 {
            return Err(ShapeError::NoRows.into());
        }
        self.session.state.steps_per_epoch = Some(batches as u64);
        self.end_of_epoch(net, sum / weights).map(Ended::Whole)
    }

    /// One iteration of L-BFGS, then the validation.
    fn iteration(&mut self, net: &mut Mlp<F>, lbfgs: &Lbfgs) -> Result<Ended> {
        self.session.now.batch = 1;
        let Session { backprop, state, now } = &mut *self.session;
        let (Some(rows), Some(memory)) = (self.source.rows(), state.lbfgs.as_mut()) else {
            return Err(TrainingError::NotWithLbfgs { setting: "a stream of batches" }.into());
        };
        let first = state.epochs.is_empty();
        memory.begin_at(net.parameter_slices().flatten());
        let loss = self.settings.loss.as_ref();
        let weight_decay = lbfgs.decay();
        let chunk = &mut self.chunk;
        let mut objective = OverAllRows { backprop, net, rows, chunk, loss, weight_decay };
        let outcome = memory.iterate(lbfgs, &mut objective)?;
        set_parameters(net, memory.point());
        now.gradient_norm = Some(memory.gradient_norm());
        now.batch_loss = memory.value() - penalty(net, weight_decay);
        let loss = now.batch_loss;
        match outcome {
            Outcome::Lower => self.end_of_epoch(net, loss).map(Ended::Whole),
            Outcome::Converged => self.done(net, StopReason::Converged, first.then_some(loss)),
            Outcome::OutOfEvaluations => {
                self.done(net, StopReason::AllEvaluations, first.then_some(loss))
            }
            Outcome::NotFinite(value) => {
                let cause = match value.is_finite() {
                    true => Divergence::Gradient,
                    false => Divergence::Loss(value),
                };
                let batch =
                    rows.chunk(0..rows.rows_at_once(1).min(rows.rows()), &mut self.chunk)?;
                Err(self.session.diverged(self.settings, net, batch, cause, None))
            }
        }
    }

    /// The end of an optimizer; one that had nothing to do leaves an epoch that says so.
    fn done(&mut self, net: &mut Mlp<F>, reason: StopReason, first: Option<f64>) -> Result<Ended> {
        let score = first.map(|loss| self.end_of_epoch(net, loss)).transpose()?;
        Ok(Ended::Done(reason, score))
    }

    /// Tells every observer; whether one of them, or of another worker's, ends training.
    fn tell(&mut self, net: &Mlp<F>, moment: Moment) -> Result<ControlFlow<()>> {
        let here = self.told.observers(self.session, net, moment).is_break();
        let ended = self.told.together.any(here)?;
        Ok(if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

impl<F: Float> Told<'_, '_, F> {
    /// Tells every observer of this worker; whether one of them ends training.
    fn observers(&mut self, session: &Session<F>, net: &Mlp<F>, moment: Moment) -> ControlFlow<()> {
        let training = Training { net, session };
        let mut told = ControlFlow::Continue(());
        for observer in &mut *self.observers {
            // Those that come after one that breaks are told too.
            if observer.observe(moment, &training).is_break() {
                told = ControlFlow::Break(());
            }
        }
        told
    }
}
