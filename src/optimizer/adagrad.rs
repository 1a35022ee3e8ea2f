use super::{Iteration, Optimizer, decay_of};
use crate::error::check::{NOT_NEGATIVE, positive};
use crate::error::{Error, Result};
use crate::{elementary::vectorized, float::Float, parameter::Parameter};

/// Adagrad (Duchi et al. 2011): steps that shrink with the squares of all gradients so far.
///
/// s ← s + g², w ← w - η g / (√s + ε), with s = 0 at first.
///
/// With weight decay λ the gradient is first increased by λ w, for weights and not for biases.
/// These are the formulas of PyTorch's `Adagrad`.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Trainer, optimizer::Adagrad};
/// use ndarray::array;
///
/// // a = w x with w = 1; the gradient of a² at x = 1 is 2 w. 1 - 0.1 · 2.5 / √2.5² = 0.9.
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::<f64>::new(array![[1.0]], array![[0.0]])?;
/// let adagrad = Adagrad::new(0.1).epsilon(1e-12).weight_decay(0.5);
/// Trainer::new(MeanSquaredError, adagrad).step(&mut net, &data)?;
/// approx::assert_abs_diff_eq!(net.layers()[0].weights()[[0, 0]], 0.9, epsilon = 1e-12);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Adagrad {
    pub(super) learning_rate: f64,
    pub(super) epsilon: f64,
    pub(super) weight_decay: f64,
}

impl Adagrad {
    /// The learning rate η: positive and finite. PyTorch's default is 0.01.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, epsilon: 1e-10, weight_decay: 0.0 }
    }

    /// ε, which keeps the divisor from 0: positive and finite. Default: 10⁻¹⁰.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// The weight decay λ, at least 0. Default: 0, none.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }
}

impl<F: Float> Optimizer<F> for Adagrad {
    fn check(&self) -> Result<()> {
        Error::check_range("learning rate", self.learning_rate, positive::<F>())?;
        Error::check_range("epsilon", self.epsilon, positive::<F>())?;
        Error::check_range("weight decay", self.weight_decay, NOT_NEGATIVE)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn memories(&self) -> usize {
        1
    }

    fn update(&self, step: Iteration, parameter: Parameter<'_, F>, squares: &mut [F]) {
        let (rate, epsilon) = (F::from_f64(step.learning_rate), F::from_f64(self.epsilon));
        let decay = F::from_f64(decay_of(self.weight_decay, step, &parameter));
        let Parameter { values, gradient, .. } = parameter;
        let numbers = values.iter_mut().zip(gradient).zip(squares);
        vectorized(move || {
            for ((value, &gradient), squares) in numbers {
                let gradient = gradient + decay * *value;
                *squares += gradient * gradient;
                *value -= rate * gradient / (squares.sqrt() + epsilon);
            }
        });
    }
}
