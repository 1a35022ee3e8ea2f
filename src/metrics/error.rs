//! Errors of metrics.

/// A metric cannot be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum MetricError {
    /// The metric has no value for this data.
    #[error("{metric} is undefined: {reason}")]
    Undefined { metric: &'static str, reason: &'static str },
}
