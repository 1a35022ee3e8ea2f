//! Errors of metrics.

/// A metric cannot be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum MetricError {
    /// The metric has no value for this data.
    #[error("{metric} is undefined: {reason}")]
    Undefined { metric: &'static str, reason: &'static str },
    /// A metric for classes got numbers that are no shares of classes.
    #[error(
        "{what} of row {row} (counted from 0) is {value}, not from 0 to 1: this metric is for \
         classes; `metrics::r_squared` and others are for numbers"
    )]
    NoShare { what: &'static str, row: usize, value: f64 },
}
