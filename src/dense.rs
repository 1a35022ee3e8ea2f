//! A fully connected layer.

mod folding;
mod input_factors;

use crate::error::check::{BELOW_1, NOT_NEGATIVE, ensure};
use crate::error::{Error, NetworkError, Result};
use crate::matrix::{Matrix, Rows};
use crate::parameter::RateFactors;
use crate::threads::{Share, Threads};
use crate::{activation::AnyActivation, float::Float, product};
use input_factors::InputFactors;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis, Slice};
use std::iter::once;

/// A fully connected layer: A = g(X·W + b).
///
/// X is rows × inputs, the weights W inputs × outputs, the optional bias b outputs, and g the
/// activation. The layer caches A in the forward pass of training, and computes g' from it. It
/// caches the weighted sums Z = X·W + b too if the activation's derivative or the loss needs them.
///
/// [`Mlp::builder`](crate::mlp::Mlp::builder) makes layers with random weights, [`Dense::new`] a
/// layer of given weights.
///
/// ```
/// use densely::{Dense, Sigmoid};
/// use ndarray::array;
///
/// let mut layer = Dense::<f64>::new(
///     array![[0.1, 0.2], [0.3, 0.1], [0.5, 0.0]],
///     Some(array![0.1, 0.1]),
///     Sigmoid,
/// )?;
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
/// assert_eq!(layer.predict(array![[0.6, 0.8, 0.7]].view())?[[0, 0]], 0.5); // σ(0)
/// # Ok::<(), densely::Error>(())
/// ```
///
/// A clone has the same parameters and activation, and an empty cache.
#[derive(Clone, Debug)]
pub struct Dense<F: Float> {
    weights: Matrix<F>,
    bias: Option<Vec<F>>,
    activation: AnyActivation<F>,
    dropout: f64,
    rate_factors: RateFactors,
    input_factors: Option<InputFactors<F>>,
    output: Cache<F>,
    /// Without rows if it is not kept.
    pre_activation: Cache<F>,
}

/// What the backward pass needs of the last forward pass, rows × outputs. A clone is empty.
#[derive(Debug)]
struct Cache<F>(Matrix<F>);

impl<F: Float> Clone for Cache<F> {
    fn clone(&self) -> Self {
        Self(Matrix::new(self.0.columns()))
    }
}

impl<F: Float> Dense<F> {
    /// A layer of these weights (inputs × outputs), this bias (outputs; `None` for no bias) and
    /// this activation.
    ///
    /// # Errors
    ///
    /// [`NetworkError::ZeroWidth`] if the weights have no rows or no columns,
    /// [`NetworkError::BiasShape`] if the bias does not have one number for each output,
    /// [`Error::NotFinite`] if a number is NaN or infinite.
    pub fn new(
        weights: Array2<F>,
        bias: Option<Array1<F>>,
        activation: impl Into<AnyActivation<F>>,
    ) -> Result<Self> {
        let (inputs, outputs) = weights.dim();
        ensure(inputs > 0 && outputs > 0, || NetworkError::ZeroWidth { inputs, outputs })?;
        let length = bias.as_ref().map_or(outputs, Array1::len);
        ensure(length == outputs, || NetworkError::BiasShape { bias: length, outputs })?;
        let numbers = weights.iter().chain(bias.iter().flatten());
        Error::check_each_finite("a weight or bias", numbers.map(|value| value.as_f64()))?;
        Ok(Self {
            weights: Matrix::of(weights),
            bias: bias.map(|bias| bias.into_iter().collect()),
            activation: activation.into(),
            dropout: 0.0,
            rate_factors: RateFactors::default(),
            input_factors: None,
            output: Cache(Matrix::new(outputs)),
            pre_activation: Cache(Matrix::new(outputs)),
        })
    }

    /// Sets how fast weights and bias learn: [`RateFactors`] has an example.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a factor that is negative or not finite.
    pub fn with_rate_factors(mut self, factors: RateFactors) -> Result<Self> {
        let RateFactors { weights, bias, decay } = factors;
        for factor in [weights, bias, decay] {
            Error::check_range("rate factor", factor, NOT_NEGATIVE)?;
        }
        self.rate_factors = factors;
        Ok(self)
    }

