//! A fully connected layer.

use crate::activation::AnyActivation;
use crate::error::{Error, NetworkError, Result};
use crate::float::Float;
use crate::matrix::{Rows, row_major};
use crate::product;
use crate::threads::{Along, Read, Threads};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis};

/// A fully connected layer: A = g(X·W + b).
///
/// It owns its weights W (inputs × outputs), its bias b (outputs; may be left out), its activation g, and the cache of its
/// last forward pass: its output A, from which g' is computed. Only for an activation whose derivative needs the weighted
/// sums Z = X·W + b, or a loss that is computed from them, does the cache hold Z too.
///
/// [`Mlp::builder`](crate::mlp::Mlp::builder) makes layers with drawn weights; [`Dense::new`] makes one from weights that you have.
///
/// ```
/// use densely::{Dense, Sigmoid};
/// use ndarray::array;
///
/// let mut layer = Dense::<f64>::new(array![[0.1, 0.2], [0.3, 0.1], [0.5, 0.0]], Some(array![0.1, 0.1]), Sigmoid)?;
/// let output = layer.predict(array![[0.6, 0.8, 0.7]].view())?;
/// assert!((output[[0, 0]] - 0.679178699175393).abs() < 1e-15);
/// assert_eq!((layer.inputs(), layer.outputs(), layer.parameters()), (3, 2, 3 * 2 + 2));
/// assert!(layer.activation().is::<Sigmoid>());
///
/// layer.weights_mut().column_mut(0).fill(0.0);
/// if let Some(mut bias) = layer.bias_mut() {
///     bias[0] = 0.0;
/// }
/// assert_eq!(layer.weights(), array![[0.0, 0.2], [0.0, 0.1], [0.0, 0.0]]);
/// assert_eq!(layer.bias(), Some(array![0.0, 0.1].view()));
/// assert_eq!(layer.predict(array![[0.6, 0.8, 0.7]].view())?[[0, 0]], 0.5);            // σ(0)
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
pub struct Dense<F: Float> {
    weights: Array2<F>,
    bias: Option<Array1<F>>,
    activation: AnyActivation<F>,
    dropout: f64,
    cache: Cache<F>,
}

/// What the last forward pass left for the backward pass, a row for each example of the batch.
#[derive(Debug)]
struct Cache<F> {
    output: Rows<F>,
    /// No rows where it is not kept.
    pre_activation: Rows<F>,
}

impl<F: Float> Cache<F> {
    fn new(outputs: usize) -> Self {
        Self { output: Rows::new(outputs), pre_activation: Rows::new(outputs) }
    }
}

impl<F: Float> Dense<F> {
    /// A layer of these weights (inputs × outputs), this bias (outputs; `None` for a layer without one) and activation.
    ///
    /// # Errors
    ///
    /// [`NetworkError::ZeroWidth`] if the weights have no rows or no columns, [`NetworkError::BiasShape`] if the bias does not have a
    /// number for each column, [`Error::NotFinite`] if a number is NaN or infinite.
    pub fn new(
        weights: Array2<F>,
        bias: Option<Array1<F>>,
        activation: impl Into<AnyActivation<F>>,
    ) -> Result<Self> {
        let (inputs, outputs) = weights.dim();
        if inputs == 0 || outputs == 0 {
            return Err(NetworkError::ZeroWidth { inputs, outputs }.into());
        }
        if let Some(bias) = bias.as_ref().map(Array1::len).filter(|&length| length != outputs) {
            return Err(NetworkError::BiasShape { bias, outputs }.into());
        }
        let numbers = weights.iter().chain(bias.iter().flatten());
        if let Some(value) = numbers.map(|value| value.as_f64()).find(|value| !value.is_finite()) {
            return Err(Error::NotFinite { what: "a weight or bias", value });
        }
        // Row-major whatever the caller's layout, so that slices of it can be handed to an optimizer.
        let weights = row_major(weights);
        let bias = bias.map(row_major);
        let (activation, cache) = (activation.into(), Cache::new(outputs));
        Ok(Self { weights, bias, activation, dropout: 0.0, cache })
    }

    /// Leaves this fraction of the outputs out while training, as [`MlpBuilder::dropout`](crate::mlp::MlpBuilder::dropout) says. Default: 0, none.
    ///
    /// ```
    /// use densely::{Dense, Relu};
    /// use ndarray::Array2;
    ///
    /// let layer = Dense::new(Array2::<f32>::eye(8), None, Relu)?;
    /// assert_eq!(layer.dropout(), 0.0);
    /// assert_eq!(layer.clone().with_dropout(0.25)?.dropout(), 0.25);
    /// assert!(layer.with_dropout(1.0).is_err());
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless the fraction is at least 0 and below 1.
    pub fn with_dropout(mut self, fraction: f64) -> Result<Self> {
        check_dropout(fraction)?;
        self.dropout = fraction;
        Ok(self)
    }

    /// The number of inputs: the rows of the weights.
    pub fn inputs(&self) -> usize {
        self.weights.nrows()
    }

    /// The number of outputs (units): the columns of the weights.
    pub fn outputs(&self) -> usize {
        self.weights.ncols()
    }

