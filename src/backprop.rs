//! The backpropagation engine: from a batch to the gradient of its loss.

mod clipping;
mod dropout;

pub use crate::dense::Gradient;
pub(crate) use dropout::Dropout;

use crate::error::{Error, NetworkError, Result, ShapeError};
use crate::matrix::{Matrix, Rows};
use crate::random::{Purpose, generator};
use crate::{
    batch::Batch, dense::Dense, elementary::vectorized, float::Float, loss::Loss, mlp::Mlp,
    parameter::Parameter, threads::Threads,
};
use dropout::Dropped;
use ndarray::{ArrayView1, ArrayView2, Axis};
use rand_chacha::ChaCha8Rng;
use std::iter::{from_fn, zip};

/// Computes the gradient of a loss with respect to every weight and bias of a network.
///
/// # The algorithm
///
/// Forward, with A_0 the inputs, for each layer l = 1 … L:
///
/// - Z_l = A_(l-1)·W_l + b_l, the weighted sums;
/// - A_l = g_l(Z_l), the layer's output, which its cache keeps.
///
/// Backward, with delta D_l = ∂loss/∂Z_l, for l = L … 1:
///
/// - D_L = ∂loss/∂A_L ∘ g'_L for the output layer;
/// - D_l = (D_(l+1)·W_(l+1)ᵀ) ∘ g'_l for the layers before it;
/// - ∂loss/∂W_l = A_(l-1)ᵀ·D_l, the gradient of the weights;
/// - ∂loss/∂b_l = Σ D_l over the rows, the gradient of the bias.
///
/// The derivative g'_l is computed from the cached A_l. A loss that is
/// [fused](crate::loss::Loss::fused_with) with the output activation computes D_L at once. For
/// cross-entropy it is A_L - Y, divided by the number of terms in the mean. The gradient of the
/// inputs, D_1·W_1ᵀ, is not needed.
///
/// If layer l has [dropout](crate::mlp::MlpBuilder::dropout) with mask M_l, the next layer takes
/// A_l ∘ M_l in place of A_l, and D_l = (D_(l+1)·W_(l+1)ᵀ ∘ M_l) ∘ g'_l.
///
/// # Your own training loop
///
/// The buffers are made once and serve batches of any number of rows. Inputs and targets are in the
/// network's units: [`Units::to_network`](crate::units::Units::to_network) brings them there.
///
/// ```
/// use densely::{Backprop, Identity, MeanSquaredError, Mlp, Sgd, Tanh, optimizer::OptimizerState};
/// use ndarray::array;
///
/// let inputs = array![[-1.0], [0.0], [1.0], [2.0]];
/// let targets = array![[1.0], [0.0], [1.0], [4.0]];
/// let builder = Mlp::<f64>::builder(1).dense(8, Tanh).dense(1, Identity).seed(1);
/// let mut net = builder.without_units().build()?;
/// let mut backprop = Backprop::new(&net);
/// let (sgd, mut memory) = (Sgd::new(0.05).momentum(0.9), OptimizerState::new());
/// let first = backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
/// for _ in 0..300 {
///     backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
///     memory.step(&sgd, backprop.parameters(&mut net)?)?;
/// }
/// let last = backprop.loss(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
/// assert!(last < 0.01 * first);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Backprop<F: Float> {
    /// One for each layer.
    gradients: Vec<Gradient<F>>,
    /// D = ∂loss/∂Z of each layer, rows × outputs.
    deltas: Vec<Matrix<F>>,
    /// One for each layer; unused without dropout.
    dropped: Vec<Dropped<F>>,
    /// The loss of each row: one column.
    losses: Matrix<F>,
    /// The caller's inputs in row-major order, if they come in another.
    inputs: Matrix<F>,
    /// The generator that dropout draws from.
    pub(crate) generator: ChaCha8Rng,
    /// By which each layer's dropout is multiplied.
    pub(crate) dropout_factor: f64,
    /// The most threads of one product, and of other work in a training.
    pub(crate) threads: Threads,
}

impl<F: Float> Backprop<F> {
    /// Buffers for a network of this shape.
    pub fn new(net: &Mlp<F>) -> Self {
        let layers = net.layers();
        Self {
            gradients: layers.iter().map(Gradient::zeros).collect(),
            deltas: layers.iter().map(|layer| Matrix::new(layer.outputs())).collect(),
            dropped: layers.iter().map(|layer| Dropped::new(layer.outputs())).collect(),
            losses: Matrix::new(1),
            inputs: Matrix::new(net.features()),
            generator: generator(0, Purpose::Dropout),
            dropout_factor: 1.0,
            threads: Threads::ONE,
        }
    }

