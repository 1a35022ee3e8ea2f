use super::{Activation, FromOutput, slices};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2};

/// Softsign: g(z) = z / (1 + |z|), range (-1, 1).
///
/// # The derivative from the output
///
/// g'(z) = 1 / (1 + |z|)². From |a| = |z| / (1 + |z|), 1 - |a| = 1 / (1 + |z|); hence
///
/// g'(z) = (1 - |a|)².
///
/// 1 - |a| loses digits as |z| grows: its relative error is |z| / 10⁷ for `f32`, |z| / 10¹⁶ for
/// `f64`.
///
/// # When
///
/// Like [`Tanh`](super::Tanh), without an exponential, and saturating more slowly: its tails are
/// 1/|z|, not e^-2|z|.
///
/// g(±∞) = ±1 with slope 0, g(NaN) = NaN, g(-z) = -g(z) to the bit.
///
/// ```
/// use densely::{Activation, activation::Softsign};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[1.0, -3.0]], array![[1.0, 1.0]]);
/// Softsign.forward(a.view_mut());
/// assert_eq!(a, array![[0.5, -0.75]]);                      // 1 / 2 and -3 / 4
/// Softsign.backward(a.view(), delta.view_mut());
/// assert_eq!(delta, array![[0.25, 0.0625]]);                // ½² and ¼²
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Softsign;

impl Activation for Softsign {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>) {
        slices::map_each(z, |z| {
            // At ±∞ the limit, since z / (1 + |z|) would be ∞/∞.
            let magnitude = z.abs();
            let quotient = z / (F::one() + magnitude);
            if magnitude == F::infinity() { F::one().copysign(z) } else { quotient }
        });
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
        slices::multiply(output, delta, |a| {
            let rest = F::one() - a.abs();
            rest * rest
        });
    }
}
