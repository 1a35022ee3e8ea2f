//! Errors of metrics.

/// A metric cannot be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum MetricError {
    /// The metric has no value for this data.
    #[error("{metric} is undefined: {reason}")]
    Undefined { metric: &'static str, reason: &'static str },
    /// A target of a metric for classes is not from 0 to 1.
    #[error(
        "the target of row {row} (counted from 0) is {value}, not from 0 to 1: this metric is for \
         classes; `metrics::r_squared` and others are for numbers"
    )]
    NotAClass { row: usize, value: f64 },
    /// An output is no probability.
    #[error(
        "the output of row {row} (counted from 0) is {value}, no probability: this metric needs \
         the outputs of Sigmoid or Softmax"
    )]
    NotAProbability { row: usize, value: f64 },
}