    /// How many numbers the layer learns: inputs · outputs, and outputs more with a bias.
    pub fn parameters(&self) -> usize {
        self.weights.len() + self.bias.as_ref().map_or(0, Array1::len)
    }

    /// W, inputs × outputs.
    pub fn weights(&self) -> ArrayView2<'_, F> {
        self.weights.view()
    }

    /// W, inputs × outputs, to be changed in place.
    pub fn weights_mut(&mut self) -> ArrayViewMut2<'_, F> {
        self.weights.view_mut()
    }

    /// b, one number for each output, if there is a bias.
    pub fn bias(&self) -> Option<ArrayView1<'_, F>> {
        self.bias.as_ref().map(|bias| bias.view())
    }

    /// b, to be changed in place.
    pub fn bias_mut(&mut self) -> Option<ArrayViewMut1<'_, F>> {
        self.bias.as_mut().map(|bias| bias.view_mut())
    }

    /// g, the activation.
    pub fn activation(&self) -> &AnyActivation<F> {
        &self.activation
    }

    /// The fraction of the outputs that is left out while training; 0 for none.
    pub fn dropout(&self) -> f64 {
        self.dropout
    }

    /// The outputs of the last forward pass of training, before dropout, rows × outputs; no rows before the first.
    ///
    /// ```
    /// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp, Relu};
    /// use ndarray::array;
    ///
    /// let hidden = Dense::new(array![[1.0, -1.0]], None, Relu)?;
    /// let mut net = Mlp::from_layers(vec![hidden, Dense::new(array![[1.0], [1.0]], None, Identity)?])?;
    /// let (inputs, targets) = (array![[-3.0], [2.0]], array![[3.0], [2.0]]);
    /// Backprop::new(&net).run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    /// assert_eq!(net.layers()[0].cached_output(), array![[0.0, 3.0], [2.0, 0.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn cached_output(&self) -> ArrayView2<'_, F> {
        self.cache.output.view()
    }

    /// The weighted sums of the last forward pass; rows × outputs where they were kept.
    pub(crate) fn cached_pre_activation(&self) -> ArrayView2<'_, F> {
        self.cache.pre_activation.view()
    }

    /// A = g(X·W + b), written over `outputs`, for row-major `inputs`: rows × inputs to rows × outputs. Leaves the cache alone.
    pub(crate) fn apply(&self, inputs: ArrayView2<'_, F>, mut outputs: ArrayViewMut2<'_, F>) {
        let bias = self.bias.as_ref();
        product::weighted_sums(inputs, self.weights.view(), bias, 0, outputs.view_mut());
        self.activation.forward(outputs);
    }

    /// A = g(X·W + b) in a new matrix: rows × inputs to rows × outputs. Needs no exclusive access: threads can share the
    /// layer.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Features`](crate::error::ShapeError::Features) if `inputs` does not have [`inputs`](Self::inputs) columns.
    pub fn predict(&self, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        Error::check_features(inputs.ncols(), self.inputs())?;
        let mut outputs = Array2::zeros((inputs.nrows(), self.outputs()));
        self.apply(inputs.as_standard_layout().view(), outputs.view_mut());
        Ok(outputs)
    }

    /// The forward pass of training: A = g(X·W + b) goes into the cache, and Z = X·W + b beside it if the activation's
    /// derivative or the caller needs it. `inputs` must have [`inputs`](Self::inputs) columns.
    pub(crate) fn forward(
        &mut self,
        inputs: ArrayView2<'_, F>,
        keep_pre_activation: bool,
        threads: Threads,
    ) {
        let rows = inputs.nrows();
        let cost = self.multiplications(rows);
        let keep_pre_activation = keep_pre_activation || self.activation.keeps_pre_activation();
        let axis = self.axis_to_divide(&self.activation, inputs);
        let Self { weights, bias, activation, cache, .. } = self;
        let output = Along(cache.output.resize(rows), axis);
        let pre_activation =
            keep_pre_activation.then(|| Along(cache.pre_activation.resize(rows), axis));
        let inputs = Read::by_rows_if(axis, inputs);
        threads.divide((output, pre_activation, inputs), cost, &|first, parts| {
            let (output, pre_activation, Read(inputs, _)) = parts;
            let first = output.first_column(first);
            let Along(mut output, _) = output;
            product::weighted_sums(inputs, weights.view(), bias.as_ref(), first, output.view_mut());
            if let Some(Along(mut pre_activation, _)) = pre_activation {
                pre_activation.assign(&output);
            }
            activation.forward(output);
        });
    }

    /// How a product with the weights is divided among threads. By rows, each thread reads all weights; by columns, all of the other
    /// operand: the smaller is read by all. An activation that looks at whole rows leaves no choice.
    fn axis_to_divide(&self, activation: &AnyActivation<F>, other: ArrayView2<'_, F>) -> Axis {
        let by_columns = activation.is_elementwise() && self.weights.len() > other.len();
        Axis(usize::from(by_columns))
    }

    /// Turns `delta` from ∂loss/∂A into ∂loss/∂Z, by the activation's derivative at the cached output.
    pub(crate) fn backward_through_activation(&self, delta: ArrayViewMut2<'_, F>) {
        self.activation.backward(self.cached_output(), self.cached_pre_activation(), delta);
    }

    /// The multiplications of one product with so many rows.
    fn multiplications(&self, rows: usize) -> usize {
        rows.saturating_mul(self.weights.len())
    }

    /// From `delta` = ∂loss/∂Z and the inputs of the forward pass, the gradients of weights and bias.
    pub(crate) fn parameter_gradient(
        &self,
        inputs: ArrayView2<'_, F>,
        delta: ArrayView2<'_, F>,
        gradient: &mut Gradient<F>,
        threads: Threads,
    ) {
        let cost = self.multiplications(inputs.nrows());
        threads.divide(gradient.weights.view_mut(), cost, &|first, gradient| {
            product::weight_gradient(inputs, delta, first, gradient);
        });
        if let Some(bias) = &mut gradient.bias {
            product::bias_gradient(delta, bias);
        }
    }

    /// From `delta` = ∂loss/∂Z, the delta of the layer before, which put out this one's inputs X: first ∂loss/∂X, what arrives at that
    /// layer's outputs, through the mask of its dropout if it has one, then through its activation.
    pub(crate) fn delta_before(
        &self,
        layer_before: &Self,
        mask: Option<ArrayView2<'_, F>>,
        delta: ArrayView2<'_, F>,
        delta_before: ArrayViewMut2<'_, F>,
        threads: Threads,
    ) {
        let cost = self.multiplications(delta.nrows());
        let activation = &layer_before.activation;
        let axis = self.axis_to_divide(activation, delta);
        let pre_activation = activation
            .keeps_pre_activation()
            .then(|| Read(layer_before.cached_pre_activation(), Some(axis)));
        let parts = (
            Along(delta_before, axis),
            Read(layer_before.cached_output(), Some(axis)),
            pre_activation,
            Read::by_rows_if(axis, delta),
            mask.map(|mask| Read(mask, Some(axis))),
        );
        threads.divide(parts, cost, &|first, parts| {
            let (delta_before, Read(output, _), pre_activation, Read(delta, _), mask) = parts;
            let first = delta_before.first_column(first);
            let Along(mut delta_before, _) = delta_before;
            product::input_gradient(delta, self.weights.view(), first, delta_before.view_mut());
            if let Some(Read(mask, _)) = mask {
                delta_before *= &mask;
            }
            // What is not kept is not read.
            let pre_activation = pre_activation.map_or(output, |Read(kept, _)| kept);
            activation.backward(output, pre_activation, delta_before);
        });
    }

    /// Weights and bias as row-major slices, in that order.
    pub(crate) fn parameter_slices(&self) -> impl Iterator<Item = &[F]> {
        let bias = self.bias.as_ref().and_then(|bias| bias.as_slice());
        self.weights.as_slice().into_iter().chain(bias)
    }

    /// Weights and bias as row-major slices, in that order.
    pub(crate) fn parameter_slices_mut(&mut self) -> impl Iterator<Item = &mut [F]> {
        let bias = self.bias.as_mut().and_then(|bias| bias.as_slice_mut());
        self.weights.as_slice_mut().into_iter().chain(bias)
    }

    /// Gives a layer without a bias one of zeros.
    pub(crate) fn bias_or_zeros(&mut self) -> &mut Array1<F> {
        let outputs = self.weights.ncols();
        self.bias.get_or_insert_with(|| Array1::zeros(outputs))
    }
}

