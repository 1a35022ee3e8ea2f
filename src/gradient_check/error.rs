//! What a gradient check finds.

/// A gradient that is wrong, or a check that proves nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GradientCheckError {
    /// An analytic gradient that is not the numeric one.
    #[error(
        "layer {layer}, {parameter} {index:?} (counted from 0): the analytic gradient is {analytic:e}, the numeric one {numeric:e}"
    )]
    WrongGradient {
        /// The layer, counted from 0.
        layer: usize,
        /// "weight" or "bias".
        parameter: &'static str,
        /// \[input, output] of a weight, \[output] of a bias, counted from 0.
        index: Vec<usize>,
        /// By backpropagation.
        analytic: f64,
        /// By central differences.
        numeric: f64,
    },
    /// A gradient check that proves nothing of a layer.
    #[error(
        "layer {layer} (counted from 0): every gradient is zero, lost in rounding, or at a kink: the check proves nothing"
    )]
    ZeroGradient {
        /// The layer, counted from 0.
        layer: usize,
    },
}
