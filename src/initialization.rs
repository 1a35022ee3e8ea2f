//! The distributions of initial weights.

#[cfg(feature = "train")]
mod drawing;

/// The distribution that a new layer's weights are drawn from. Biases start at zero.
///
/// `inputs` and `outputs` are the layer's widths. The default is the one that the layer's
/// activation recommends
/// ([`Activation::initialization`](crate::activation::Activation::initialization)).
///
/// The numbers are drawn as `f64` and rounded: an `f32` network starts as the rounded `f64` network
/// of the same seed.
///
/// ```
/// use densely::{Mlp, Relu, Sigmoid, Tanh, initialization::Initialization};
///
/// let net = Mlp::<f32>::builder(4)
///     .dense(2, Tanh)                                          // Glorot uniform
///     .dense(500, Relu).initialization(Initialization::HeUniform)
///     .dense(1, Sigmoid).initialization(Initialization::Zeros)
///     .build()?;
/// let largest = |layer: usize| {
///     net.layers()[layer].weights().fold(0.0, |most: f32, w| most.max(w.abs()))
/// };
/// assert!(largest(0) <= 1.0);                                  // √(6 / (4 + 2))
/// assert!((1.6..=1.7321).contains(&largest(1)));               // √(6 / 2) = 1.732
/// assert_eq!(largest(2), 0.0);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Initialization {
    /// Uniform in ±√(6 / (inputs + outputs)), which keeps the variance of signals and gradients
    /// through functions of slope 1 at 0 (Glorot, Bengio 2010).
    GlorotUniform,
    /// Normal with deviation √(2 / (inputs + outputs)), for the same.
    GlorotNormal,
    /// Uniform in ±√(6 / inputs), which keeps the variance of signals through rectifiers, which
    /// stop one half of them (He et al. 2015).
    HeUniform,
    /// Normal with deviation √(2 / inputs), for the same.
    HeNormal,
    /// Normal with deviation √(1 / inputs), which keeps the variance of signals through SELU
    /// (LeCun et al. 1998).
    LecunNormal,
    /// All weights 0, for single layers, whose loss has no symmetry to break.
    Zeros,
}
