//! Smooth functions whose outputs are positive.

use super::{Activation, FromOutput, slices};
use crate::elementary::{function, map, multiply_by};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2};

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
/// approx::assert_abs_diff_eq!(delta, array![[0.5, 0.75]], epsilon = 1e-15);    // 1 - ½ and 1 - ¼
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Softplus;

impl Activation for Softplus {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>) {
        slices::map(z, |z| map(z, function::Softplus));
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
        slices::zip(output, delta, |a, delta| multiply_by(a, delta, function::SoftplusDerivative));
    }
}

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
/// g(-∞) = 0, g(∞) = ∞, g(NaN) = NaN; above z = 88.72 an `f32` overflows to ∞, above 709.78 an
/// `f64`.
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

impl Activation for Exponential {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>) {
        slices::map(z, |z| map(z, function::Exponential));
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
        slices::multiply(output, delta, |a| a);
    }
}
