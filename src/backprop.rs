//! The backpropagation engine: from a batch to the gradient of its loss.

use crate::elementary::vectorized;
use crate::rows::Rows;
use crate::threads::Threads;
use crate::{Error, Float, Gradient, Loss, Mlp, Result};
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Computes the gradient of a loss with respect to every weight and bias of a network.
///
/// # The algorithm
///
/// Going forward, layer l computes Z_l = A_(l-1)·W_l + b_l and A_l = g_l(Z_l), and keeps A_l. Going backward, delta D_l =
/// ∂loss/∂Z_l is
///
/// - for the output layer, ∂loss/∂A_L ∘ g'_L; where the loss is [fused](crate::Loss::fused_with) with its activation, the two
///   together: A_L - Y over the count that the mean runs over;
/// - for each layer before it, D_l = (D_(l+1)·W_(l+1)ᵀ) ∘ g'_l, with g'_l computed from the cached A_l.
///
/// The gradients are ∂loss/∂W_l = A_(l-1)ᵀ·D_l, with A_0 the inputs, and ∂loss/∂b_l, the sum of D_l over the rows. The
/// gradient with respect to the inputs would be D_1·W_1ᵀ: nobody asks for it, and it is never computed.
///
/// # Your own training loop
///
/// The buffers are made once and serve batches of any number of rows.
///
/// ```
/// use densely::{Backprop, Identity, MeanSquaredError, Memory, Mlp, Sgd, Tanh};
/// use ndarray::array;
///
/// let inputs = array![[-1.0], [0.0], [1.0], [2.0]];
/// let targets = array![[1.0], [0.0], [1.0], [4.0]];
/// let mut net = Mlp::<f64>::builder(1).dense(8, Tanh).dense(1, Identity).seed(1).build()?;
/// let mut backprop = Backprop::new(&net);
/// let (sgd, mut memory) = (Sgd::new(0.05).momentum(0.9), Memory::new());
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
    threads: Threads,
}

