use super::{Activation, FromOutput, slices};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2};

/// The hyperbolic tangent: g(z) = (e^z - e^-z) / (e^z + e^-z), range (-1, 1).
///
/// # The derivative from the output
///
/// By the quotient rule g'(z) = ((e^z + e^-z)² - (e^z - e^-z)²) / (e^z + e^-z)²; dividing term by
/// term,
///
/// g'(z) = 1 - a²:
///
/// one multiplication and one subtraction, no exponential. Where |a| is rounded to 1, for |z| above
/// 9 (`f32`) or 19 (`f64`), it is 0.
///
/// # When
///
/// The default for hidden layers: its outputs are centred on 0, and its slope at 0 is 1.
///
/// g(±∞) = ±1 with slope 0, g(NaN) = NaN, g(-z) = -g(z) to the bit. The output is in \[-1, 1\], so
/// the derivative is never negative.
///
/// ```
/// use densely::{Activation, Tanh};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[0.0, 2.0_f64.ln()]], array![[1.0, 1.0]]);
/// Tanh.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.0, 0.6]], epsilon = 1e-15);  // (2 - ½) / (2 + ½)
/// Tanh.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[1.0, 0.64]], epsilon = 1e-15);    // 1 - 0.6²
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tanh;

impl Activation for Tanh {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>) {
        slices::map(z, F::tanh_slice);
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
        slices::multiply(output, delta, |a| F::one() - a * a);
    }
}
