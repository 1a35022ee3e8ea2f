//! The metric that training computes after each epoch.

use crate::error::Result;
use ndarray::ArrayView2;
use std::fmt;

/// Whether a metric is better when it is larger.
///
/// ```
/// use densely::{Sgd, Trainer, loss::Huber, metrics, trainer::Goal};
///
/// let trainer = || Trainer::<f32>::new(Huber::default(), Sgd::new(0.1));
/// let by_error = trainer().monitor("MAE", Goal::Smallest, metrics::mean_absolute_error);
/// let by_share = trainer().monitor("R²", Goal::Largest, metrics::r_squared);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Smaller values are better, as for an error.
    Smallest,
    /// Larger values are better, as for an accuracy.
    Largest,
}

pub(super) struct Monitor<'a, F> {
    pub(super) name: String,
    pub(super) goal: Goal,
    #[allow(clippy::type_complexity)]
    pub(super) metric:
        Box<dyn Fn(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64> + Send + Sync + 'a>,
}

impl<F> fmt::Debug for Monitor<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.goal, self.name)
    }
}
