//! How gradients change parameters.

mod memory;
mod sgd;

pub use memory::Memory;
pub use sgd::Sgd;

use crate::{Float, Parameter, Result};
use std::fmt::Debug;

/// Changes parameters by their gradients. It sees slices, and knows no layer.
///
/// It treats every parameter by itself, so that slices can be cut into parts and the parts given to several threads. What it must remember of a
/// parameter from one step to the next is not kept here but in a [`Memory`], which hands it over.
///
/// # Your own
///
/// ```
/// use densely::{Float, Optimizer, Parameter, Result};
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
///     fn memories(&self) -> usize {
///         1
///     }
///
///     fn update(&self, parameter: Parameter<'_, F>, averages: &mut [F]) {
///         let (rate, momentum) = (F::from_f64(self.learning_rate), F::from_f64(0.9));
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

    /// How many numbers it remembers for each number of a parameter.
    fn memories(&self) -> usize;

    /// One step for one parameter or a part of it. `memory` has [`memories`](Self::memories) numbers for each value, all 0 before the first
    /// step: first one for every value, then another for every value, and so on.
    fn update(&self, parameter: Parameter<'_, F>, memory: &mut [F]);
}
