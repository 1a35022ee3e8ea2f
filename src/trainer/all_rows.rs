//! The loss over all rows, as a function of all parameters: what L-BFGS minimises.

use crate::backprop::Backprop;
use crate::data::{Chunk, Examples};
use crate::error::Result;
use crate::float::Float;
use crate::loss::Loss;
use crate::mlp::Mlp;
use crate::optimizer::Objective;

/// So many rows go through the network at a time: the sums do not depend on the threads, and the buffers stay small.
pub(super) const ROWS_AT_ONCE: usize = 1024;

pub(super) struct OverAllRows<'o, F: Float> {
    pub(super) backprop: &'o mut Backprop<F>,
    pub(super) net: &'o mut Mlp<F>,
    pub(super) rows: &'o dyn Examples<F>,
    pub(super) chunk: &'o mut Chunk<F>,
    pub(super) loss: &'o dyn Loss<F>,
    pub(super) weight_decay: f64,
}

impl<F: Float> Objective<F> for OverAllRows<'_, F> {
    fn evaluate(&mut self, at: &[F], gradient: &mut [F]) -> Result<f64> {
        let Self { backprop, net, rows, chunk, loss, weight_decay } = self;
        set_parameters(net, at);
        gradient.fill(F::zero());
        let (mut value, total) = (0.0, rows.weight());
        let at_once = rows.rows_at_once(ROWS_AT_ONCE);
        for first in (0..rows.rows()).step_by(at_once) {
            let count = at_once.min(rows.rows() - first);
            let read = rows.chunk(first..first + count, chunk)?;
            for start in (0..count).step_by(ROWS_AT_ONCE) {
                let batch = read.rows(start, count.min(start + ROWS_AT_ONCE));
                let share = batch.weight() / total;
                if share == 0.0 {
                    continue;
                }
                value += share * backprop.run_batch(net, *loss, batch)?;
                let share = F::from_f64(share);
                let numbers = backprop.parameters(net).flat_map(|parameter| parameter.gradient);
                gradient.iter_mut().zip(numbers).for_each(|(to, &g)| *to += share * g);
            }
        }
        if *weight_decay > 0.0 {
            let decay = F::from_f64(*weight_decay);
            let mut rest = gradient;
            for parameter in backprop.parameters(net) {
                let (gradient, others) = rest.split_at_mut(parameter.values.len());
                if !parameter.is_bias {
                    gradient.iter_mut().zip(parameter.values).for_each(|(g, w)| *g += decay * *w);
                }
                rest = others;
            }
        }
        Ok(value + penalty(net, *weight_decay))
    }
}

/// λ/2 · Σ w² over the weights.
pub(super) fn penalty<F: Float>(net: &Mlp<F>, weight_decay: f64) -> f64 {
    if weight_decay == 0.0 {
        return 0.0;
    }
    let weights = net.layers().iter().flat_map(|layer| layer.weights().to_slice());
    let squares = weights.flatten().map(|weight| weight.as_f64() * weight.as_f64());
    weight_decay / 2.0 * squares.sum::<f64>()
}

/// Writes all parameters, one after the other, into the network.
pub(super) fn set_parameters<F: Float>(net: &mut Mlp<F>, values: &[F]) {
    let mut rest = values;
    for parameter in net.parameter_slices_mut() {
        let (values, others) = rest.split_at(parameter.len());
        parameter.copy_from_slice(values);
        rest = others;
    }
}
