//! Training by iterations of L-BFGS over all rows.

use super::method::{EpochOutcome, Method, Needs, Run};
use super::{report::StopReason, settings::Settings, state::TrainingState, step::Session};
use crate::error::{Divergence, Result, TrainingError};
use crate::mlp::{Mlp, Parameters};
use crate::optimizer::{Lbfgs, LbfgsMemory, Objective, Outcome};
use crate::{
    backprop::Backprop, batch::Batch, data::batches::InOrder, float::Float, loss::Loss,
    parameter::Parameter, schedule::Epochs,
};

/// Rows in one product. Sums have the same bits on any number of threads, since this is constant.
const ROWS_AT_ONCE: usize = 1024;

impl<F: Float> Method<F> for Lbfgs {
    fn check(&self, settings: &Settings<'_, F>, net: &Mlp<F>, epochs: Epochs) -> Result<Needs> {
        Lbfgs::check(self)?;
        let cases = [
            (epochs == Epochs::OfUnknownLength, "a stream of batches"),
            (epochs == Epochs::None, "a step on one batch"),
            (net.layers().iter().any(|layer| layer.dropout() > 0.0), "dropout"),
            (!settings.schedule.is_constant(), "a schedule"),
            (settings.clip_norm.or(settings.clip_values).is_some(), "gradient clipping"),
            (settings.l1 > 0.0, "an L1 penalty"),
        ];
        match cases.into_iter().find(|(given, _)| *given) {
            Some((_, setting)) => unsupported(setting),
            None => Ok(Needs { copies: self.copies(), rows: ROWS_AT_ONCE, alone: true }),
        }
    }

    fn fits(&self, state: &TrainingState<F>, net: &Mlp<F>) -> bool {
        state.epochs.is_empty() && state.lbfgs.is_none()
            || state.lbfgs.as_ref().is_some_and(|memory| memory.fits(net.parameters()))
    }

    fn epoch(&self, run: &mut Run<'_, '_, F>, net: &mut Mlp<F>) -> Result<EpochOutcome> {
        run.session.now.batch = 1;
        let Session { backprop, state, now } = &mut *run.session;
        let Some(rows) = run.training else { return unsupported("a stream of batches") };
        let first = state.epochs.is_empty();
        let memory = state.lbfgs.get_or_insert_with(|| LbfgsMemory::new(net.parameters()));
        let (all, parameters) = run.all_rows.get_or_insert_with(|| {
            let all = InOrder::new(rows, 0..rows.rows(), ROWS_AT_ONCE, run.scales.clone());
            (all, Parameters::of(net))
        });
        parameters.read_from(net);
        memory.begin_at(parameters.numbers.iter());
        let (loss, weight_decay) = (run.settings.loss.as_ref(), self.decay());
        let total = rows.weight();
        let outcome = {
            let (net, parameters) = (&mut *net, &mut *parameters);
            let mut objective =
                OverAllRows { backprop, net, all, total, parameters, loss, weight_decay };
            memory.iterate(self, &mut objective)?
        };
        parameters.numbers.copy_from_slice(memory.point());
        parameters.write_to(net);
        now.gradient_norm = Some(memory.gradient_norm());
        let loss = run.settings.in_target_unit(net, memory.value() - penalty(net, weight_decay));
        now.batch_loss = loss;
        let reason = match outcome {
            Outcome::Lower => return run.end_of_epoch(net, loss).map(EpochOutcome::Whole),
            Outcome::Converged => StopReason::Converged,
            Outcome::OutOfEvaluations => StopReason::AllEvaluations,
            Outcome::NotFinite(value) => {
                let finite = value.is_finite();
                let cause = if finite { Divergence::Gradient } else { Divergence::Loss(value) };
                return Err(run.diverged(net, rows, cause));
            }
        };
        // If there is nothing to improve, the report still has one epoch.
        let score = first.then(|| run.end_of_epoch(net, loss)).transpose()?;
        Ok(EpochOutcome::Done(reason, score))
    }

    fn step(
        &self,
        _: &mut Session<F>,
        _: &Settings<'_, F>,
        _: &mut Mlp<F>,
        _: Batch<'_, F>,
    ) -> Result<f64> {
        unsupported("a step on one batch")
    }

    fn learning_rate(&self) -> f64 {
        0.0
    }
}

fn unsupported<T>(setting: &'static str) -> Result<T> {
    Err(TrainingError::NotWithLbfgs { setting }.into())
}

/// The loss over all rows as a function of all parameters.
struct OverAllRows<'o, 'd, F: Float> {
    backprop: &'o mut Backprop<F>,
    net: &'o mut Mlp<F>,
    all: &'o mut InOrder<'d, F>,
    /// The sum of the rows' weights.
    total: f64,
    parameters: &'o mut Parameters<F>,
    loss: &'o dyn Loss<F>,
    weight_decay: f64,
}

impl<F: Float> Objective<F> for OverAllRows<'_, '_, F> {
    fn evaluate(&mut self, at: &[F], gradient: &mut [F]) -> Result<f64> {
        let Self { backprop, net, all, total, parameters, loss, weight_decay } = self;
        parameters.numbers.copy_from_slice(at);
        parameters.write_to(net);
        gradient.fill(F::zero());
        let mut value = 0.0;
        all.rewind();
        while let Some(batch) = all.next()? {
            let share = batch.whole.weight / *total;
            if share == 0.0 {
                continue;
            }
            value += share * backprop.run_batch(net, *loss, batch)?;
            let share = F::from_f64(share);
            let numbers = backprop.parameters(net)?.flat_map(|parameter| parameter.gradient);
            gradient.iter_mut().zip(numbers).for_each(|(to, &g)| *to += share * g);
        }
        if *weight_decay > 0.0 {
            let decay = F::from_f64(*weight_decay);
            let decays =
                backprop.parameters(net)?.flat_map(|Parameter { is_bias, values, .. }| {
                    let decay = if is_bias { F::zero() } else { decay };
                    values.iter().map(move |w| decay * *w)
                });
            gradient.iter_mut().zip(decays).for_each(|(g, decay)| *g += decay);
        }
        Ok(value + penalty(net, *weight_decay))
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