    /// Trains a factor s for each input beside the weights: W = diag(s) · V, with s = 1 at first,
    /// and with `rate` times the learning rate for s. Weight decay applies to s and V.
    ///
    /// An input that matters little gets a small s, and takes less part in what follows: RealMLP
    /// (Holzmüller, Grinsztajn, Steinwart 2024) trains such a scaling layer. Here it costs no pass
    /// over the rows, and [`weights`](Self::weights) is the product W, which predictions and files
    /// use. In a loop of your own, W and the bias are those of the last forward pass.
    ///
    /// ```
    /// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// use ndarray::array;
    ///
    /// // a = s v x. At first s = 1 and v = 0: ∂loss/∂v = 2 (0 - 3) s = -6, ∂loss/∂s = 0.
    /// // Then v = 0.75: ∂loss/∂v = 2 (0.75 - 3) = -4.5, ∂loss/∂s = -4.5 · 0.75.
    /// let layer = Dense::<f64>::new(array![[0.0]], None, Identity)?.with_input_factors(2.0)?;
    /// let (mut net, data) =
    ///     (Mlp::from_layers(vec![layer])?, Dataset::new(array![[1.0]], array![[3.0]])?);
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.125)).epochs(2);
    /// trainer.fit(&mut net, &data)?;
    /// let (v, s) = (0.75 + 0.125 * 4.5, 1.0 + 2.0 * 0.125 * 4.5 * 0.75);
    /// assert_eq!(net.layers()[0].weights(), array![[v * s]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a rate that is not positive and finite.
    pub fn with_input_factors(mut self, rate: f64) -> Result<Self> {
        self.merge_input_factors();
        let ones = vec![F::one(); self.inputs()];
        self.with_mapped_input_factors(rate, (ones, Vec::new(), Vec::new()))
    }

    /// As [`with_input_factors`](Self::with_input_factors), for a layer that takes y = c · (x + o)
    /// in place of each input x. From the y of some inputs it takes away that of the next. The
    /// mapping is all c, all o, and the places of these inputs.
    pub(crate) fn with_mapped_input_factors(
        mut self,
        rate: f64,
        mapping: (Vec<F>, Vec<F>, Vec<usize>),
    ) -> Result<Self> {
        if !mapping.1.is_empty() {
            // Offsets become part of the bias.
            self.bias_or_zeros();
        }
        let bias = self.bias.clone();
        self.input_factors = Some(InputFactors::new(&self.weights, rate, mapping, bias)?);
        self.multiply_input_factors();
        Ok(self)
    }

    /// Makes trained factors of the inputs part of the weights.
    fn merge_input_factors(&mut self) {
        self.multiply_input_factors();
        self.input_factors = None;
    }

    /// Makes trained factors of the inputs part of the weights, and forgets the rate factors of a
    /// layer that is not frozen.
    pub(crate) fn simplify(&mut self) {
        self.merge_input_factors();
        if !self.is_frozen() {
            self.rate_factors = RateFactors::default();
        }
    }

    /// Sets the dropout of the layer: see
    /// [`MlpBuilder::dropout`](crate::mlp::MlpBuilder::dropout). Default: 0, none.
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
        Error::check_range("dropout", fraction, BELOW_1)?;
        self.dropout = fraction;
        Ok(self)
    }

    /// The number of inputs: the rows of the weights.
    pub fn inputs(&self) -> usize {
        self.weights.rows()
    }

    /// The number of outputs (units): the columns of the weights.
    pub fn outputs(&self) -> usize {
        self.weights.columns()
    }

    /// The number of parameters: inputs · outputs, plus outputs if there is a bias.
    pub fn parameters(&self) -> usize {
        self.weights.numbers().len() + self.bias.as_ref().map_or(0, Vec::len)
    }

    /// W, inputs × outputs.
    pub fn weights(&self) -> ArrayView2<'_, F> {
        self.weights.view()
    }

    /// W, inputs × outputs, to be changed in place. Trained factors of the inputs become part of
    /// W.
    pub fn weights_mut(&mut self) -> ArrayViewMut2<'_, F> {
        self.merge_input_factors();
        self.weights.view_mut()
    }

    /// b, one number for each output, if there is a bias.
    pub fn bias(&self) -> Option<ArrayView1<'_, F>> {
        self.bias.as_deref().map(ArrayView1::from)
    }

    /// b, to be changed in place. Trained factors of the inputs become part of W.
    pub fn bias_mut(&mut self) -> Option<ArrayViewMut1<'_, F>> {
        self.merge_input_factors();
        self.bias.as_deref_mut().map(ArrayViewMut1::from)
    }

    /// g, the activation.
    pub fn activation(&self) -> &AnyActivation<F> {
        &self.activation
    }

    /// The fraction of the outputs that is left out while training; 0 for none.
    pub fn dropout(&self) -> f64 {
        self.dropout
    }

    /// How fast weights and bias learn.
    pub fn rate_factors(&self) -> RateFactors {
        self.rate_factors
    }

    /// Whether all parameters learn as the optimizer says.
    pub(crate) fn learns_evenly(&self) -> bool {
        self.rate_factors == RateFactors::default() && self.input_factors.is_none()
    }

    /// Whether training changes nothing.
    pub(crate) fn is_frozen(&self) -> bool {
        self.input_factors.is_none()
            && self.each_kind().all(|(is_bias, factors)| factors.of(is_bias) == 0.0)
    }

    /// The outputs of the last forward pass of training, before dropout, rows × outputs; no rows
    /// before the first.
    ///
    /// ```
    /// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp, Relu};
    /// use ndarray::array;
    ///
    /// let hidden = Dense::new(array![[1.0, -1.0]], None, Relu)?;
    /// let mut net =
    ///     Mlp::from_layers(vec![hidden, Dense::new(array![[1.0], [1.0]], None, Identity)?])?;
    /// let (inputs, targets) = (array![[-3.0], [2.0]], array![[3.0], [2.0]]);
    /// Backprop::new(&net).run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    /// assert_eq!(net.layers()[0].cached_output(), array![[0.0, 3.0], [2.0, 0.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn cached_output(&self) -> ArrayView2<'_, F> {
        self.output.0.view()
    }

    /// The outputs A of the last forward pass.
    pub(crate) fn output(&self) -> Rows<'_, F> {
        self.output.0.as_rows()
    }

    /// The weighted sums Z of the last forward pass; without rows if they were not kept.
    pub(crate) fn cached_pre_activation(&self) -> ArrayView2<'_, F> {
        self.pre_activation.0.view()
    }

    /// A = g(X·W + b), written over `outputs`: rows × inputs to rows × outputs. Leaves the cache
    /// alone.
    pub(crate) fn apply(&self, inputs: Rows<'_, F>, outputs: ArrayViewMut2<'_, F>) {
        let (rows, columns) = (0..inputs.rows(), 0..self.outputs());
        let mut all = Share { rows, columns, part: outputs };
        product::weighted_sums(inputs, self.weights.as_rows(), self.bias.as_deref(), &mut all);
        self.activation.forward(all.part);
    }

    /// A = g(X·W + b) in a new matrix: rows × inputs to rows × outputs. Threads can share the
    /// layer.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Features`] if `inputs` does not have [`inputs`](Self::inputs) columns.
    ///
    /// [`ShapeError::Features`]: crate::error::ShapeError::Features
    pub fn predict(&self, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        Error::check_features(inputs.ncols(), self.inputs())?;
        let mut outputs = Array2::zeros((inputs.nrows(), self.outputs()));
        self.apply(Matrix::new(self.inputs()).row_major(inputs), outputs.view_mut());
        Ok(outputs)
    }

    /// The forward pass of training: A = g(X·W + b) goes into the cache, and Z = X·W + b beside
    /// it if the activation's derivative or the caller needs it.
    pub(crate) fn forward(&mut self, inputs: Rows<'_, F>, keep_z: bool, threads: Threads) {
        self.multiply_input_factors();
        let (rows, cost) = (inputs.rows(), self.multiplications(inputs.rows()));
        let keep_z = keep_z || self.activation.keeps_pre_activation();
        let axis = self.axis_to_divide(&self.activation, inputs);
        let Self { weights, bias, activation, output, pre_activation, .. } = self;
        let mut sums =
            keep_z.then(|| threads.shares(pre_activation.0.resize(rows).view_mut(), axis, cost));
        let outputs = threads.shares(output.0.resize(rows).view_mut(), axis, cost);
        let outputs = outputs.map(|share| (share, sums.as_mut().and_then(Iterator::next)));
        threads.each(outputs, &|(mut a, z)| {
            product::weighted_sums(inputs, weights.as_rows(), bias.as_deref(), &mut a);
            if let Some(mut z) = z {
                z.part.assign(&a.part);
            }
            activation.forward(a.part);
        });
    }

    /// The axis by which threads divide a product of `other` with the weights. By rows, every
    /// thread reads all weights; by columns, all of `other`: the smaller should be read in full. An
    /// activation of whole rows must be divided by rows.
    fn axis_to_divide(&self, activation: &AnyActivation<F>, other: Rows<'_, F>) -> Axis {
        let smaller = self.weights.numbers().len() > other.numbers().len();
        Axis(usize::from(activation.is_elementwise() && smaller))
    }

    /// The multiplications of one product of `rows` rows.
    fn multiplications(&self, rows: usize) -> usize {
        rows.saturating_mul(self.weights.numbers().len())
    }

    /// The gradients of weights and bias, Xᵀ·D and Σ D, with X the inputs and D = ∂loss/∂Z.
    pub(crate) fn parameter_gradient(
        &self,
        inputs: Rows<'_, F>,
        delta: Rows<'_, F>,
        gradient: &mut Gradient<F>,
        threads: Threads,
    ) {
        let cost = self.multiplications(inputs.rows());
        let shares = threads.shares(gradient.weights.view_mut(), Axis(0), cost);
        threads.each(shares, &|mut share| product::weight_gradient(inputs, delta, &mut share));
        if let Some(bias) = &mut gradient.bias {
            product::bias_gradient(delta, bias);
        }
        if let (Some(inputs), Some(factors)) = (&self.input_factors, &mut gradient.factors) {
            inputs.gradient(&mut gradient.weights, gradient.bias.as_deref(), factors);
        }
    }

    /// Computes weights and bias from trained factors of the inputs, if there are any.
    #[inline]
    pub(crate) fn multiply_input_factors(&mut self) {
        if let Some(factors) = &mut self.input_factors {
            factors.multiply(&mut self.weights, self.bias.as_mut());
        }
    }

    /// The delta of the layer before, from this layer's delta D: (D·Wᵀ ∘ M) ∘ g', with M the
    /// mask of that layer's dropout and g' the derivative of its activation.
    pub(crate) fn delta_before(
        &self,
        before: &Self,
        mask: Option<Rows<'_, F>>,
        delta: Rows<'_, F>,
        delta_before: &mut Matrix<F>,
        threads: Threads,
    ) {
        let cost = self.multiplications(delta.rows());
        let axis = self.axis_to_divide(&before.activation, delta);
        let shares = threads.shares(delta_before.resize(delta.rows()).view_mut(), axis, cost);
        threads.each(shares, &|mut share| {
            product::input_gradient(delta, self.weights.as_rows(), &mut share);
            let Share { rows, columns, part: mut delta } = share;
            let slices = [rows, columns].map(Slice::from);
            if let Some(mask) = mask {
                delta *= &slice(mask.view(), slices);
            }
            let output = slice(before.cached_output(), slices);
            let sums = match before.activation.keeps_pre_activation() {
                true => slice(before.cached_pre_activation(), slices),
                // An activation that keeps no sums does not read them.
                false => output,
            };
            before.activation.backward(output, sums, delta);
        });
    }

    /// Weights, bias and factors of the inputs as row-major slices, in that order.
    pub(crate) fn parameter_slices(&self) -> impl Iterator<Item = &[F]> {
        let (matrix, bias, factors) = match &self.input_factors {
            None => (&self.weights, &self.bias, None),
            Some(of) => (&of.matrix, &of.bias, Some(&of.factors)),
        };
        once(matrix.numbers()).chain(bias.iter().chain(factors).map(Vec::as_slice))
    }

    /// Weights, bias and factors of the inputs as row-major slices, in that order. After a change
    /// of the factors, [`multiply_input_factors`](Self::multiply_input_factors) must follow.
    pub(crate) fn parameter_slices_mut(&mut self) -> impl Iterator<Item = &mut [F]> {
        let (matrix, bias, factors) = match &mut self.input_factors {
            None => (&mut self.weights, &mut self.bias, None),
            Some(of) => {
                of.is_multiplied = false;
                (&mut of.matrix, &mut of.bias, Some(&mut of.factors))
            }
        };
        once(matrix.numbers_mut()).chain(bias.iter_mut().chain(factors).map(Vec::as_mut_slice))
    }

    /// For each parameter slice whether it is a bias, and its rate factors.
    pub(crate) fn each_kind(&self) -> impl Iterator<Item = (bool, RateFactors)> + use<F> {
        let (own, bias) = (self.rate_factors, self.bias.is_some());
        let factors =
            self.input_factors.as_ref().map(|factors| RateFactors::new(factors.rate, 0.0));
        once((false, own)).chain(bias.then_some((true, own))).chain(factors.map(|of| (false, of)))
    }
}

