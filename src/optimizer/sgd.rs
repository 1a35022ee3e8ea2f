use super::{Iteration, Optimizer, decay_of};
use crate::error::check::{BELOW_1, NOT_NEGATIVE, positive};
use crate::error::{Error, Result};
use crate::{elementary::vectorized, float::Float, parameter::Parameter};

/// Stochastic gradient descent: w ← w - η g, with momentum and Nesterov's variant of it.
///
/// With momentum µ each number has a velocity v, 0 at first:
///
/// v ← µ v + g, w ← w - η v (Polyak 1964), or Nesterov's w ← w - η (g + µ v) (Sutskever
/// et al. 2013).
///
/// With weight decay λ the gradient is first increased by λ w, the gradient of λ/2 · Σ w²,
/// for weights and not for biases. These are the formulas of PyTorch's `SGD` without dampening.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use ndarray::array;
///
/// // a = w x with w = 1; the gradient of the loss a² at x = 1 is 2 w.
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::<f64>::new(array![[1.0]], array![[0.0]])?;
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1).momentum(0.9));
/// for w in [0.8, 0.46] { // 1 - 0.1 · 2, then 0.8 - 0.1 · (0.9 · 2 + 1.6)
///     trainer.step(&mut net, &data)?;
///     approx::assert_abs_diff_eq!(net.layers()[0].weights()[[0, 0]], w, epsilon = 1e-15);
/// }
/// let nesterov = Sgd::new(0.01).momentum(0.9).nesterov().weight_decay(1e-4);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Sgd {
    pub(super) learning_rate: f64,
    pub(super) momentum: f64,
    pub(super) nesterov: bool,
    pub(super) weight_decay: f64,
}

impl Sgd {
    /// The learning rate η: positive and finite, also when rounded to `F`.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, momentum: 0.0, nesterov: false, weight_decay: 0.0 }
    }

    /// The momentum µ, at least 0 and below 1. Default: 0, none.
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// Nesterov's variant of momentum. Default: Polyak's. Needs a momentum above 0.
    pub fn nesterov(self) -> Self {
        Self { nesterov: true, ..self }
    }

    /// The weight decay λ, at least 0. Default: 0, none.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }
}

impl<F: Float> Optimizer<F> for Sgd {
    fn check(&self) -> Result<()> {
        Error::check_range("learning rate", self.learning_rate, positive::<F>())?;
        Error::check_range("momentum", self.momentum, BELOW_1)?;
        Error::check_range("weight decay", self.weight_decay, NOT_NEGATIVE)?;
        let range = ("above 0 for Nesterov's variant", |x: f64| x > 0.0 || !self.nesterov);
        Error::check_range("momentum", self.momentum, range)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn memories(&self) -> usize {
        usize::from(self.momentum > 0.0)
    }

    fn update(&self, step: Iteration, parameter: Parameter<'_, F>, velocity: &mut [F]) {
        let rate = F::from_f64(step.learning_rate);
        let momentum = F::from_f64(self.momentum);
        let decay = F::from_f64(decay_of(self.weight_decay, step, &parameter));
        let Parameter { values, gradient, .. } = parameter;
        let numbers = values.iter_mut().zip(gradient);
        // One loop for each closure: only small closures are inlined into the vectorised code.
        if velocity.is_empty() {
            vectorized(move || {
                for (value, &gradient) in numbers {
                    *value -= rate * (gradient + decay * *value);
                }
            });
        } else if self.nesterov {
            vectorized(move || {
                for ((value, &gradient), velocity) in numbers.zip(velocity) {
                    let gradient = gradient + decay * *value;
                    *velocity = momentum * *velocity + gradient;
                    *value -= rate * (gradient + momentum * *velocity);
                }
            });
        } else {
            vectorized(move || {
                for ((value, &gradient), velocity) in numbers.zip(velocity) {
                    let gradient = gradient + decay * *value;
                    *velocity = momentum * *velocity + gradient;
                    *value -= rate * *velocity;
                }
            });
        }
    }
}
