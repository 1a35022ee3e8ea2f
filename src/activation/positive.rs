//! Smooth functions whose outputs are positive.

use super::{FromOutput, elementwise::elementwise};
use crate::elementary::*;

/// Softplus, the soft rectification: g(z) = ln(1 + e^z), range (0, ∞).
///
/// # The derivative from the output
///
/// g'(z) = e^z / (1 + e^z). From a = ln(1 + e^z), e^a = 1 + e^z; hence e^z / (1 + e^z) = (e^a - 1)
/// / e^a, which is
///
/// g'(z) = 1 - e^-a.
///
/// It is computed as -(e^-a - 1) with `expm1`, since 1 - e^-a would cancel for z far below 0.
///
/// # When
///
/// A smooth [`Relu`](super::Relu), and an output layer for positive quantities that grows linearly.
///
/// g(-∞) = 0 with slope 0, g(∞) = ∞ with slope 1, g(NaN) = NaN.
///
/// ```
/// use densely::{Activation, activation::Softplus};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[0.0, 3.0_f64.ln()]], array![[1.0, 1.0]]);
/// Softplus.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[2.0_f64.ln(), 4.0_f64.ln()]], epsilon = 1e-15);
/// Softplus.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[0.5, 0.75]], epsilon = 1e-15); // 1 - ½ and 1 - ¼
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Softplus;

elementwise!(
    Softplus(FromOutput, GlorotUniform),
    // max(z, 0) + ln(1 + e^-|z|).
    |_, z| {
        let e = exp_of_negative::<FUSED, F>(-z.abs()).value();
        at_least(z, F::zero()) + ln_1p_of_fraction::<FUSED, F>(e)
    },
    |_, a| -exp_m1_of_negative::<FUSED, F>(-a)
);

/// The exponential: g(z) = e^z, range (0, ∞).
///
/// # The derivative from the output
///
/// e^z is its own derivative: g'(z) = a.
///
/// # When
///
/// For an output layer that predicts a positive quantity, such as a count or a rate. Not for hidden
/// layers: it grows too fast.
///
/// g(-∞) = 0, g(∞) = ∞, g(NaN) = NaN; above z = 88.72 an `f32` overflows to ∞, above 709.78
/// an `f64`.
///
/// ```
/// use densely::{Activation, activation::Exponential};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[0.0, 3.0_f64.ln()]], array![[1.0, 10.0]]);
/// Exponential.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[1.0, 3.0]], epsilon = 1e-14);
/// Exponential.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[1.0, 30.0]], epsilon = 1e-14);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exponential;

elementwise!(
    Exponential(FromOutput, GlorotUniform),
    |_, z| {
        let z = at_most(at_least(z, F::SMALLEST_EXPONENT), F::LARGEST_EXPONENT);
        exp_between::<FUSED, F>(z).value()
    },
    |_, a| a
);
