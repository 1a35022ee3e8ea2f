//! How gradients change parameters.

mod adagrad;
mod adam;
mod by_name;
mod lbfgs;

mod rmsprop;
mod sgd;
mod state;

pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use lbfgs::Lbfgs;
pub(crate) use lbfgs::{LbfgsMemory, Outcome};
pub use rmsprop::RmsProp;
pub use sgd::Sgd;
pub use state::OptimizerState;

pub use crate::parameter::{Parameter, RateFactors};
use crate::{error::Result, float::Float};
use std::fmt::Debug;

/// Changes parameters by their gradients. It sees slices, not layers.
///
/// It treats each number of a parameter by itself, so that several threads can update parts of one
/// slice. An [`OptimizerState`] holds its memory between steps.
///
/// `FromStr` of `Box<dyn Optimizer<F>>` reads a built-in optimizer: `sgd`, `adagrad`, `rmsprop`,
/// `adam` or `adamw`, with settings in brackets behind the name, by order or by name. The default
/// learning rate is 0.01 for `sgd` and `adagrad`, else 0.001. `Display` writes this text.
///
/// ```
/// use densely::{Optimizer, Sgd};
///
/// let text = Sgd::new(0.1).momentum(0.9).nesterov().to_string();
/// assert_eq!(text, "sgd(0.1, momentum=0.9, nesterov=true)");
/// let optimizer: Box<dyn Optimizer<f32>> = text.parse()?;
/// assert_eq!(optimizer.learning_rate(), 0.1);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Your own
///
/// ```
/// use densely::optimizer::{Iteration, Parameter};
/// use densely::{Dataset, Float, Identity, MeanSquaredError, Mlp, Optimizer, Trainer};
/// use ndarray::array;
///
/// /// Steps of one length against the sign of the gradients' average: signSGD with momentum
/// /// (Bernstein et al. 2018).
/// #[derive(Debug)]
/// struct SignSgd {
///     learning_rate: f64,
/// }
///
/// impl<F: Float> Optimizer<F> for SignSgd {
///     fn learning_rate(&self) -> f64 {
///         self.learning_rate
///     }
///
///     fn memories(&self) -> usize {
///         1
///     }
///
///     fn update(&self, now: Iteration, parameter: Parameter<'_, F>, averages: &mut [F]) {
///         let (rate, momentum) = (F::from_f64(now.learning_rate), F::from_f64(0.9));
///         let numbers = parameter.values.iter_mut().zip(parameter.gradient).zip(averages);
///         for ((value, &gradient), average) in numbers {
///             *average = momentum * *average + (F::one() - momentum) * gradient;
///             *value -= rate * average.signum();
///         }
///     }
/// }
///
/// let mut net = Mlp::builder(2).dense(1, Identity).without_units().build()?;
/// let data = Dataset::new(array![[1.0, -1.0]], array![[9.0]])?;
/// let before = net.layers()[0].weights().to_owned();
/// Trainer::<f64>::new(MeanSquaredError, SignSgd { learning_rate: 0.125 }).step(&mut net, &data)?;
/// let moved = net.layers()[0].weights().to_owned() - before;
/// approx::assert_abs_diff_eq!(moved, array![[0.125], [-0.125]], epsilon = 1e-15);
/// # Ok::<(), densely::Error>(())
/// ```
pub trait Optimizer<F: Float>: Debug + Send + Sync {
    /// Checks the settings when training starts; constructors accept any. Default: accepts all.
    ///
    /// ```
    /// use densely::{Optimizer, Sgd};
    /// assert!(Optimizer::<f64>::check(&Sgd::new(-0.1)).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setting`](crate::Error::Setting) names the setting, its value and its range.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// The learning rate of the settings, which a [`Schedule`](crate::schedule::Schedule) changes
    /// from step to step.
    fn learning_rate(&self) -> f64;

    /// The numbers of memory for each number of a parameter: from 0 ([`Sgd`] without momentum) to 2
    /// ([`Adam`]).
    fn memories(&self) -> usize;

    /// One step for one parameter or a part of it.
    ///
    /// `memory` has [`memories`](Self::memories) numbers for each value, all 0 before the first
    /// step: the first number of every value, then the second of every value, and so on.
    fn update(&self, now: Iteration, parameter: Parameter<'_, F>, memory: &mut [F]);
}

/// The number and the learning rate of the step that an optimizer takes.
///
/// ```
/// use densely::{Float, Optimizer, optimizer::{Iteration, Parameter}};
///
/// /// w ← w - η / √t · g, with t the number of the step (Zinkevich 2003).
/// #[derive(Debug)]
/// struct Shrinking(f64);
///
/// impl<F: Float> Optimizer<F> for Shrinking {
///     fn update(&self, now: Iteration, parameter: Parameter<'_, F>, _: &mut [F]) {
///         let rate = F::from_f64(now.learning_rate / (now.number as f64).sqrt());
///         parameter.values.iter_mut().zip(parameter.gradient).for_each(|(w, &g)| *w -= rate * g);
///     }
///     // …
/// #     fn learning_rate(&self) -> f64 {
/// #         self.0
/// #     }
/// #     fn memories(&self) -> usize {
/// #         0
/// #     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Iteration {
    /// Counted from 1.
    pub number: u64,
    /// The learning rate of this step and parameter: the schedule's, times the factor of the
    /// [layer](crate::parameter::RateFactors).
    pub learning_rate: f64,
    /// The factor by which this step multiplies the optimizer's weight decay.
    pub weight_decay: f64,
}

/// An optimizer chosen at run time.
impl<F: Float, O: Optimizer<F> + ?Sized> Optimizer<F> for Box<O> {
    fn check(&self) -> Result<()> {
        (**self).check()
    }

    fn learning_rate(&self) -> f64 {
        (**self).learning_rate()
    }

    fn memories(&self) -> usize {
        (**self).memories()
    }

    fn update(&self, now: Iteration, parameter: Parameter<'_, F>, memory: &mut [F]) {
        (**self).update(now, parameter, memory);
    }
}

/// The weight decay of this parameter; a bias has none.
fn decay_of<F: Float>(weight_decay: f64, step: Iteration, parameter: &Parameter<'_, F>) -> f64 {
    if parameter.is_bias { 0.0 } else { weight_decay * step.weight_decay }
}