/// Of a layer's outputs, some must be left.
pub(crate) fn check_dropout(fraction: f64) -> Result<()> {
    Error::check_setting("dropout", fraction, "at least 0 and below 1", |f| (0.0..1.0).contains(&f))
}

/// A clone has the same parameters and activation, and an empty cache.
impl<F: Float> Clone for Dense<F> {
    fn clone(&self) -> Self {
        Self {
            weights: self.weights.clone(),
            bias: self.bias.clone(),
            activation: self.activation.clone(),
            dropout: self.dropout,
            cache: Cache::new(self.outputs()),
        }
    }
}

/// The gradient of the loss with respect to one layer's parameters.
///
/// ```
/// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
/// use ndarray::array;
///
/// // One row x = (1, 2) and a = 0: the loss is (a - 3)², its derivative by z is -6, and by a weight -6 x.
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[0.0], [0.0]], Some(array![0.0]), Identity)?])?;
/// let mut backprop = Backprop::new(&net);
/// backprop.run(&mut net, &MeanSquaredError, array![[1.0, 2.0]].view(), array![[3.0]].view())?;
/// assert_eq!(backprop.gradients()[0].weights, array![[-6.0], [-12.0]]);
/// assert_eq!(backprop.gradients()[0].bias, Some(array![-6.0]));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gradient<F> {
    /// ∂loss/∂W, inputs × outputs.
    pub weights: Array2<F>,
    /// ∂loss/∂b, outputs; `None` where the layer has no bias.
    pub bias: Option<Array1<F>>,
}
