//! Functions z · h(z) with a gate h between 0 and 1. None is monotone: two z can share one output,
//! so the derivative is no function of the output, and the layer keeps z.

use super::{FromPreActivation, elementwise::elementwise};
use crate::elementary::{NormalTail, at_least, at_most, exp_of_negative};

/// The Gaussian error linear unit: g(z) = z Φ(z), with Φ(z) = (1 + erf(z/√2)) / 2 the normal
/// distribution; range [-0.17, ∞).
///
/// The exact function, not its approximation by tanh.
///
/// # The derivative
///
/// By the product rule, g'(z) = Φ(z) + z φ(z), with φ(z) = e^(-z²/2) / √(2π). g falls to the
/// left of z = -0.75 and rises to the right of it.
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
/// approx::assert_abs_diff_eq!(delta, array![[0.5, 1.083315]], epsilon = 1e-6); // Φ(1) + φ(1)
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gelu;

elementwise!(
    Gelu(FromPreActivation.pre_activation, HeNormal),
    |_, z| F::gelu::<FUSED>(z),
    |_, z| F::gelu_derivative::<FUSED>(z)
);

/// The sigmoid linear unit, or swish: g(z) = z σ(z), with σ(z) = 1 / (1 + e^-z); range
/// [-0.28, ∞).
///
/// # The derivative
///
/// By the product rule and σ' = σ (1 - σ), g'(z) = σ(z) (1 + z (1 - σ(z))). g falls to the
/// left of z = -1.28 and rises to the right of it.
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
/// let z = array![[0.0, 3.0_f64.ln()]]; // σ is ½ and ¾
/// let (mut a, mut delta) = (z.clone(), array![[1.0, 1.0]]);
/// silu.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.0, 0.75 * 3.0_f64.ln()]], epsilon = 1e-14);
/// silu.backward(a.view(), z.view(), delta.view_mut());
/// let slopes = array![[0.5, 0.75 * (1.0 + 0.25 * 3.0_f64.ln())]];
/// approx::assert_abs_diff_eq!(delta, slopes, epsilon = 1e-14);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silu;

elementwise!(
    Silu(FromPreActivation.pre_activation, HeNormal),
    // z / (1 + e^-z): with e = e^-|z|, z / (1 + e) or z e / (1 + e).
    |_, z| {
        let (one, e) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()));
        let denominator = one + e.value();
        let below = e.scale(bounded(z) * e.mantissa / denominator);
        if z < F::zero() { below } else { z / denominator }
    },
    // 1 - σ = σ(-z), which does not cancel.
    |_, z| {
        let (one, e) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()).value());
        let (large, small) = (one / (one + e), e / (one + e));
        let (sigmoid, rest) = if z < F::zero() { (small, large) } else { (large, small) };
        sigmoid * (one + bounded(z) * rest)
    }
);

/// Mish: g(z) = z tanh(ln(1 + e^z)), range [-0.31, ∞).
///
/// # The derivative
///
/// With t = tanh(ln(1 + e^z)), and since the derivative of ln(1 + e^z) is σ(z),
/// g'(z) = t + z σ(z) (1 - t²). g falls to the left of z = -1.19 and rises to the right of it.
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

elementwise!(
    Mish(FromPreActivation.pre_activation, HeNormal),
    // tanh(ln w) = (w² - 1) / (w² + 1). For z < 0 that is e (e + 2) / (e (e + 2) + 2) with
    // e = e^z, and for z ≥ 0 (1 + 2e) / (1 + 2e + 2e²) with e = e^-z.
    |_, z| {
        let (one, exponential) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()));
        let (two, e) = (one + one, exponential.value());
        let below = (e + two) / (e * (e + two) + two);
        let below = exponential.scale(bounded(z) * exponential.mantissa * below);
        let doubled = one + two * e;
        let above = z * (doubled / (doubled + two * e * e));
        if z < F::zero() { below } else { above }
    },
    // With t and 1 - t from the quotients above.
    |_, z| {
        let (one, e) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()).value());
        let two = one + one;
        let negative = z < F::zero();
        let (numerator, rest) =
            if negative { (e * (e + two), two) } else { (one + two * e, two * e * e) };
        let (t, one_less_t) = (numerator / (numerator + rest), rest / (numerator + rest));
        let sigmoid = if negative { e } else { one } / (one + e);
        t + bounded(z) * sigmoid * one_less_t * (one + t)
    }
);

/// z, limited to a range outside of which e^-|z| is 0. Times 0, an infinite z would be NaN.
#[inline(always)]
fn bounded<F: NormalTail>(z: F) -> F {
    let bound = -F::SMALLEST_EXPONENT - F::SMALLEST_EXPONENT;
    at_most(at_least(z, -bound), bound)
}