    /// The seed of dropout. Default: 0.
    ///
    /// ```
    /// # use densely::{Backprop, Identity, MeanSquaredError, Mlp, Relu};
    /// # use ndarray::Array2;
    /// let hidden = Mlp::<f64>::builder(8).dense(64, Relu).dropout(0.5);
    /// let mut net = hidden.dense(1, Identity).build()?;
    /// let (x, y) = (Array2::eye(8), Array2::ones((8, 1)));
    /// let mut loss = |seed| {
    ///     Backprop::new(&net).seed(seed).run(&mut net, &MeanSquaredError, x.view(), y.view())
    /// };
    /// assert_eq!(loss(1)?, loss(1)?);
    /// assert_ne!(loss(1)?, loss(2)?);
    /// # Ok::<(), densely::Error>(())
    /// ```
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.generator = generator(seed, Purpose::Dropout);
        self
    }

    /// Runs the batch forward and backward, and returns its mean loss. The gradients of that loss
    /// are then in [`gradients`](Self::gradients).
    ///
    /// Shapes: inputs rows × features, targets rows × outputs.
    ///
    /// ```
    /// # use densely::{Backprop, Dense, Error, Identity, MeanSquaredError, Mlp, error::ShapeError};
    /// # use ndarray::array;
    /// // a = w x, w = 1: the loss is (1² + 2²) / 2, its derivative (2·1·1 + 2·2·2) / 2.
    /// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
    /// let mut backprop = Backprop::new(&net);
    /// let (inputs, targets) = (array![[1.0], [2.0]], array![[0.0], [0.0]]);
    /// let loss = backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    /// assert_eq!(loss, 2.5);
    /// assert_eq!(backprop.gradients()[0].weights(), array![[5.0]]);
    /// let error = backprop.run(&mut net, &MeanSquaredError, inputs.t(), targets.view());
    /// assert!(matches!(error, Err(Error::Shape(ShapeError::Features { found: 2, expected: 1 }))));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError`] for an empty batch, or one that does not fit the network;
    /// [`LossError::UnsuitableOutput`] if the loss does not fit the output layer;
    /// [`NetworkError::LayerShape`] if the layers no longer fit together;
    /// [`NetworkError::ShapeMismatch`] if these buffers were made for a network of another shape.
    ///
    /// A loss that is NaN or infinite is returned, not an error. Targets are not checked:
    /// [`Loss::check_targets`] does that.
    ///
    /// [`LossError::UnsuitableOutput`]: crate::error::LossError::UnsuitableOutput
    pub fn run(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<f64> {
        self.with_rows(inputs, |backprop, inputs| {
            backprop.run_batch(net, loss, Batch::new(inputs, targets, None))
        })
    }

    /// As [`run`](Self::run), with a weight w for each row: the loss is Σ w L / Σ w. A row of
    /// weight k counts as k copies of it; a row of weight 0 is left out.
    ///
    /// ```
    /// # use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
    /// # use ndarray::array;
    /// # let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
    /// # let mut backprop = Backprop::new(&net);
    /// // a = x: the rows' losses are 1 and 4.
    /// let (inputs, targets) = (array![[1.0], [2.0]], array![[0.0], [0.0]]);
    /// let (inputs, targets, weights) = (inputs.view(), targets.view(), array![3.0, 1.0]);
    /// let weights = weights.view();
    /// let loss = backprop.run_weighted(&mut net, &MeanSquaredError, inputs, targets, weights)?;
    /// assert_eq!(loss, 1.75); // (3 · 1 + 1 · 4) / (3 + 1)
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run); [`DataError::Weights`] if the number of weights is not the number of
    /// rows, [`DataError::Weight`] for a weight that is negative or not finite,
    /// [`DataError::NoWeight`] if all are 0.
    ///
    /// [`DataError::Weights`]: crate::error::DataError::Weights
    /// [`DataError::Weight`]: crate::error::DataError::Weight
    /// [`DataError::NoWeight`]: crate::error::DataError::NoWeight
    pub fn run_weighted(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        weights: ArrayView1<'_, F>,
    ) -> Result<f64> {
        Error::check_weights(weights, inputs.nrows())?;
        // A row without weight takes no part: 0 · ∞ would be NaN.
        let rows: Vec<_> = (0..weights.len()).filter(|&row| weights[row] > F::zero()).collect();
        if rows.len() < inputs.nrows() && inputs.nrows() == targets.nrows() {
            let (inputs, targets) = (inputs.select(Axis(0), &rows), targets.select(Axis(0), &rows));
            let weights = weights.select(Axis(0), &rows);
            return self.run_weighted(net, loss, inputs.view(), targets.view(), weights.view());
        }
        let weights: Vec<F> = weights.iter().copied().collect();
        self.with_rows(inputs, |backprop, inputs| {
            backprop.run_batch(net, loss, Batch::new(inputs, targets, Some(&weights)))
        })
    }

    /// The mean loss of a batch, without dropout and without a backward pass. The gradients do not
    /// change.
    ///
    /// ```
    /// # use densely::{Backprop, Identity, MeanSquaredError, Mlp, Relu, metrics};
    /// # use ndarray::Array2;
    /// let hidden = Mlp::<f64>::builder(8).without_units().dense(64, Relu).dropout(0.5);
    /// let mut net = hidden.dense(1, Identity).build()?;
    /// let (inputs, targets) = (Array2::eye(8), Array2::ones((8, 1)));
    /// let (inputs, targets) = (inputs.view(), targets.view());
    /// let loss = Backprop::new(&net).loss(&mut net, &MeanSquaredError, inputs, targets)?;
    /// let error = metrics::mean_squared_error(net.predict(inputs)?.view(), targets)?;
    /// approx::assert_relative_eq!(loss, error, max_relative = 1e-12);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn loss(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<f64> {
        self.loss_with(net, loss, inputs, targets, Dropout::Off)
    }

    /// As [`loss`](Self::loss), with dropout.
    pub(crate) fn loss_with(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        dropout: Dropout,
    ) -> Result<f64> {
        self.with_rows(inputs, |backprop, inputs| {
            backprop.forward(net, loss, Batch::new(inputs, targets, None), dropout)
        })
    }

    /// Does `work` on the inputs in row-major order.
    fn with_rows<T>(
        &mut self,
        inputs: ArrayView2<'_, F>,
        work: impl FnOnce(&mut Self, Rows<'_, F>) -> T,
    ) -> T {
        let mut copy = std::mem::replace(&mut self.inputs, Matrix::new(0));
        let result = work(self, copy.row_major(inputs));
        self.inputs = copy;
        result
    }

    /// Runs a batch forward and backward. Its row weights are checked already.
    pub(crate) fn run_batch(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        batch: Batch<'_, F>,
    ) -> Result<f64> {
        let mean = self.forward(net, loss, batch, Dropout::Drawn)?;
        self.backward(net, batch.inputs).for_each(drop);
        Ok(mean)
    }

    /// The forward pass: A_l = g_l(A_(l-1)·W_l + b_l) into the cache of each layer, then the mean
    /// loss of the batch, and delta of the output layer. With several workers, the result is this
    /// worker's share of the mean.
    pub(crate) fn forward(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        batch: Batch<'_, F>,
        dropout: Dropout,
    ) -> Result<f64> {
        self.check_shapes(net, batch)?;
        let Self { deltas, dropped, losses, generator, threads, dropout_factor, .. } = self;
        let ([hidden @ .., output], [.., delta]) = (net.layers_mut(), &mut deltas[..]) else {
            return Err(NetworkError::NoLayers.into());
        };
        loss.check_output(output.activation())?;
        let fused = loss.fused_with(output.activation());

        let mut a = batch.inputs;
        for (layer, dropped) in zip(hidden, dropped) {
            layer.forward(a, false, *threads);
            let fraction = layer.dropout() * *dropout_factor;
            a = dropped.apply(layer, dropout, fraction, batch, generator); // A ∘ M, or A
        }
        output.forward(a, fused.is_some(), *threads);

        let (a, y, z) = (output.cached_output(), batch.targets, output.cached_pre_activation());
        let (losses, delta) = (losses.resize(a.nrows()), delta.resize(a.nrows()));
        let each_loss = losses.view_mut().remove_axis(Axis(1));
        match fused {
            Some(fused) => fused.evaluate(z, a, y, each_loss, delta.view_mut()),
            None => {
                loss.evaluate(a, y, each_loss, delta.view_mut());
                output.activation().backward(a, z, delta.view_mut());
            }
        }
        Ok(mean_over_rows(losses, delta, batch))
    }

    /// The backward pass, from delta of the output layer on: D_l = (D_(l+1)·W_(l+1)ᵀ) ∘ g'_l,
    /// and the gradients A_(l-1)ᵀ·D_l and Σ D_l. It is lazy: it gives the gradients of weights
    /// and bias layer by layer, the last layer's first, so that the caller can send one while it
    /// computes the next.
    pub(crate) fn backward<'b>(
        &'b mut self,
        net: &'b Mlp<F>,
        inputs: Rows<'b, F>,
    ) -> impl Iterator<Item = &'b mut [F]> {
        let Self { deltas, gradients, dropped, threads, .. } = self;
        let layers = zip(zip(net.layers(), &*dropped), zip(deltas, gradients));
        // Layers that are frozen together with all before them need no gradient.
        let frozen = net.layers().iter().take_while(|layer| layer.is_frozen()).count();
        let mut trained = net.layers().len() - frozen;
        let mut layers = layers.rev().peekable();
        let mut after = None;
        let differentiate = move || {
            trained = trained.checked_sub(1)?;
            let ((layer, dropped), (delta, gradient)) = layers.next()?;
            if let Some((after, delta_after)) = after {
                let after: &'b Dense<F> = after;
                after.delta_before(layer, dropped.mask(layer), delta_after, delta, *threads);
            }
            let delta: Rows<'b, F> = delta.as_rows();
            let before = layers.peek();
            let a = before.map_or(inputs, |((before, dropped), _)| dropped.output(before));
            layer.parameter_gradient(a, delta, gradient, *threads);
            after = Some((layer, delta));
            Some(gradient.slices_mut())
        };
        from_fn(differentiate).flatten()
    }

    /// The gradients of the last [`run`](Self::run), one for each layer, first to last. All 0
    /// before it.
    pub fn gradients(&self) -> &[Gradient<F>] {
        &self.gradients
    }

    /// Every weight matrix and bias of the network with its gradient, for an optimizer.
    ///
    /// # Errors
    ///
    /// [`NetworkError::ShapeMismatch`] if this was made for a network of another shape.
    pub fn parameters<'a>(
        &'a self,
        net: &'a mut Mlp<F>,
    ) -> Result<impl Iterator<Item = Parameter<'a, F>>> {
        self.check_network(net)?;
        let layers = zip(net.layers_mut(), &self.gradients);
        Ok(layers.flat_map(|(layer, gradient)| {
            let kinds = layer.each_kind();
            let slices = zip(layer.parameter_slices_mut(), gradient.slices());
            zip(kinds, slices).map(|((is_bias, rate_factors), (values, gradient))| Parameter {
                is_bias,
                values,
                gradient,
                rate_factors,
            })
        }))
    }

    fn check_network(&self, net: &Mlp<F>) -> Result<()> {
        let (layers, gradients) = (net.layers(), &self.gradients);
        let same = layers.len() == gradients.len()
            && zip(layers, gradients).all(|(layer, gradient)| gradient.fits(layer));
        if same { Ok(()) } else { Err(NetworkError::ShapeMismatch.into()) }
    }

    fn check_shapes(&self, net: &Mlp<F>, batch: Batch<'_, F>) -> Result<()> {
        self.check_network(net)?;
        // A layer may have been replaced through `layers_mut`.
        net.check_stack()?;
        let Batch { inputs, targets, whole, .. } = batch;
        let shape = (inputs.rows(), inputs.columns());
        Error::check_shapes(shape, targets.dim(), (net.features(), net.outputs()))?;
        if whole.rows == 0 { Err(ShapeError::NoRows.into()) } else { Ok(()) }
    }
}

/// The mean Σ w L / Σ w of the rows' losses. Multiplies each row of delta by w / Σ w, so that it
/// belongs to the mean and no longer to the row's own loss. Rows without weights have w = 1.
fn mean_over_rows<F: Float>(losses: &Matrix<F>, delta: &mut Matrix<F>, batch: Batch<'_, F>) -> f64 {
    let (total, columns) = (batch.whole.weight, delta.columns());
    let (losses, delta) = (losses.numbers(), delta.numbers_mut());
    let Some(weights) = batch.weights else {
        let share = F::one() / F::from_f64(total);
        vectorized(move || delta.iter_mut().for_each(|delta| *delta *= share));
        return losses.iter().map(|loss| loss.as_f64()).sum::<f64>() / total;
    };
    for (row, weight) in zip(delta.chunks_mut(columns), weights) {
        let share = F::from_f64(weight.as_f64() / total);
        row.iter_mut().for_each(|delta| *delta = share * *delta);
    }
    zip(losses, weights).map(|(loss, weight)| loss.as_f64() * weight.as_f64()).sum::<f64>() / total
}
