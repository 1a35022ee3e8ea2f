//! Rows through all layers.

use crate::{Dense, Float};
use ndarray::{ArrayView2, ArrayViewMut2};

/// What the hidden layers put out while [`predict_into`](super::Mlp::predict_into) runs. They grow to the largest batch and the widest
/// layer, and serve any network; each thread needs its own.
#[derive(Clone, Debug, Default)]
pub struct PredictBuffers<F> {
    /// One layer's output, and the next one's.
    current: Vec<F>,
    next: Vec<F>,
}

impl<F> PredictBuffers<F> {
    /// Empty ones.
    pub fn new() -> Self {
        Self { current: Vec::new(), next: Vec::new() }
    }
}

/// Applies one layer after the other. The shapes must fit.
pub(super) fn through<F: Float>(
    layers: &[Dense<F>],
    inputs: ArrayView2<'_, F>,
    mut outputs: ArrayViewMut2<'_, F>,
    buffers: &mut PredictBuffers<F>,
) {
    let rows = inputs.nrows();
    let PredictBuffers { current, next } = buffers;
    for (index, layer) in layers.iter().enumerate() {
        let inputs = match index {
            0 => inputs,
            _ => match ArrayView2::from_shape(
                (rows, layer.inputs()),
                &current[..rows * layer.inputs()],
            ) {
                Ok(outputs_before) => outputs_before,
                Err(_) => return,
            },
        };
        if index + 1 == layers.len() && outputs.is_standard_layout() {
            return layer.apply(inputs, outputs);
        }
        let length = rows * layer.outputs();
        if next.len() < length {
            next.resize(length, F::zero());
        }
        if let Ok(next) = ArrayViewMut2::from_shape((rows, layer.outputs()), &mut next[..length]) {
            layer.apply(inputs, next);
        }
        std::mem::swap(current, next);
    }
    // The caller's own matrix, in another order than row by row.
    if let Ok(last) = ArrayView2::from_shape(outputs.dim(), &current[..outputs.len()]) {
        outputs.assign(&last);
    }
}
