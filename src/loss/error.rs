//! What a loss is not defined for.

/// An output layer or a target that a loss is not defined for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LossError {
    /// An output layer that the loss is not defined for.
    #[error("{loss} needs {needs}; the network ends in {activation}")]
    UnsuitableOutput {
        /// The loss.
        loss: String,
        /// The output layer's activation.
        activation: String,
        /// What the loss needs.
        needs: &'static str,
    },
    /// A target that the loss is not defined for.
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
