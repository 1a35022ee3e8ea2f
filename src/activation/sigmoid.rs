use super::{Activation, FromOutput, slices};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2};

/// The logistic sigmoid: g(z) = 1 / (1 + e^-z), range (0, 1).
///
/// # The derivative from the output
///
/// g'(z) = e^-z / (1 + e^-z)². With a = g(z) one factor 1 / (1 + e^-z) is a, and the other,
/// e^-z / (1 + e^-z), is 1 - a. Hence
///
/// g'(z) = a (1 - a):
///
/// one subtraction and one multiplication, no exponential. Where a is rounded to 1, for z above 17
/// (`f32`) or 37 (`f64`), it is 0. At -z, where the derivative is the same, it keeps its digits.
///
/// # When
///
/// For the output layer of a binary classifier, with
/// [`BinaryCrossEntropy`](crate::loss::BinaryCrossEntropy). In hidden layers [`Tanh`](super::Tanh)
/// trains faster: its slope at 0 is 1, this one's is ¼.
///
/// g(-∞) = 0, g(∞) = 1, both with slope 0; g(NaN) = NaN. The output is in \[0, 1\], so the
/// derivative is never negative.
///
/// ```
/// use densely::{Activation, Sigmoid};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[0.0, 3.0_f64.ln()]], array![[1.0, 1.0]]);
/// Sigmoid.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.5, 0.75]], epsilon = 1e-15);  // 1 / (1 + 1/3) = ¾
/// Sigmoid.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[0.25, 0.1875]], epsilon = 1e-15); // ½ · ½ and ¾ · ¼
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sigmoid;

impl Activation for Sigmoid {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>) {
        slices::map(z, F::sigmoid_slice);
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
        slices::multiply(output, delta, |a| a * (F::one() - a));
    }
}