/// A weight matrix or bias, or a part of one, and its gradient: what an optimizer is given.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter<'a, F> {
    /// Whether it is a bias, which weight decay leaves alone.
    pub is_bias: bool,
    /// The numbers to be learned, row-major.
    pub values: &'a mut [F],
    /// ∂loss/∂values, of the same length.
    pub gradient: &'a [F],
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
            threads: Threads::ONE,
        }
    }

    /// Divides large products among so many threads. Default: 1.
    pub(crate) fn threads(mut self, threads: Threads) -> Self {
        self.threads = threads;
        self
    }

    /// Runs the batch forward and backward: leaves the gradients of its mean loss in [`gradients`](Self::gradients), and
    /// returns that loss.
    ///
    /// Shapes: inputs rows × features, targets rows × outputs.
    ///
    /// # Errors
    ///
    /// [`Error::Features`], [`Error::Targets`] or [`Error::Rows`] if the shapes do not fit the network or one another;
    /// [`Error::NoRows`] for an empty batch; [`Error::LayerShape`] if the layers no longer fit together; [`Error::OtherNetwork`] if the network is not of the shape that this was made
    /// for. A loss that is not finite is no error here: look at what is returned.
    pub fn run(
        &mut self,
        net: &mut Mlp<F>,
        loss: &dyn Loss<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<f64> {
        let mean_loss = self.loss(net, loss, inputs, targets)?;
        self.mean_over_rows(inputs.nrows());

        let threads = self.threads;
        let inputs = self.inputs.last_row_major(inputs);
        let layers = net.layers();
        for index in (0..layers.len()).rev() {
            let layer = &layers[index];
            let (before, rest) = self.deltas.split_at_mut(index);
            let delta = rest[0].view();
            let Some(layer_before) = index.checked_sub(1).map(|index| &layers[index]) else {
                layer.parameter_gradient(inputs, delta, &mut self.gradients[index], threads);
                break;
            };
            layer.parameter_gradient(
                layer_before.cached_output(),
                delta,
                &mut self.gradients[index],
                threads,
            );
            let delta_before = before[index - 1].resize(inputs.nrows());
            layer.delta_before(layer_before, delta, delta_before, threads);
        }
        Ok(mean_loss)
    }

    /// The mean loss of a batch, without the backward pass; the gradients stay what they were.
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
        self.check_shapes(net, inputs, targets)?;
        let rows = inputs.nrows();
        let last = net.layers().len() - 1;
        let fused = loss.fused_with(net.layers()[last].activation());

        let inputs = self.inputs.row_major(inputs);
        for index in 0..=last {
            let (before, rest) = net.layers_mut().split_at_mut(index);
            let inputs = before.last().map_or(inputs, |layer| layer.cached_output());
            rest[0].forward(inputs, index == last && fused.is_some(), self.threads);
        }

        let mut losses = self.losses.resize(rows).remove_axis(Axis(1));
        let mut delta = self.deltas[last].resize(rows);
        let layer = &net.layers()[last];
        let outputs = layer.cached_output();
        match fused {
            Some(fused) => fused.evaluate(
                layer.cached_pre_activation(),
                outputs,
                targets,
                losses.view_mut(),
                delta,
            ),
            None => {
                loss.evaluate(outputs, targets, losses.view_mut(), delta.view_mut());
                layer.backward_through_activation(delta);
            }
        }
        let sum: f64 = losses.iter().map(|loss| loss.as_f64()).sum();
        Ok(sum / rows as f64)
    }

    /// The gradients of the last [`run`](Self::run), one for each layer.
    pub fn gradients(&self) -> &[Gradient<F>] {
        &self.gradients
    }

    /// Every weight matrix and bias of the network with its gradient, for an optimizer.
    ///
    /// The network must be the one of the last [`run`](Self::run); of another, those parameters come that have a
    /// gradient of their length.
    pub fn parameters<'a>(&'a self, net: &'a mut Mlp<F>) -> impl Iterator<Item = Parameter<'a, F>> {
        let gradients = self.gradients.iter().flat_map(|gradient| {
            let weights = gradient.weights.as_slice().map(|slice| (false, slice));
            let bias =
                gradient.bias.as_ref().and_then(|bias| bias.as_slice()).map(|slice| (true, slice));
            weights.into_iter().chain(bias)
        });
        net.parameter_slices_mut()
            .zip(gradients)
            .filter(|(values, (_, gradient))| values.len() == gradient.len())
            .map(|(values, (is_bias, gradient))| Parameter { is_bias, values, gradient })
    }

    /// Scales the output layer's delta from the gradient of each row's own loss to that of the mean over the rows.
    fn mean_over_rows(&mut self, rows: usize) {
        if let Some(delta) = self.deltas.last_mut() {
            let share = F::one() / F::from_f64(rows as f64);
            if let Some(delta) = delta.view_mut().as_slice_mut() {
                vectorized(move || delta.iter_mut().for_each(|delta| *delta *= share));
            }
        }
    }

    fn check_shapes(
        &self,
        net: &Mlp<F>,
        inputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<()> {
        let layers = net.layers();
        let same_shape = layers.len() == self.gradients.len()
            && layers.iter().zip(&self.gradients).all(|(layer, gradient)| {
                layer.weights().dim() == gradient.weights.dim()
                    && layer.bias().is_some() == gradient.bias.is_some()
            });
        if !same_shape {
            return Err(Error::OtherNetwork);
        }
        // A layer may have been replaced through `layers_mut`.
        Mlp::check_stack(layers)?;
        Error::check_features(inputs.ncols(), net.features())?;
        if targets.ncols() != net.outputs() {
            return Err(Error::Targets { found: targets.ncols(), outputs: net.outputs() });
        }
        match (inputs.nrows(), targets.nrows()) {
            (0, 0) => Err(Error::NoRows),
            (inputs, targets) if inputs != targets => Err(Error::Rows { inputs, targets }),
            _ => Ok(()),
        }
    }
}
