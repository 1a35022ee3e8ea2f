//! How gradients change parameters.

mod adagrad;
mod adam;
mod lbfgs;
mod memory;
mod rmsprop;
mod sgd;

pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use lbfgs::Lbfgs;
pub(crate) use lbfgs::{LbfgsMemory, Objective, Outcome};
pub use memory::Memory;
pub use rmsprop::RmsProp;
pub use sgd::Sgd;

use crate::{Error, Float, Parameter, Result};
use std::fmt::Debug;

/// Changes parameters by their gradients. It sees slices, and knows no layer.
///
/// It treats every parameter by itself, so that slices can be cut into parts and the parts given to several threads. What it must remember of a
/// parameter from one step to the next is not kept here but in a [`Memory`], which hands it over.
///
/// # Your own
///
/// ```
/// use densely::{Float, Optimizer, Parameter, Result, Step};
///
/// /// Steps of one length, against the sign of the average of the gradients: signSGD with momentum (Bernstein et al. 2018).
/// #[derive(Debug)]
/// struct SignSgd {
///     learning_rate: f64,
/// }
///
/// impl<F: Float> Optimizer<F> for SignSgd {
///     fn check(&self) -> Result<()> {
///         Ok(())
///     }
///
///     fn learning_rate(&self) -> f64 {
///         self.learning_rate
///     }
///
///     fn memories(&self) -> usize {
///         1
///     }
///
///     fn update(&self, step: Step, parameter: Parameter<'_, F>, averages: &mut [F]) {
///         let (rate, momentum) = (F::from_f64(step.learning_rate), F::from_f64(0.9));
///         let numbers = parameter.values.iter_mut().zip(parameter.gradient).zip(averages);
///         for ((value, &gradient), average) in numbers {
///             *average = momentum * *average + (F::one() - momentum) * gradient;
///             *value -= rate * average.signum();
///         }
///     }
/// }
/// ```
pub trait Optimizer<F: Float>: Debug + Send + Sync {
    /// Refuses settings that cannot train, before training starts.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`](crate::Error::Setting) names the setting, its value and what it must be.
    fn check(&self) -> Result<()>;

    /// The learning rate that it was given, which a [`Schedule`](crate::Schedule) changes from step to step.
    fn learning_rate(&self) -> f64;

    /// How many numbers it remembers for each number of a parameter.
    fn memories(&self) -> usize;

    /// One step for one parameter or a part of it. `memory` has [`memories`](Self::memories) numbers for each value, all 0 before the first
    /// step: first one for every value, then another for every value, and so on.
    fn update(&self, step: Step, parameter: Parameter<'_, F>, memory: &mut [F]);
}

/// Which step it is that an optimizer takes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// Counted from 1.
    pub number: u64,
    /// The learning rate of this step.
    pub learning_rate: f64,
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

    fn update(&self, step: Step, parameter: Parameter<'_, F>, memory: &mut [F]) {
        (**self).update(step, parameter, memory);
    }
}

/// The weight decay of this parameter: none of a bias.
fn decay_of<F: Float>(weight_decay: f64, parameter: &Parameter<'_, F>) -> F {
    if parameter.is_bias { F::zero() } else { F::from_f64(weight_decay) }
}

fn check_positive<F: Float>(name: &'static str, value: f64) -> Result<()> {
    Error::check_setting(name, value, "positive and finite", |value| {
        let rounded = F::from_f64(value);
        rounded > F::zero() && rounded.is_finite()
    })
}

fn check_share(name: &'static str, value: f64) -> Result<()> {
    Error::check_setting(name, value, "at least 0 and below 1", |v| (0.0..1.0).contains(&v))
}

fn check_decay(name: &'static str, value: f64) -> Result<()> {
    let holds = |value: f64| value >= 0.0 && value.is_finite();
    Error::check_setting(name, value, "at least 0 and finite", holds)
}
