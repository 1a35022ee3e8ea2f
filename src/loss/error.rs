//! Errors of losses.

/// A loss is not defined for an output layer or a target.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum LossError {
    /// The loss is not defined for the output layer.
    #[error("{loss} needs {needs}; the network ends in {activation}")]
    UnsuitableOutput { loss: String, activation: String, needs: &'static str },
    /// The loss is not defined for a target.
    #[error("{loss} needs {needs} as targets; row {row} (counted from 0) has {value}")]
    UnsuitableTarget { loss: String, row: usize, value: f64, needs: &'static str },
    /// No quantiles, or not in ascending order.
    #[error(
        "a quantile loss needs at least one quantile, and each larger than the one before: {quantiles:?}"
    )]
    Quantiles { quantiles: Vec<f64> },
    /// Not as many targets as a quantile loss needs.
    #[error(
        "{quantiles} quantiles of each target need a multiple of {quantiles} columns of targets, not {columns}: repeat each target for each quantile"
    )]
    TargetsOfQuantiles { columns: usize, quantiles: usize },
}
