//! Errors of losses.

/// A loss is not defined for an output layer or a target.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LossError {
    /// The loss is not defined for the output layer.
    #[error("{loss} needs {needs}; the network ends in {activation}")]
    UnsuitableOutput {
        /// The loss.
        loss: String,
        /// The output layer's activation.
        activation: String,
        /// What the loss needs.
        needs: &'static str,
    },
    /// The loss is not defined for a target.
    #[error("{loss} needs {needs} as targets; row {row} (counted from 0) has {value}")]
    UnsuitableTarget {
        /// The loss.
        loss: String,
        /// The row, counted from 0.
        row: usize,
        /// The target.
        value: f64,
        /// What the loss needs.
        needs: &'static str,
    },
}
