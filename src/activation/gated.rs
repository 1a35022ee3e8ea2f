//! Functions z · h(z) with a gate h between 0 and 1. None is monotone: two z can share one output,
//! so the derivative is no function of the output, and the layer keeps z.

use super::{Activation, FromPreActivation, OutputAndPreActivation, slices};
use crate::elementary::{function, map, multiply_by};
use crate::{float::Float, initialization::Initialization};
use ndarray::ArrayViewMut2;

/// The Gaussian error linear unit: g(z) = z Φ(z), with Φ(z) = (1 + erf(z/√2)) / 2 the normal
/// distribution; range [-0.17, ∞).
///
/// The exact function, not its approximation by tanh.
///
/// # The derivative
///
/// By the product rule, g'(z) = Φ(z) + z φ(z), with φ(z) = e^(-z²/2) / √(2π). g falls to the left
/// of z = -0.75 and rises to the right of it.
///
/// # When
///
/// A smooth [`Relu`](super::Relu) (Hendrycks, Gimpel 2016), usual in transformers. Weights start as
/// He's.
///
/// g(-∞) = 0 with slope 0, g(∞) = ∞ with slope 1, g(NaN) = NaN.
///
/// ```
/// use densely::activation::{AnyActivation, Gelu};
/// use ndarray::array;
///
/// let gelu = AnyActivation::<f64>::from(Gelu);
/// let z = array![[0.0, 1.0]];
/// let (mut a, mut delta) = (z.clone(), array![[1.0, 1.0]]);
/// gelu.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.0, 0.841345]], epsilon = 1e-6);         // Φ(1)
/// gelu.backward(a.view(), z.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[0.5, 1.083315]], epsilon = 1e-6);     // Φ(1) + φ(1)
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gelu;

/// The sigmoid linear unit, or swish: g(z) = z σ(z), with σ(z) = 1 / (1 + e^-z); range [-0.28, ∞).
///
/// # The derivative
///
/// By the product rule and σ' = σ (1 - σ), g'(z) = σ(z) (1 + z (1 - σ(z))). g falls to the left of
/// z = -1.28 and rises to the right of it.
///
/// # When
///
/// A smooth [`Relu`](super::Relu) (Elfwing et al. 2018). Weights start as He's.
///
/// g(-∞) = 0 with slope 0, g(∞) = ∞ with slope 1, g(NaN) = NaN.
///
/// ```
/// use densely::activation::{AnyActivation, Silu};
/// use ndarray::array;
///
/// let silu = AnyActivation::<f64>::from(Silu);
/// let z = array![[0.0, 3.0_f64.ln()]];                                             // σ is ½ and ¾
/// let (mut a, mut delta) = (z.clone(), array![[1.0, 1.0]]);
/// silu.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.0, 0.75 * 3.0_f64.ln()]], epsilon = 1e-14);
/// silu.backward(a.view(), z.view(), delta.view_mut());
/// let slopes = array![[0.5, 0.75 * (1.0 + 0.25 * 3.0_f64.ln())]];
/// approx::assert_abs_diff_eq!(delta, slopes, epsilon = 1e-14);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silu;

/// Mish: g(z) = z tanh(ln(1 + e^z)), range [-0.31, ∞).
///
/// # The derivative
///
/// With t = tanh(ln(1 + e^z)), and since the derivative of ln(1 + e^z) is σ(z), g'(z) = t + z σ(z)
/// (1 - t²). g falls to the left of z = -1.19 and rises to the right of it.
///
/// # When
///
/// A smooth [`Relu`](super::Relu) (Misra 2019). Weights start as He's.
///
/// g(-∞) = 0 with slope 0, g(∞) = ∞ with slope 1, g(NaN) = NaN.
///
/// ```
/// use densely::activation::{AnyActivation, Mish};
/// use ndarray::array;
///
/// let mish = AnyActivation::<f64>::from(Mish);
/// let z = array![[0.0, 2.0_f64.ln()]]; // t = tanh(ln 2) = 0.6, tanh(ln 3) = 0.8
/// let (mut a, mut delta) = (z.clone(), array![[1.0, 1.0]]);
/// mish.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.0, 0.8 * 2.0_f64.ln()]], epsilon = 1e-14);
/// mish.backward(a.view(), z.view(), delta.view_mut());
/// let slopes = array![[0.6, 0.8 + 2.0_f64.ln() * 2.0 / 3.0 * 0.36]];
/// approx::assert_abs_diff_eq!(delta, slopes, epsilon = 1e-14);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mish;

macro_rules! impl_gated {
    ($activation:ident, $derivative:ident) => {
        impl Activation for $activation {
            type Derivative = FromPreActivation;

            fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>) {
                slices::map(z, |z| map(z, function::$activation));
            }

            fn backward<F: Float>(
                &self,
                cached: OutputAndPreActivation<'_, F>,
                delta: ArrayViewMut2<'_, F>,
            ) {
                slices::zip(cached.pre_activation, delta, |z, delta| {
                    multiply_by(z, delta, function::$derivative)
                });
            }

            fn initialization(&self) -> Initialization {
                Initialization::HeNormal
            }
        }
    };
}

impl_gated!(Gelu, GeluDerivative);
impl_gated!(Silu, SiluDerivative);
impl_gated!(Mish, MishDerivative);
