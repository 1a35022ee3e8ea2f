//! How gradients change parameters.

mod sgd;

pub use sgd::Sgd;

use crate::{Float, Parameter, Result};
use std::fmt::Debug;

/// Changes parameters by their gradients. It sees slices, and knows no layer.
///
/// State that belongs to a parameter, such as a velocity, is kept by [`Parameter::index`].
pub trait Optimizer<F: Float>: Debug + Send {
    /// Refuses settings that cannot train, before training starts.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`](crate::Error::Setting) names the setting, its value and what it must be.
    fn check(&self) -> Result<()>;

    /// Forgets everything that earlier steps left.
    fn reset(&mut self);

    /// One step for one parameter.
    fn update(&mut self, parameter: Parameter<'_, F>);
}
