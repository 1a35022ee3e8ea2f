//! Rows through all layers.

use crate::dense::Dense;
use crate::float::Float;
use crate::matrix::Rows;
use ndarray::{ArrayView2, ArrayViewMut2};

/// What the hidden layers put out while [`predict_into`](super::Mlp::predict_into) runs: room for a few hundred rows at most, made when it is
/// first needed. It serves any network; each thread needs its own.
///
/// ```
/// use densely::{Identity, Mlp, PredictBuffers, Tanh};
/// use ndarray::{Array2, array};
///
/// let small = Mlp::<f32>::builder(2).dense(8, Tanh).dense(1, Identity).build()?;
/// let large = Mlp::<f32>::builder(2).dense(99, Tanh).dense(1, Identity).build()?;
/// let (mut outputs, mut buffers) = (Array2::zeros((1, 1)), PredictBuffers::new());
/// for net in [small, large] {
///     net.predict_into(array![[0.5, 1.0]].view(), outputs.view_mut(), &mut buffers)?;
///     assert_eq!(outputs, net.predict(array![[0.5, 1.0]].view())?);
/// }
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PredictBuffers<F> {
    /// The inputs row by row, where the caller's are in another order.
    inputs: Option<Rows<F>>,
    /// One for each hidden layer.
    outputs: Vec<Rows<F>>,
}

impl<F> PredictBuffers<F> {
    /// Empty ones.
    pub fn new() -> Self {
        Self { inputs: None, outputs: Vec::new() }
    }
}

/// Applies one layer after the other.
pub(super) fn through<F: Float>(
    layers: &[Dense<F>],
    inputs: ArrayView2<'_, F>,
    outputs: ArrayViewMut2<'_, F>,
    buffers: &mut PredictBuffers<F>,
) {
    let Some((last, hidden)) = layers.split_last() else { return };
    let PredictBuffers { inputs: row_major, outputs: buffers } = buffers;
    let row_major = row_major.get_or_insert_with(|| Rows::new(inputs.ncols()));
    let inputs = row_major.row_major(inputs);
    for (index, layer) in hidden.iter().enumerate() {
        if buffers.len() == index {
            buffers.push(Rows::new(layer.outputs()));
        } else if buffers[index].columns() != layer.outputs() {
            buffers[index] = Rows::new(layer.outputs());
        }
        let (before, rest) = buffers.split_at_mut(index);
        let inputs = before.last().map_or(inputs, Rows::view);
        layer.apply(inputs, rest[0].resize(inputs.nrows()));
    }
    let inputs = hidden.len().checked_sub(1).map_or(inputs, |index| buffers[index].view());
    last.apply(inputs, outputs);
}
