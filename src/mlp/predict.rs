//! The forward pass of predictions, through all layers.

use crate::error::{NetworkError, Result};
use crate::{dense::Dense, float::Float, matrix::Matrix, units::Units};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::iter::zip;

/// Buffers of [`Mlp::predict_into`](crate::Mlp::predict_into) for the outputs of the hidden layers.
/// Each thread needs its own.
///
/// ```
/// use densely::{Identity, Mlp, PredictBuffers, Tanh};
/// use ndarray::{Array2, array};
///
/// let net = Mlp::<f32>::builder(2).dense(8, Tanh).dense(1, Identity).without_units().build()?;
/// let (mut outputs, mut buffers) = (Array2::zeros((1, 1)), PredictBuffers::new());
/// net.predict_into(array![[0.0, 1.0]].view(), outputs.view_mut(), &mut buffers)?;
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PredictBuffers<F> {
    /// The inputs in network units, row-major.
    inputs: Matrix<F>,
    /// The outputs of each hidden layer.
    hidden: Vec<Matrix<F>>,
}

impl<F: Float> PredictBuffers<F> {
    /// Empty buffers, which grow with the first batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Rows × features in the data's units to rows × outputs in the data's units.
    pub(super) fn predict(
        &mut self,
        (units_in, layers, units_out): (&Units, &[Dense<F>], &Units),
        inputs: ArrayView2<'_, F>,
        mut outputs: ArrayViewMut2<'_, F>,
    ) -> Result<()> {
        let (last, hidden) = layers.split_last().ok_or(NetworkError::NoLayers)?;
        self.hidden.resize_with(hidden.len(), Matrix::default);
        let mut a = match units_in.measured()? {
            None => self.inputs.row_major(inputs),
            Some(scale) => scale.to_network(inputs, &mut self.inputs),
        };
        for (layer, buffer) in zip(hidden, &mut self.hidden) {
            layer.apply(a, buffer.reshape(inputs.nrows(), layer.outputs()).view_mut());
            a = buffer.as_rows();
        }
        last.apply(a, outputs.view_mut());
        if let Some(scale) = units_out.measured()? {
            scale.to_data(outputs);
        }
        Ok(())
    }
}
