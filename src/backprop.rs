//! The backpropagation engine: from a batch to the gradient of its loss.

mod backward;
mod clipping;
mod dropout;
mod forward;

use crate::batch::Batch;
use crate::parameter::Parameter;
pub(crate) use dropout::Dropout;

use crate::dense::Gradient;
use crate::elementary::vectorized;
use crate::error::{Error, Result};
use crate::float::Float;
use crate::loss::Loss;
use crate::matrix::Rows;
use crate::mlp::Mlp;
use crate::random::{Purpose, generator};
use crate::threads::Threads;
use crate::workers::Workers;
use dropout::Dropped;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand_chacha::ChaCha8Rng;

/// Computes the gradient of a loss with respect to every weight and bias of a network.
///
/// # The algorithm
///
/// Going forward, layer l computes Z_l = A_(l-1)·W_l + b_l and A_l = g_l(Z_l), and keeps A_l. Going backward, delta D_l =
/// ∂loss/∂Z_l is
///
/// - for the output layer, ∂loss/∂A_L ∘ g'_L; where the loss is [fused](crate::loss::Loss::fused_with) with its activation, the two
///   together: A_L - Y over the count that the mean runs over;
/// - for each layer before it, D_l = (D_(l+1)·W_(l+1)ᵀ) ∘ g'_l, with g'_l computed from the cached A_l.
///
/// The gradients are ∂loss/∂W_l = A_(l-1)ᵀ·D_l, with A_0 the inputs, and ∂loss/∂b_l, the sum of D_l over the rows. The
/// gradient with respect to the inputs would be D_1·W_1ᵀ: nobody asks for it, and it is never computed.
///
/// Where layer l has [dropout](crate::mlp::MlpBuilder::dropout), the next layer gets A_l ∘ M_l in place of A_l, and what comes back is multiplied by M_l
/// too; g'_l is computed from A_l, which is what the cache keeps.
///
/// # Your own training loop
///
/// The buffers are made once and serve batches of any number of rows.
///
/// ```
/// use densely::{Backprop, Identity, MeanSquaredError, Mlp, Sgd, Tanh, optimizer::OptimizerState};
/// use ndarray::array;
///
/// let inputs = array![[-1.0], [0.0], [1.0], [2.0]];
/// let targets = array![[1.0], [0.0], [1.0], [4.0]];
/// let mut net = Mlp::<f64>::builder(1).dense(8, Tanh).dense(1, Identity).seed(1).build()?;
/// let mut backprop = Backprop::new(&net);
/// let (sgd, mut memory) = (Sgd::new(0.05).momentum(0.9), OptimizerState::new());
/// let first = backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
/// for _ in 0..300 {
///     backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
///     memory.step(&sgd, backprop.parameters(&mut net))?;
/// }
/// let last = backprop.loss(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
/// assert!(last < 0.01 * first);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Backprop<F: Float> {
    /// One for each layer.
    gradients: Vec<Gradient<F>>,
    /// ∂loss/∂Z of each layer, rows × outputs.
    deltas: Vec<Rows<F>>,
    /// The loss of each row: one column.
    losses: Rows<F>,
    /// The inputs row by row, where the caller's are in another order.
    inputs: Rows<F>,
    /// One for each layer, unused where there is no dropout.
    dropped: Vec<Dropped<F>>,
    /// Of dropout.
    generator: ChaCha8Rng,
    threads: Threads,
}

impl<F: Float> Backprop<F> {
    /// Buffers for a network of this shape.
    pub fn new(net: &Mlp<F>) -> Self {
        let gradients = net.layers().iter().map(|layer| Gradient {
            weights: Array2::zeros(layer.weights().dim()),
            bias: layer.bias().map(|bias| Array1::zeros(bias.len())),
        });
        let deltas = net.layers().iter().map(|layer| Rows::new(layer.outputs()));
        Self {
            gradients: gradients.collect(),
            deltas: deltas.collect(),
            losses: Rows::new(1),
            inputs: Rows::new(net.features()),
            dropped: net.layers().iter().map(|layer| Dropped::new(layer.outputs())).collect(),
            generator: generator(0, Purpose::Dropout),
            threads: Threads::ONE,
        }
    }

