use super::{Activation, FromOutput};
use crate::Float;
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

/// The logistic sigmoid: g(z) = 1 / (1 + e^-z), range (0, 1).
///
/// # The derivative from the output
///
/// g'(z) = e^-z / (1 + e^-z)². With a = g(z) one factor 1 / (1 + e^-z) is a, and the other,
/// e^-z / (1 + e^-z), is 1 - a. Hence
///
/// g'(z) = a (1 - a):
///
/// one subtraction and one multiplication, no exponential.
///
/// For the output layer of a binary classifier, with
/// [`BinaryCrossEntropy`](crate::BinaryCrossEntropy). In hidden layers [`Tanh`](super::Tanh) trains faster.
/// g(-∞) = 0, g(∞) = 1, g(NaN) = NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sigmoid;

impl Activation for Sigmoid {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
        z.mapv_inplace(sigmoid);
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
        Zip::from(delta).and(output).for_each(|delta, &a| *delta *= a * (F::one() - a));
    }
}

/// 1 / (1 + e^-z) by the exponential of -|z|, which cannot overflow.
fn sigmoid<F: Float>(z: F) -> F {
    let e = (-z.abs()).exp();
    let tail = e / (F::one() + e);
    if z < F::zero() { tail } else { F::one() / (F::one() + e) }
}
