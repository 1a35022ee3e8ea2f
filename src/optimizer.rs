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

use crate::error::{Error, Result};
use crate::float::Float;
pub use crate::parameter::Parameter;
use std::fmt::Debug;

/// Changes parameters by their gradients. It sees slices, and knows no layer.
///
/// It treats every parameter by itself, so that slices can be cut into parts and the parts given to several threads. What it must remember of a
/// parameter from one step to the next is not kept here but in a [`Memory`], which hands it over.
///
/// # Your own
///
/// ```
/// use densely::{Dataset, Float, Identity, MeanSquaredError, Mlp, Optimizer, Result, Sgd, Trainer, optimizer::Parameter, optimizer::Step};
/// use ndarray::array;
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
///
/// let (mut net, data) = (Mlp::builder(2).dense(1, Identity).build()?, Dataset::new(array![[1.0, -1.0]], array![[9.0]])?);
/// let before = net.layers()[0].weights().to_owned();
/// Trainer::<f64>::new(MeanSquaredError, SignSgd { learning_rate: 0.125 }).step(&mut net, &data)?;
/// let moved = net.layers()[0].weights().to_owned() - before;
/// approx::assert_abs_diff_eq!(moved, array![[0.125], [-0.125]], epsilon = 1e-15);      // towards 9 from below
/// assert!(Optimizer::<f64>::check(&Sgd::new(-0.1)).is_err());                          // a built-in one refuses
/// # Ok::<(), densely::Error>(())
/// ```
pub trait Optimizer<F: Float>: Debug + Send + Sync {
    /// Refuses settings that cannot train, before training starts.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`](crate::error::Error::Setting) names the setting, its value and what it must be.
    fn check(&self) -> Result<()>;

    /// The learning rate that it was given, which a [`Schedule`](crate::schedule::Schedule) changes from step to step.
    fn learning_rate(&self) -> f64;

    /// How many numbers it remembers for each number of a parameter: of the built-in ones 0 ([`Sgd`] without momentum) to 2 ([`Adam`]).
    fn memories(&self) -> usize;

    /// One step for one parameter or a part of it. `memory` has [`memories`](Self::memories) numbers for each value, all 0 before the first
    /// step: first one for every value, then another for every value, and so on.
    fn update(&self, step: Step, parameter: Parameter<'_, F>, memory: &mut [F]);
}

/// Which step it is that an optimizer takes.
///
/// ```
/// use densely::{Float, Optimizer, Result, optimizer::Parameter, optimizer::Step};
///
/// /// w ← w - η / √t · g, with t the number of the step (Zinkevich 2003).
/// #[derive(Debug)]
/// struct Shrinking(f64);
///
/// impl<F: Float> Optimizer<F> for Shrinking {
///     fn update(&self, step: Step, parameter: Parameter<'_, F>, _: &mut [F]) {
///         let rate = F::from_f64(step.learning_rate / (step.number as f64).sqrt());
///         parameter.values.iter_mut().zip(parameter.gradient).for_each(|(w, &g)| *w -= rate * g);
///     }
///     // …
/// #     fn check(&self) -> Result<()> {
/// #         Ok(())
/// #     }
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
