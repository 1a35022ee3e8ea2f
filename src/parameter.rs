use serde::{Deserialize, Serialize};

/// A weight matrix or bias, or a part of one, and its gradient: what an optimizer gets.
///
/// ```
/// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
/// use ndarray::array;
///
/// let layer = Dense::<f64>::new(array![[1.0]], Some(array![0.0]), Identity)?;
/// let mut net = Mlp::from_layers(vec![layer])?;
/// let mut backprop = Backprop::new(&net);
/// // ∂loss/∂z = 2 (2 - 1) = 2.
/// backprop.run(&mut net, &MeanSquaredError, array![[2.0]].view(), array![[1.0]].view())?;
/// for parameter in backprop.parameters(&mut net)? {
///     let rate = if parameter.is_bias { 0.5 } else { 0.25 };
///     let numbers = parameter.values.iter_mut().zip(parameter.gradient);
///     numbers.for_each(|(value, gradient)| *value -= rate * gradient);
/// }
/// assert_eq!(net.layers()[0].weights(), array![[0.0]]);                 // 1 - 0.25 · 2 · 2
/// assert_eq!(net.layers()[0].bias(), Some(array![-1.0].view()));        // 0 - 0.5 · 2
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter<'a, F> {
    /// Whether it is a bias, to which weight decay does not apply.
    pub is_bias: bool,
    /// The weights or biases, row-major.
    pub values: &'a mut [F],
    /// ∂loss/∂values, of the same length.
    pub gradient: &'a [F],
    pub(crate) rate_factors: RateFactors,
}

/// How fast the parameters of a layer learn, as factors of the optimizer's settings. Default: 1
/// for each.
///
/// In PyTorch's words each parameter is a group of its own, with the learning rate
/// `factor * lr` and the weight decay `decay * weight_decay`.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, RateFactors, Sgd, Trainer};
/// use ndarray::array;
///
/// // a = w x + b with w = 1 and b = 0; the gradient of the loss a² at x = 1 is 2 for both.
/// let layer = Dense::<f64>::new(array![[1.0]], Some(array![0.0]), Identity)?;
/// let mut net = Mlp::from_layers(vec![layer.with_rate_factors(RateFactors::new(0.0, 0.5))?])?;
/// let data = Dataset::new(array![[1.0]], array![[0.0]])?;
/// Trainer::new(MeanSquaredError, Sgd::new(0.25)).step(&mut net, &data)?;
/// assert_eq!(net.layers()[0].weights(), array![[1.0]]);                     // frozen
/// assert_eq!(net.layers()[0].bias(), Some(array![-0.25].view()));           // 0.5 · 0.25 · 2
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateFactors {
    pub(crate) weights: f64,
    pub(crate) bias: f64,
    pub(crate) decay: f64,
}

impl Default for RateFactors {
    fn default() -> Self {
        Self::new(1.0, 1.0)
    }
}

impl RateFactors {
    /// A layer that does not learn.
    pub const FROZEN: Self = Self { weights: 0.0, bias: 0.0, decay: 0.0 };

    /// The factors of the learning rate for weights and bias, each at least 0 and finite. 0 freezes
    /// a parameter: neither gradient nor decay changes it.
    pub fn new(weights: f64, bias: f64) -> Self {
        Self { weights, bias, decay: 1.0 }
    }

    /// The factor of the weight decay: at least 0 and finite.
    #[must_use]
    pub fn weight_decay(self, decay: f64) -> Self {
        Self { decay, ..self }
    }

    /// The factor of the learning rate.
    pub(crate) fn of(self, is_bias: bool) -> f64 {
        if is_bias { self.bias } else { self.weights }
    }
}
