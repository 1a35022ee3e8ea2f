//! Errors of gradient checks.

/// A gradient is wrong, or the check proves nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum GradientCheckError {
    /// An analytic gradient differs from the numeric one.
    #[error(
        "layer {layer}, {parameter} {index:?} (counted from 0): the analytic gradient is {analytic:e}, the numeric one {numeric:e}"
    )]
    WrongGradient {
        layer: usize,
        parameter: &'static str,
        index: Vec<usize>,
        analytic: f64,
        numeric: f64,
    },
    /// The check proves nothing about a layer.
    #[error(
        "layer {layer} (counted from 0): every gradient is zero, lost in rounding, or at a kink: the check proves nothing"
    )]
    ZeroGradient { layer: usize },
}
