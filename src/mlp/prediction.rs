//! The outputs of a network for given inputs.

use super::Mlp;
use crate::error::{Error, NetworkError, Result, ShapeError, check::ensure};
use crate::matrix::Matrix;
use crate::{dense::Dense, float::Float, threads::Threads, units::Scale};
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use std::iter::zip;

/// Rows that go through all layers before the next ones: few enough that a layer's outputs are
/// still in the processor's cache when the next layer reads them.
const ROWS_AT_ONCE: usize = 256;

impl<F: Float> Mlp<F> {
    /// The outputs for each row of `inputs`: rows × features to rows × outputs.
    ///
    /// Takes `&self` and changes no cache: threads can share the network.
    ///
    /// ```
    /// use densely::{Dense, Identity, Mlp};
    /// use ndarray::array;
    ///
    /// let net =
    ///     Mlp::from_layers(vec![Dense::new(array![[2.0], [3.0]], Some(array![1.0]), Identity)?])?;
    /// let outputs = net.predict(array![[10.0, 1.0], [0.0, 0.0]].view())?;
    /// assert_eq!(outputs, array![[24.0], [1.0]]); // 10 · 2 + 1 · 3 + 1, and the bias
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if `inputs` does not have [`features`](Self::features) columns;
    /// [`NetworkError::NotMeasured`] if the units are not measured yet;
    /// [`NetworkError::LayerShape`] if the layers no longer fit together.
    pub fn predict(&self, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let mut outputs = Array2::zeros((inputs.nrows(), self.outputs()));
        self.predict_into(inputs, outputs.view_mut(), &mut PredictBuffers::new())?;
        Ok(outputs)
    }

    /// The outputs for one example: features to outputs.
    ///
    /// ```
    /// # use densely::{Identity, Mlp};
    /// let net = Mlp::<f32>::builder(3).dense(2, Identity).without_units().build()?;
    /// let outputs = net.predict_row(&[5.1, 3.5, 1.4])?;
    /// assert_eq!(outputs.len(), 2);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict).
    pub fn predict_row(&self, row: &[F]) -> Result<Vec<F>> {
        let outputs = self.predict(ArrayView1::from(row).insert_axis(Axis(0)))?;
        Ok(outputs.into_iter().collect())
    }

    /// The outputs for each row of `inputs`, written over `outputs`: rows × features to rows ×
    /// outputs. Allocates nothing once the buffers have served a batch as large.
    ///
    /// ```
    /// use densely::{Identity, Mlp, PredictBuffers, Tanh};
    /// use ndarray::{Array2, array};
    ///
    /// let net = Mlp::<f32>::builder(2).dense(8, Tanh).dense(1, Identity).without_units().build()?;
    /// let (mut outputs, mut buffers) = (Array2::zeros((1, 1)), PredictBuffers::new());
    /// for input in [array![[0.0, 1.0]], array![[1.0, 1.0]]] {
    ///     net.predict_into(input.view(), outputs.view_mut(), &mut buffers)?;
    ///     assert_eq!(outputs, net.predict(input.view())?);
    /// }
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict), and [`Error::Shape`] if `outputs` does not have the rows of
    /// `inputs` and [`outputs`](Self::outputs) columns.
    pub fn predict_into(
        &self,
        inputs: ArrayView2<'_, F>,
        outputs: ArrayViewMut2<'_, F>,
        buffers: &mut PredictBuffers<F>,
    ) -> Result<()> {
        // A layer may have been replaced through `layers_mut`.
        self.check_stack()?;
        self.check_outputs(inputs, outputs.view())?;
        self.pass(&self.layers, self.units_out.measured()?, inputs, outputs, buffers)
    }

    /// Checks the shapes of inputs and of an array for their outputs.
    pub(super) fn check_outputs(
        &self,
        inputs: ArrayView2<'_, F>,
        outputs: ArrayView2<'_, F>,
    ) -> Result<()> {
        Error::check_features(inputs.ncols(), self.features())?;
        let (found, needed) = (outputs.dim(), (inputs.nrows(), self.outputs()));
        ensure(found == needed, || ShapeError::Outputs { found, needed })
    }

    /// The outputs of the first layers, or of all, in these units.
    pub(super) fn pass(
        &self,
        layers: &[Dense<F>],
        units_out: Option<&Scale>,
        inputs: ArrayView2<'_, F>,
        mut outputs: ArrayViewMut2<'_, F>,
        buffers: &mut PredictBuffers<F>,
    ) -> Result<()> {
        let (last, hidden) = layers.split_last().ok_or(NetworkError::NoLayers)?;
        let units = [self.units_in.measured()?, units_out];
        let (rows, PredictBuffers { limit, parts }) = (inputs.nrows(), buffers);
        let cost = rows.saturating_mul(self.parameters());
        Threads::enter(Some(*limit), cost, Threads::WORTHWHILE_ONCE, |threads| {
            let length = threads.length(rows, ROWS_AT_ONCE, cost);
            let inputs = inputs.axis_chunks_iter(Axis(0), length);
            let outputs = outputs.axis_chunks_iter_mut(Axis(0), length);
            parts.resize_with(inputs.len().max(parts.len()), Part::default);
            threads.each(zip(zip(inputs, outputs), parts), &|((inputs, outputs), part)| {
                part.predict(hidden, last, units, inputs, outputs);
            });
        });
        Ok(())
    }
}

