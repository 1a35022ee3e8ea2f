//! Training by a step of the optimizer for each batch.

use super::method::{EpochEnd, Method, Run};
use super::{Moment, StopReason, description::Description, observer::tell};
use crate::error::{Result, ShapeError};
use crate::{float::Float, mlp::Mlp, optimizer::Optimizer};
use std::sync::Arc;

/// A step for each batch: the method of every [`Optimizer`].
pub(super) struct Steps<O>(pub(super) Arc<O>);

pub(super) fn description<'a, F: Float>(optimizer: Arc<impl Optimizer<F> + 'a>) -> Description<'a> {
    Description {
        text: format!("{optimizer:?}"),
        learning_rate: optimizer.learning_rate(),
        copies: optimizer.memories(),
        all_rows: None,
        check: Box::new(move || optimizer.check()),
    }
}

impl<F: Float, O: Optimizer<F>> Method<F> for Steps<O> {
    fn epoch(&self, run: &mut Run<'_, '_, F>, net: &mut Mlp<F>) -> Result<EpochEnd> {
        const MIDWAY: EpochEnd = EpochEnd { loss: None, stop: Some(StopReason::Observer) };
        let Run { settings, observers, agreement, session, batches, .. } = run;
        let alone = agreement.is_alone();
        batches.begin(session.now.epoch, settings.seed, &mut session.state.shuffling)?;
        let (mut sum, mut weights) = (0.0, 0.0);
        // Whether an observer of this worker has ended training. The next sum tells the others.
        let mut ended = false;
        session.now.batch += 1;
        while let Some(batch) = batches.next(session.backprop.threads)? {
            ended |= tell(observers, session, net, Moment::BatchStart);
            if ended && alone {
                return Ok(MIDWAY);
            }
            let (optimizer, workers) = (&*self.0, &mut *agreement.workers);
            let Some(loss) = session.step(workers, ended, settings, optimizer, net, batch)? else {
                return Ok(MIDWAY);
            };
            sum += loss * batch.whole.weight;
            weights += batch.whole.weight;
            session.now.rows += batch.inputs.rows();
            ended = tell(observers, session, net, Moment::BatchEnd);
            if ended && alone {
                return Ok(MIDWAY);
            }
            session.now.batch += 1;
        }
        session.now.batch -= 1;
        if agreement.any(ended)? {
            return Ok(MIDWAY);
        }
        if session.now.batch == 0 {
            return Err(ShapeError::NoRows.into());
        }
        Ok(EpochEnd { loss: Some(sum / weights), stop: None })
    }
}