    /// The seed of dropout. Default: 0.
    ///
    /// ```
    /// # use densely::{Backprop, Identity, MeanSquaredError, Mlp, Relu};
    /// # use ndarray::Array2;
    /// let mut net = Mlp::<f64>::builder(8).dense(64, Relu).dropout(0.5).dense(1, Identity).build()?;
    /// let (inputs, targets) = (Array2::eye(8), Array2::ones((8, 1)));
    /// let mut loss = |seed| Backprop::new(&net).seed(seed).run(&mut net, &MeanSquaredError, inputs.view(), targets.view());
    /// assert_eq!(loss(1)?, loss(1)?);
    /// assert_ne!(loss(1)?, loss(2)?);
    /// # Ok::<(), densely::Error>(())
    /// ```
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.generator = generator(seed, Purpose::Dropout);
        self
    }

    /// The generator that dropout draws from.
    pub(crate) fn generator_mut(&mut self) -> &mut ChaCha8Rng {
        &mut self.generator
    }

    /// Divides large products among so many threads. Default: 1.
    pub(crate) fn set_threads(&mut self, threads: Threads) {
        self.threads = threads;
    }

    /// Runs the batch forward and backward: leaves the gradients of its mean loss in [`gradients`](Self::gradients), and
    /// returns that loss.
    ///
    /// Shapes: inputs rows × features, targets rows × outputs.
    ///
    /// ```
    /// # use densely::{Backprop, Dense, Error, Identity, MeanSquaredError, Mlp};
    /// # use ndarray::array;
    /// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;    // a = x
    /// let mut backprop = Backprop::new(&net);
    /// let (inputs, targets) = (array![[1.0], [2.0]], array![[0.0], [0.0]]);
    /// assert_eq!(backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?, 2.5);  // (1² + 2²) / 2
    /// assert_eq!(backprop.gradients()[0].weights, array![[5.0]]);                                  // (2 · 1 · 1 + 2 · 2 · 2) / 2
    /// let error = backprop.run(&mut net, &MeanSquaredError, inputs.t(), targets.view());
    /// assert!(matches!(error, Err(Error::Features { found: 2, expected: 1 })));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Features`], [`Error::Targets`] or [`Error::Rows`] if the shapes do not fit the network or one another;
    /// [`Error::NoRows`] for an empty batch; [`Error::UnsuitableOutput`] if the loss does not fit the output layer; [`Error::LayerShape`] if the layers no longer fit together; [`Error::OtherNetwork`] if the network is not of the shape that this was made
    /// for. The targets are not looked at, as a [`Trainer`](crate::trainer::Trainer) does by [`Loss::check_targets`]; a loss that is not finite is no error here, either: look at what
    /// is returned.
    pub fn run(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<f64> {
        self.run_batch(net, loss, Batch::new(inputs, targets, None))
    }

    /// As [`run`](Self::run), with a weight w for each row: the loss is Σ w L / Σ w. A weight of k is the same as k copies of the row, 0 the
    /// same as leaving it out.
    ///
    /// ```
    /// # use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
    /// # use ndarray::array;
    /// # let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
    /// # let mut backprop = Backprop::new(&net);
    /// // a = x: the rows' losses are 1 and 4.
    /// let (inputs, targets, weights) = (array![[1.0], [2.0]], array![[0.0], [0.0]], array![3.0, 1.0]);
    /// let loss = backprop.run_weighted(&mut net, &MeanSquaredError, inputs.view(), targets.view(), weights.view())?;
    /// assert_eq!(loss, 1.75);                                                                      // (3 · 1 + 1 · 4) / (3 + 1)
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run); [`Error::Weights`] unless there is one for each row, [`Error::Weight`] for one that is negative or not finite,
    /// [`Error::NoWeight`] if all are 0.
    pub fn run_weighted(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        weights: ArrayView1<'_, F>,
    ) -> Result<f64> {
        Error::check_weights(weights, inputs.nrows())?;
        if inputs.nrows() == targets.nrows() && weights.iter().any(|&weight| weight == F::zero()) {
            // What has no weight takes no part: 0 · ∞ would be NaN.
            let rows: Vec<_> = (0..weights.len()).filter(|&row| weights[row] > F::zero()).collect();
            let (inputs, targets) = (inputs.select(Axis(0), &rows), targets.select(Axis(0), &rows));
            let weights = weights.select(Axis(0), &rows);
            let (inputs, targets) = (inputs.view(), targets.view());
            let batch = Batch::new(inputs, targets, Some(weights.view()));
            return self.run_batch(net, loss, batch);
        }
        self.run_batch(net, loss, Batch::new(inputs, targets, Some(weights)))
    }

    /// The mean loss of a batch, without dropout and without the backward pass; the gradients stay what they were.
    ///
    /// ```
    /// # use densely::{Backprop, Identity, MeanSquaredError, Mlp, Relu, metrics};
    /// # use ndarray::Array2;
    /// let mut net = Mlp::<f64>::builder(8).dense(64, Relu).dropout(0.5).dense(1, Identity).build()?;
    /// let (inputs, targets) = (Array2::eye(8), Array2::ones((8, 1)));
    /// let loss = Backprop::new(&net).loss(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    /// let predicted = net.predict(inputs.view())?;
    /// approx::assert_relative_eq!(loss, metrics::mean_squared_error(predicted.view(), targets.view())?, max_relative = 1e-12);
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
        self.forward(net, loss, Batch::new(inputs, targets, None), Dropout::Off)
    }

    /// Forward and backward, on weights that were checked.
    pub(crate) fn run_batch(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        batch: Batch<'_, F>,
    ) -> Result<f64> {
        let mean_loss = self.forward(net, loss, batch, Dropout::Drawn)?;
        self.mean_over_rows(batch);
        self.backward(net, batch.inputs.view()).for_each(drop);
        Ok(mean_loss)
    }

    /// As [`run_batch`](Self::run_batch), for one worker's part of a batch, which may be empty: the loss and the gradients of the whole. `None` if one of the
    /// workers does not go on.
    pub(crate) fn run_part(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        batch: Batch<'_, F>,
        workers: &mut dyn Workers<F>,
        goes_on: bool,
    ) -> Result<Option<f64>> {
        let mut share = 0.0;
        if batch.inputs.nrows() > 0 {
            share = self.forward(net, loss, batch, Dropout::Drawn)?;
            self.mean_over_rows(batch);
        } else {
            self.pass_over(net, batch);
        }
        let mut numbers = [share, f64::from(u8::from(!goes_on))];
        workers.sum(&mut numbers, &mut self.backward(net, batch.inputs.view()))?;
        let [loss, ended] = numbers;
        Ok((ended == 0.0).then_some(loss))
    }

    /// The gradients of the last [`run`](Self::run), one for each layer, first to last. All 0 before it.
    pub fn gradients(&self) -> &[Gradient<F>] {
        &self.gradients
    }

    /// Every weight matrix and bias of the network with its gradient, for an optimizer.
    ///
    /// The network must be the one of the last [`run`](Self::run); of another, those parameters come that have a
    /// gradient of their length.
    pub fn parameters<'a>(&'a self, net: &'a mut Mlp<F>) -> impl Iterator<Item = Parameter<'a, F>> {
        net.parameter_slices_mut()
            .zip(self.gradient_slices())
            .filter(|(values, (_, gradient))| values.len() == gradient.len())
            .map(|(values, (is_bias, gradient))| Parameter { is_bias, values, gradient })
    }

    /// Scales the output layer's delta from the gradient of each row's own loss to that of the mean over the rows.
    fn mean_over_rows(&mut self, batch: Batch<'_, F>) {
        let Some(mut delta) = self.deltas.last_mut().map(Rows::view_mut) else { return };
        let total = batch.weight();
        if let Some(weights) = batch.weights {
            let shares = weights.iter().map(|weight| F::from_f64(weight.as_f64() / total));
            for (mut row, share) in delta.rows_mut().into_iter().zip(shares) {
                row.mapv_inplace(|delta| share * delta);
            }
        } else if let Some(delta) = delta.as_slice_mut() {
            let share = F::one() / F::from_f64(total);
            vectorized(move || delta.iter_mut().for_each(|delta| *delta *= share));
        }
    }
}