/// Buffers of [`Mlp::predict_into`] for the outputs of the hidden layers, and the number of threads
/// that it uses. Threads that call it need buffers of their own. [`Mlp::predict_into`] has an
/// example.
#[derive(Clone, Debug, Default)]
pub struct PredictBuffers<F> {
    /// The most threads; 0 is one, too.
    limit: usize,
    /// Those of each thread.
    parts: Vec<Part<F>>,
}

#[derive(Clone, Debug, Default)]
struct Part<F> {
    /// The inputs in network units, row-major.
    inputs: Matrix<F>,
    /// The outputs of each hidden layer.
    hidden: Vec<Matrix<F>>,
}

impl<F: Float> Part<F> {
    fn predict(
        &mut self,
        hidden: &[Dense<F>],
        last: &Dense<F>,
        [units_in, units_out]: [Option<&Scale>; 2],
        inputs: ArrayView2<'_, F>,
        mut outputs: ArrayViewMut2<'_, F>,
    ) {
        self.hidden.resize_with(hidden.len(), Matrix::default);
        let inputs = inputs.axis_chunks_iter(Axis(0), ROWS_AT_ONCE);
        for (x, mut y) in zip(inputs, outputs.axis_chunks_iter_mut(Axis(0), ROWS_AT_ONCE)) {
            let mut a = match units_in {
                None => self.inputs.row_major(x),
                Some(scale) => scale.to_network(x, &mut self.inputs),
            };
            for (layer, buffer) in zip(hidden, &mut self.hidden) {
                layer.apply(a, buffer.reshape(x.nrows(), layer.outputs()).view_mut());
                a = buffer.as_rows();
            }
            last.apply(a, y.view_mut());
            if let Some(scale) = units_out {
                scale.to_data(y);
            }
        }
    }
}

impl<F: Float> PredictBuffers<F> {
    /// Empty buffers, which grow with the first batch, for one thread.
    pub fn new() -> Self {
        Self::default()
    }

    /// The largest number of threads, at least 1. Each predicts a part of the rows, if there are so
    /// many that this takes less time. The outputs have the same bits for any number of threads.
    ///
    /// ```
    /// use densely::{Identity, Mlp, PredictBuffers, Tanh};
    /// use ndarray::Array2;
    ///
    /// let builder = Mlp::<f32>::builder(8).dense(64, Tanh).dense(1, Identity);
    /// let net = builder.without_units().build()?;
    /// let inputs = Array2::from_shape_fn((200_000, 8), |(row, column)| (row + column) as f32);
    /// let mut outputs = Array2::zeros((200_000, 1));
    /// let mut buffers = PredictBuffers::new().threads(2);
    /// net.predict_into(inputs.view(), outputs.view_mut(), &mut buffers)?;
    /// assert_eq!(outputs, net.predict(inputs.view())?);
    /// # Ok::<(), densely::Error>(())
    /// ```
    #[cfg(feature = "threads")]
    pub fn threads(self, limit: usize) -> Self {
        Self { limit, ..self }
    }
}
