//! Errors of gradient checks.

/// A gradient is wrong, or the check proves nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GradientCheckError {
    /// An analytic gradient differs from the numeric one.
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
        /// The gradient by backpropagation.
        analytic: f64,
        /// The gradient by central differences.
        numeric: f64,
    },
    /// The check proves nothing about a layer.
    #[error(
        "layer {layer} (counted from 0): every gradient is zero, lost in rounding, or at a kink: the check proves nothing"
    )]
    ZeroGradient {
        /// The layer, counted from 0.
        layer: usize,
    },
}
