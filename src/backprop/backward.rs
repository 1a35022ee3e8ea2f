//! The backward pass, layer by layer from the last.

use super::Backprop;
use super::dropout::Dropped;
use crate::dense::{Dense, Gradient};
use crate::float::Float;
use crate::matrix::Rows;
use crate::mlp::Mlp;
use crate::threads::Threads;
use ndarray::ArrayView2;
use std::iter::{Enumerate, Rev};
use std::slice::IterMut;

/// Differentiates one layer after the other, from the last, and gives its gradients: of the weights, then of the bias. Whoever takes one can use it while the next is computed.
pub(super) struct Backward<'g, F: Float> {
    layers: &'g [Dense<F>],
    inputs: ArrayView2<'g, F>,
    dropped: &'g [Dropped<F>],
    deltas: &'g mut [Rows<F>],
    gradients: Rev<Enumerate<IterMut<'g, Gradient<F>>>>,
    /// Of the layer whose weights' gradient was given last.
    bias: Option<&'g mut [F]>,
    threads: Threads,
}

impl<F: Float> Backprop<F> {
    /// From delta of the output layer, which [`forward`](Self::forward) left, as of the mean over the rows.
    pub(super) fn backward<'g>(
        &'g mut self,
        net: &'g Mlp<F>,
        inputs: ArrayView2<'g, F>,
    ) -> Backward<'g, F> {
        Backward {
            layers: net.layers(),
            inputs: self.inputs.last_row_major(inputs),
            dropped: &self.dropped,
            deltas: &mut self.deltas,
            gradients: self.gradients.iter_mut().enumerate().rev(),
            bias: None,
            threads: self.threads,
        }
    }
}

impl<F: Float> Backward<'_, F> {
    /// From the inputs of this layer and delta of the layer after it, this one's delta and gradient.
    fn differentiate(&mut self, index: usize, gradient: &mut Gradient<F>) {
        let Self { layers, inputs, dropped, deltas, threads, .. } = self;
        let layer = &layers[index];
        let rows = inputs.nrows();
        if rows == 0 {
            // A worker without rows.
            gradient.weights.fill(F::zero());
            gradient.bias.iter_mut().for_each(|bias| bias.fill(F::zero()));
            return;
        }
        let dropped =
            |index: usize| Some(&dropped[index]).filter(|_| layers[index].dropout() > 0.0);
        let (deltas, after) = deltas.split_at_mut(index + 1);
        if let (Some(layer_after), Some(after)) = (layers.get(index + 1), after.first()) {
            let mask = dropped(index).map(Dropped::mask);
            let delta = deltas[index].resize(rows);
            layer_after.delta_before(layer, mask, after.view(), delta, *threads);
        }
        let inputs = match index.checked_sub(1) {
            None => *inputs,
            Some(before) => dropped(before).map_or(layers[before].cached_output(), Dropped::output),
        };
        layer.parameter_gradient(inputs, deltas[index].view(), gradient, *threads);
    }
}

impl<'g, F: Float> Iterator for Backward<'g, F> {
    type Item = &'g mut [F];

    fn next(&mut self) -> Option<&'g mut [F]> {
        if let Some(bias) = self.bias.take() {
            return Some(bias);
        }
        let (index, gradient) = self.gradients.next()?;
        self.differentiate(index, gradient);
        self.bias = gradient.bias.as_mut().and_then(|bias| bias.as_slice_mut());
        gradient.weights.as_slice_mut()
    }
}
