//! Scores of predictions.
//!
//! All take `outputs` (predictions, rows × outputs) and `targets` of the same shape, and return an
//! `f64`. For a classifier, one column of outputs is the probability of the second of two classes;
//! several columns are the probabilities of the classes.
//!
//! Errors: [`ShapeError::Targets`] or [`ShapeError::Rows`] if the shapes differ,
//! [`ShapeError::NoRows`] without rows, [`Error::NotFinite`] for a prediction or a target that is
//! NaN or infinite, [`MetricError::Undefined`] where a metric has no value. Metrics for classes
//! refuse targets that are not from 0 to 1 ([`MetricError::NotAClass`]). Log-loss, Brier score and
//! calibration error refuse such outputs, too ([`MetricError::NotAProbability`]).
//!
//! ```
//! use densely::metrics;
//! use ndarray::array;
//!
//! let outputs = array![[2.5], [0.0], [2.0], [8.0]];
//! let targets = array![[3.0], [-0.5], [2.0], [7.0]];
//! assert_eq!(metrics::mean_absolute_error(outputs.view(), targets.view())?, 0.5);
//! # Ok::<(), densely::Error>(())
//! ```
//!
//! [`MetricError::NotAClass`]: crate::error::MetricError::NotAClass
//! [`MetricError::NotAProbability`]: crate::error::MetricError::NotAProbability
//! [`MetricError::Undefined`]: crate::error::MetricError::Undefined

mod calibration;
mod classification;
mod confusion_matrix;
pub(crate) mod error;
mod evaluate;
mod interval;
mod regression;

pub use crate::mlp::predicted_classes;
pub use calibration::{brier_score, expected_calibration_error};
pub use classification::{accuracy, f1, log_loss, precision, recall, roc_auc};
pub use confusion_matrix::ConfusionMatrix;
pub use interval::bootstrap_interval;
pub use regression::{mean_absolute_error, mean_squared_error, r_squared, root_mean_squared_error};

use crate::error::{Error, MetricError, Result, ShapeError, check::ensure};
use crate::float::Float;
use ndarray::ArrayView2;

fn check<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<()> {
    // There is at least one column.
    let columns = (outputs.ncols(), outputs.ncols().max(1));
    Error::check_shapes(outputs.dim(), targets.dim(), columns)?;
    ensure(outputs.nrows() > 0, || ShapeError::NoRows)?;
    Error::check_each_finite("a prediction", outputs.iter().map(|value| value.as_f64()))?;
    Error::check_each_finite("a target", targets.iter().map(|value| value.as_f64()))
}

/// Refuses targets that are no classes: with others, the metric means nothing.
fn check_classes<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<()> {
    check(outputs, targets)?;
    check_shares(targets, |row, value| MetricError::NotAClass { row, value })
}

/// The same for outputs that are no probabilities.
fn check_probabilities<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
) -> Result<()> {
    check_classes(outputs, targets)?;
    check_shares(outputs, |row, value| MetricError::NotAProbability { row, value })
}

/// The first number that is not from 0 to 1 is an error. By rounding, a probability may be above 1.
fn check_shares<F: Float>(
    numbers: ArrayView2<'_, F>,
    error: impl FnOnce(usize, f64) -> MetricError,
) -> Result<()> {
    let mut numbers = numbers.indexed_iter().map(|((row, _), value)| (row, value.as_f64()));
    let wrong = numbers.find(|(_, value)| !(-1e-4..=1.0 + 1e-4).contains(value));
    wrong.map_or(Ok(()), |(row, value)| Err(error(row, value).into()))
}
