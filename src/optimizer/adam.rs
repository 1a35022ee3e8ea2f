use super::{Iteration, Optimizer, decay_of};
use crate::error::check::{BELOW_1, NOT_NEGATIVE, positive};
use crate::error::{Error, Result};
use crate::{elementary::vectorized, float::Float, parameter::Parameter};

/// Adam (Kingma, Ba 2015). [`AdamW`] is its variant with decoupled weight decay.
///
/// m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², both 0 at first, and with t the
/// number of the step, from 1,
///
/// w ← w - η m̂ / (√v̂ + ε), where m̂ = m / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ).
///
/// ε stands outside of the bias correction, as in PyTorch's `Adam`. With weight decay λ the
/// gradient is first increased by λ w, for weights and not for biases.
///
/// ```
/// use densely::{Adam, Dataset, Dense, Identity, MeanSquaredError, Mlp, Trainer};
/// use ndarray::array;
///
/// // a = w x with w = 1; the gradient of a² at x = 1 is 2 w. At first m̂ / √v̂ = g / |g|.
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::<f64>::new(array![[1.0]], array![[0.0]])?;
/// let adam = Adam::new(0.1).betas(0.9, 0.99).epsilon(1e-12).weight_decay(1e-3);
/// Trainer::new(MeanSquaredError, adam).step(&mut net, &data)?;
/// approx::assert_abs_diff_eq!(net.layers()[0].weights()[[0, 0]], 0.9, epsilon = 1e-12);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Adam {
    pub(super) learning_rate: f64,
    pub(super) first: f64,
    pub(super) second: f64,
    pub(super) epsilon: f64,
    pub(super) weight_decay: f64,
    /// Whether weights shrink by themselves, as in [`AdamW`].
    decoupled: bool,
}

/// With the learning rate 0.001.
impl Default for Adam {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl Adam {
    /// The learning rate η: positive and finite. The usual one is 0.001.
    pub fn new(learning_rate: f64) -> Self {
        let (first, second, epsilon, weight_decay) = (0.9, 0.999, 1e-8, 0.0);
        Self { learning_rate, first, second, epsilon, weight_decay, decoupled: false }
    }

    /// β₁ and β₂, at least 0 and below 1. Default: 0.9 and 0.999.
    pub fn betas(self, first: f64, second: f64) -> Self {
        Self { first, second, ..self }
    }

    /// ε, which keeps the divisor from 0: positive and finite. Default: 10⁻⁸.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// The weight decay λ, at least 0. Default: 0, none.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }
}

impl<F: Float> Optimizer<F> for Adam {
    fn check(&self) -> Result<()> {
        Error::check_range("learning rate", self.learning_rate, positive::<F>())?;
        Error::check_range("first beta", self.first, BELOW_1)?;
        Error::check_range("second beta", self.second, BELOW_1)?;
        Error::check_range("epsilon", self.epsilon, positive::<F>())?;
        Error::check_range("weight decay", self.weight_decay, NOT_NEGATIVE)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn memories(&self) -> usize {
        2
    }

    fn update(&self, step: Iteration, parameter: Parameter<'_, F>, memory: &mut [F]) {
        let decay = decay_of(self.weight_decay, step, &parameter);
        let Parameter { values, gradient, .. } = parameter;
        // Adam adds decay · w to the gradient; AdamW first shrinks w.
        let (decay, shrink) = match self.decoupled {
            true => (F::zero(), F::from_f64(1.0 - step.learning_rate * decay)),
            false => (F::from_f64(decay), F::one()),
        };
        // In `f64`: for small t, 1 - β₂ᵗ would lose most of its digits in `f32`.
        let correction = |beta: f64| 1.0 - beta.powf(step.number as f64);
        let rate = F::from_f64(step.learning_rate / correction(self.first));
        let root = F::from_f64(correction(self.second).sqrt());
        let epsilon = F::from_f64(self.epsilon);
        let (first, new_first) = (F::from_f64(self.first), F::from_f64(1.0 - self.first));
        let (second, new_second) = (F::from_f64(self.second), F::from_f64(1.0 - self.second));
        let (means, squares) = memory.split_at_mut(values.len());
        let numbers = values.iter_mut().zip(gradient).zip(means).zip(squares);
        vectorized(move || {
            for (((value, &gradient), mean), square) in numbers {
                let gradient = gradient + decay * *value;
                *mean = first * *mean + new_first * gradient;
                *square = second * *square + new_second * gradient * gradient;
                *value = shrink * *value - rate * *mean / (square.sqrt() / root + epsilon);
            }
        });
    }
}

/// [`Adam`] with decoupled weight decay (Loshchilov, Hutter 2019): w ← (1 - η λ) w, then Adam's
/// step without decay, as PyTorch's `AdamW`. Biases do not decay.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Trainer, optimizer::AdamW};
/// use ndarray::array;
///
/// // a = w x with w = 1; the gradient of the loss a² at x = 1 is 2 w.
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::<f64>::new(array![[1.0]], array![[0.0]])?;
/// let adamw = AdamW::new(0.1).betas(0.9, 0.99).epsilon(1e-12).weight_decay(0.5);
/// Trainer::new(MeanSquaredError, adamw).step(&mut net, &data)?;
/// let expected = (1.0 - 0.1 * 0.5) * 1.0 - 0.1;
/// approx::assert_abs_diff_eq!(net.layers()[0].weights()[[0, 0]], expected, epsilon = 1e-12);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct AdamW(pub(super) Adam);

/// With the learning rate 0.001.
impl Default for AdamW {
    fn default() -> Self {
        Self::new(0.001)
    }
}

impl AdamW {
    /// The learning rate η: positive and finite. The usual one is 0.001.
    pub fn new(learning_rate: f64) -> Self {
        Self(Adam { weight_decay: 0.01, decoupled: true, ..Adam::new(learning_rate) })
    }

    /// β₁ and β₂, as [`Adam::betas`]. Default: 0.9 and 0.999.
    pub fn betas(self, first: f64, second: f64) -> Self {
        Self(self.0.betas(first, second))
    }

    /// ε, as [`Adam::epsilon`]. Default: 10⁻⁸.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self(self.0.epsilon(epsilon))
    }

    /// The weight decay λ, at least 0. Default: 0.01.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self(self.0.weight_decay(weight_decay))
    }
}

impl<F: Float> Optimizer<F> for AdamW {
    fn check(&self) -> Result<()> {
        Optimizer::<F>::check(&self.0)
    }

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate
    }

    fn memories(&self) -> usize {
        2
    }

    fn update(&self, step: Iteration, parameter: Parameter<'_, F>, memory: &mut [F]) {
        self.0.update(step, parameter, memory);
    }
}
