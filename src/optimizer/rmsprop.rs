use super::{Iteration, Optimizer, decay_of};
use crate::error::check::{BELOW_1, NOT_NEGATIVE, positive};
use crate::error::{Error, Result};
use crate::{elementary::vectorized, float::Float, parameter::Parameter};

/// RMSProp (Hinton 2012): steps divided by the root of a running mean of the squared gradients.
///
/// s ← α s + (1 - α) g², w ← w - η g / (√s + ε), with s = 0 at first.
///
/// With momentum µ there is a velocity v, 0 at first: v ← µ v + g / (√s + ε),
/// w ← w - η v.
///
/// With weight decay λ the gradient is first increased by λ w, for weights and not for biases.
/// These are the formulas of PyTorch's `RMSprop`, not centred.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Trainer, optimizer::RmsProp};
/// use ndarray::array;
///
/// // a = w x with w = 1; the gradient of the loss a² at x = 1 is 2 w.
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::<f64>::new(array![[1.0]], array![[0.0]])?;
/// let rmsprop = RmsProp::new(0.01).smoothing(0.96).epsilon(1e-12).momentum(0.9).weight_decay(0.0);
/// Trainer::new(MeanSquaredError, rmsprop).step(&mut net, &data)?; // 1 - 0.01·2 / √(0.04·2²)
/// approx::assert_abs_diff_eq!(net.layers()[0].weights()[[0, 0]], 0.95, epsilon = 1e-12);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct RmsProp {
    pub(super) learning_rate: f64,
    pub(super) smoothing: f64,
    pub(super) epsilon: f64,
    pub(super) momentum: f64,
    pub(super) weight_decay: f64,
}

impl RmsProp {
    /// The learning rate η: positive and finite. PyTorch's default is 0.01.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, smoothing: 0.99, epsilon: 1e-8, momentum: 0.0, weight_decay: 0.0 }
    }

    /// α, at least 0 and below 1. Default: 0.99.
    pub fn smoothing(self, share: f64) -> Self {
        Self { smoothing: share, ..self }
    }

    /// ε, which keeps the divisor from 0: positive and finite. Default: 10⁻⁸.
    pub fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// The momentum µ, at least 0 and below 1. Default: 0, none.
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// The weight decay λ, at least 0. Default: 0, none.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }
}

impl<F: Float> Optimizer<F> for RmsProp {
    fn check(&self) -> Result<()> {
        Error::check_range("learning rate", self.learning_rate, positive::<F>())?;
        Error::check_range("smoothing", self.smoothing, BELOW_1)?;
        Error::check_range("epsilon", self.epsilon, positive::<F>())?;
        Error::check_range("momentum", self.momentum, BELOW_1)?;
        Error::check_range("weight decay", self.weight_decay, NOT_NEGATIVE)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn memories(&self) -> usize {
        if self.momentum > 0.0 { 2 } else { 1 }
    }

    fn update(&self, step: Iteration, parameter: Parameter<'_, F>, memory: &mut [F]) {
        let (rate, epsilon) = (F::from_f64(step.learning_rate), F::from_f64(self.epsilon));
        let (kept, new) = (F::from_f64(self.smoothing), F::from_f64(1.0 - self.smoothing));
        let momentum = F::from_f64(self.momentum);
        let decay = F::from_f64(decay_of(self.weight_decay, step, &parameter));
        let Parameter { values, gradient, .. } = parameter;
        let (squares, velocity) = memory.split_at_mut(values.len());
        let numbers = values.iter_mut().zip(gradient).zip(squares);
        if velocity.is_empty() {
            vectorized(move || {
                for ((value, &gradient), squares) in numbers {
                    let gradient = gradient + decay * *value;
                    *squares = kept * *squares + new * gradient * gradient;
                    *value -= rate * gradient / (squares.sqrt() + epsilon);
                }
            });
        } else {
            vectorized(move || {
                for (((value, &gradient), squares), velocity) in numbers.zip(velocity) {
                    let gradient = gradient + decay * *value;
                    *squares = kept * *squares + new * gradient * gradient;
                    *velocity = momentum * *velocity + gradient / (squares.sqrt() + epsilon);
                    *value -= rate * *velocity;
                }
            });
        }
    }
}
