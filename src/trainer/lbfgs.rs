//! Training by iterations of L-BFGS over all rows.

use super::method::{EpochEnd, Method, Run};
use super::{StopReason, description::Description, step::Session};
use crate::error::{Divergence, Result, TrainingError};
use crate::optimizer::{Lbfgs, Outcome};
use crate::{float::Float, mlp::Mlp};

/// Rows in one product. Sums have the same bits on any number of threads, since this is constant.
const ROWS_AT_ONCE: usize = 1024;

pub(super) fn description(lbfgs: Lbfgs) -> Description<'static> {
    Description {
        text: format!("{lbfgs:?}"),
        learning_rate: 0.0,
        copies: lbfgs.copies(),
        all_rows: Some(ROWS_AT_ONCE),
        check: Box::new(move || lbfgs.check()),
    }
}

impl<F: Float> Method<F> for Lbfgs {
    fn epoch(&self, run: &mut Run<'_, '_, F>, net: &mut Mlp<F>) -> Result<EpochEnd> {
        let Some(rows) = &mut run.training else {
            return Err(TrainingError::NotWithLbfgs { setting: "a step on one batch" }.into());
        };
        let Session { backprop, state, now, .. } = &mut *run.session;
        now.batch = 1;
        let memory = state.lbfgs.get_or_insert_default();
        memory.begin_at(net.parameter_slices().flatten());
        let (loss, decay, total) = (&*run.settings.loss, self.weight_decay, rows.data().weight());
        // The loss over all rows, and its gradient.
        let outcome = memory.iterate(self, &mut |at, gradient| {
            net.set_parameters(at);
            let mut value = 0.0;
            gradient.fill(F::zero());
            rows.rewind();
            while let Some(batch) = rows.next()? {
                let share = batch.whole.weight / total;
                if share == 0.0 {
                    continue;
                }
                value += share * backprop.run_batch(net, loss, batch)?;
                let share = F::from_f64(share);
                let numbers = backprop.parameters(net)?.flat_map(|parameter| parameter.gradient);
                gradient.iter_mut().zip(numbers).for_each(|(to, &g)| *to += share * g);
            }
            if decay > 0.0 {
                let decays = backprop.parameters(net)?.flat_map(|parameter| {
                    let decay = F::from_f64(if parameter.is_bias { 0.0 } else { decay });
                    parameter.values.iter().map(move |w| decay * *w)
                });
                gradient.iter_mut().zip(decays).for_each(|(g, decay)| *g += decay);
            }
            Ok(value + penalty(net, decay))
        })?;
        net.set_parameters(&memory.here.point);
        let loss = memory.here.value - penalty(net, decay);
        now.batch_loss = run.settings.in_target_unit(net, loss);
        now.gradient_norm = Some(memory.here.gradient_norm());
        let stop = match outcome {
            Outcome::Lower => None,
            Outcome::Converged => Some(StopReason::Converged),
            Outcome::OutOfEvaluations => Some(StopReason::AllEvaluations),
            Outcome::NotFinite(value) => {
                let finite = value.is_finite();
                let cause = if finite { Divergence::Gradient } else { Divergence::Loss(value) };
                return Err(run.session.diverged_on(run.settings, net, rows, cause));
            }
        };
        // If there is nothing to improve, the report still has one epoch.
        let is_epoch = stop.is_none() || state.epochs.is_empty();
        Ok(EpochEnd { loss: is_epoch.then_some(now.batch_loss), stop })
    }
}

/// λ/2 · Σ w² over the weights.
fn penalty<F: Float>(net: &Mlp<F>, weight_decay: f64) -> f64 {
    if weight_decay == 0.0 {
        return 0.0;
    }
    let weights = net.layers().iter().flat_map(|layer| layer.parameter_slices().take(1)).flatten();
    let squares = weights.map(|weight| weight.as_f64() * weight.as_f64());
    weight_decay / 2.0 * squares.sum::<f64>()
}
