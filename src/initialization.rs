//! The distributions of initial weights.

use crate::float::Float;
use ndarray::Array2;
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::{Distribution, StandardNormal, StandardUniform};
use rand_chacha::ChaCha8Rng;

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
    /// Normal with deviation √(1 / inputs), which keeps the variance of signals through SELU (LeCun
    /// et al. 1998).
    LecunNormal,
    /// All weights 0, for single layers, whose loss has no symmetry to break.
    Zeros,
}

impl Initialization {
    /// A weight matrix of `inputs × outputs`.
    pub(crate) fn draw<F: Float>(
        self,
        inputs: usize,
        outputs: usize,
        generator: &mut ChaCha8Rng,
    ) -> Array2<F> {
        let (fan_in, fan_both) = (inputs as f64, inputs as f64 + outputs as f64);
        // The square of the limit or deviation, and whether it is a deviation.
        let (square, normal) = match self {
            Self::GlorotUniform => (6.0 / fan_both, false),
            Self::GlorotNormal => (2.0 / fan_both, true),
            Self::HeUniform => (6.0 / fan_in, false),
            Self::HeNormal => (2.0 / fan_in, true),
            Self::LecunNormal => (1.0 / fan_in, true),
            Self::Zeros => return Array2::zeros((inputs, outputs)),
        };
        let (shape, scale) = ((inputs, outputs), square.sqrt());
        if normal {
            let weight = StandardNormal.map(|unit: f64| F::from_f64(scale * unit));
            return Array2::random_using(shape, weight, generator);
        }
        let weight = StandardUniform.map(|unit: f64| F::from_f64(scale * (2.0 * unit - 1.0)));
        Array2::random_using(shape, weight, generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Initialization::{self, *};
    use crate::random::{Purpose, generator};

    /// Variances by the formulas of the papers; the deviation of a uniform number in ±l is l/√3.
    #[test]
    fn weights_have_the_published_deviation() {
        let (inputs, outputs) = (300, 200);
        let cases: [(Initialization, f64); 5] = [
            (GlorotUniform, 2.0 / 500.0),
            (GlorotNormal, 2.0 / 500.0),
            (HeUniform, 2.0 / 300.0),
            (HeNormal, 2.0 / 300.0),
            (LecunNormal, 1.0 / 300.0),
        ];
        for (initialization, variance) in cases {
            let mut generator = generator(1, Purpose::Initialization);
            let weights = initialization.draw::<f64>(inputs, outputs, &mut generator);
            let mean = weights.sum() / 60_000.0;
            let deviation = weights.mapv(|w| w * w).sum() / 60_000.0;
            assert!(mean.abs() < 0.02 * variance.sqrt(), "{initialization:?}: mean {mean}");
            assert!(
                (deviation / variance - 1.0).abs() < 0.02,
                "{initialization:?}: variance {deviation}, expected {variance}"
            );
        }
    }
}