/// Compares parameters, activation, dropout and rate factors, not the caches.
impl<F: Float> PartialEq for Dense<F> {
    fn eq(&self, other: &Self) -> bool {
        self.activation.to_string() == other.activation.to_string()
            && self.weights == other.weights
            && self.bias == other.bias
            && self.dropout == other.dropout
            && self.rate_factors == other.rate_factors
            && self.input_factors == other.input_factors
    }
}

/// These rows and columns of a matrix.
fn slice<F>(matrix: ArrayView2<'_, F>, [rows, columns]: [Slice; 2]) -> ArrayView2<'_, F> {
    matrix.slice_axis_move(Axis(0), rows).slice_axis_move(Axis(1), columns)
}

/// The gradient of the loss with respect to one layer's parameters.
///
/// ```
/// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
/// use ndarray::array;
///
/// // One row x = (1, 2) and a = 0: the loss is (a - 3)², its derivative by z is -6, and by a
/// // weight -6 x.
/// let dense = Dense::new(array![[0.0], [0.0]], Some(array![0.0]), Identity)?;
/// let mut net = Mlp::from_layers(vec![dense])?;
/// let mut backprop = Backprop::new(&net);
/// let (inputs, targets) = (array![[1.0, 2.0]], array![[3.0]]);
/// backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
/// assert_eq!(backprop.gradients()[0].weights(), array![[-6.0], [-12.0]]);
/// assert_eq!(backprop.gradients()[0].bias(), Some(array![-6.0].view()));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gradient<F> {
    weights: Matrix<F>,
    bias: Option<Vec<F>>,
    /// With respect to the factors of the inputs, if the layer has them.
    factors: Option<Vec<F>>,
}

