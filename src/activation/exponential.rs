use super::{Activation, FromOutput, slices};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2};

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
        slices::map(z, F::exponential_slice);
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
        slices::multiply(output, delta, |a| a);
    }
}
