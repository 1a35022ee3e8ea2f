//! Training by a step of the optimizer for each batch.

use super::method::{EpochOutcome, Method, Needs, Run, tell};
use super::{observer::Moment, settings::Settings, state::TrainingState, step::Session};
use crate::error::{Result, ShapeError};
use crate::{
    batch::Batch, float::Float, mlp::Mlp, optimizer::Optimizer, schedule::Epochs, workers::Alone,
};
use std::fmt;

/// The method of every [`Optimizer`].
pub(super) struct Steps<'a, F>(pub(super) Box<dyn Optimizer<F> + 'a>);

impl<F: Float> fmt::Debug for Steps<'_, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<F: Float> Method<F> for Steps<'_, F> {
    fn check(&self, settings: &Settings<'_, F>, _: &Mlp<F>, _: Epochs) -> Result<Needs> {
        self.0.check()?;
        Ok(Needs { copies: self.0.memories(), rows: settings.batch_size, alone: false })
    }

    fn fits(&self, state: &TrainingState<F>, _: &Mlp<F>) -> bool {
        let lengths = state.parameters.lengths.iter().copied();
        state.lbfgs.is_none() && state.memory.fits(self.0.as_ref(), lengths)
    }

    fn epoch(&self, run: &mut Run<'_, '_, F>, net: &mut Mlp<F>) -> Result<EpochOutcome> {
        let Run { settings, observers, agreement, session, batches, threads, rows, .. } = run;
        let alone = agreement.is_alone();
        batches.begin(session.now.epoch, settings.seed, &mut session.state.shuffling)?;
        let (mut sum, mut weights) = (0.0, 0.0);
        // Whether an observer of this worker has ended training. The next sum tells the others.
        let mut ended = false;
        session.now.batch += 1;
        while let Some(batch) = batches.next(*threads)? {
            ended |= tell(observers, session, net, Moment::BatchStart);
            if ended && alone {
                return Ok(EpochOutcome::Midway);
            }
            let (optimizer, workers) = (self.0.as_ref(), agreement.workers());
            let Some(loss) = session.step(workers, ended, settings, optimizer, net, batch)? else {
                return Ok(EpochOutcome::Midway);
            };
            sum += loss * batch.whole.weight;
            weights += batch.whole.weight;
            *rows += batch.inputs.rows();
            ended = tell(observers, session, net, Moment::BatchEnd);
            if ended && alone {
                return Ok(EpochOutcome::Midway);
            }
            session.now.batch += 1;
        }
        session.now.batch -= 1;
        if agreement.any(ended)? {
            return Ok(EpochOutcome::Midway);
        }
        if session.now.batch == 0 {
            return Err(ShapeError::NoRows.into());
        }
        session.state.steps_per_epoch = Some(session.now.batch as u64);
        run.end_of_epoch(net, sum / weights).map(EpochOutcome::Whole)
    }

    fn step(
        &self,
        session: &mut Session<F>,
        settings: &Settings<'_, F>,
        net: &mut Mlp<F>,
        batch: Batch<'_, F>,
    ) -> Result<f64> {
        session.step(&mut Alone, false, settings, self.0.as_ref(), net, batch)?;
        Ok(session.now.batch_loss)
    }

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate()
    }
}