impl<F: Float> Gradient<F> {
    /// Zeros in the shapes of a layer's parameters.
    pub(crate) fn zeros(layer: &Dense<F>) -> Self {
        let bias = layer.bias.as_ref().map(|bias| vec![F::zero(); bias.len()]);
        let factors = layer.input_factors.as_ref().map(|_| vec![F::zero(); layer.inputs()]);
        Self { weights: Matrix::zeros(layer.inputs(), layer.outputs()), bias, factors }
    }

    /// ∂loss/∂W, inputs × outputs. Zeros for layers that are frozen together with all before
    /// them.
    pub fn weights(&self) -> ArrayView2<'_, F> {
        self.weights.view()
    }

    /// ∂loss/∂b, outputs; `None` if the layer has no bias.
    pub fn bias(&self) -> Option<ArrayView1<'_, F>> {
        self.bias.as_deref().map(ArrayView1::from)
    }

    /// Whether it has the shapes of this layer's parameters.
    pub(crate) fn fits(&self, layer: &Dense<F>) -> bool {
        self.weights().dim() == layer.weights().dim()
            && self.bias.is_some() == layer.bias.is_some()
            && self.factors.is_some() == layer.input_factors.is_some()
    }

    /// The gradients of weights, bias and factors of the inputs, in that order.
    pub(crate) fn slices(&self) -> impl Iterator<Item = &[F]> {
        once(self.weights.numbers()).chain(self.bias.as_deref()).chain(self.factors.as_deref())
    }

    /// The gradients of weights, bias and factors of the inputs, in that order.
    pub(crate) fn slices_mut(&mut self) -> impl Iterator<Item = &mut [F]> {
        let bias = self.bias.as_deref_mut();
        once(self.weights.numbers_mut()).chain(bias).chain(self.factors.as_deref_mut())
    }
}
