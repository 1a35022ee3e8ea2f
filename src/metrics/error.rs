//! Why a metric has no value.

/// A metric that has no value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// A metric that has no value for this data.
    #[error("{metric} is undefined: {reason}")]
    Undefined {
        /// The metric.
        metric: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// Rows in files whose predictions do not fit into memory, where a metric would look at them.
    #[error("the {outputs} outputs of each of {rows} rows do not fit into memory")]
    TooManyOutputs {
        /// The rows.
        rows: usize,
        /// Outputs of each.
        outputs: usize,
    },
}
