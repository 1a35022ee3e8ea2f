//! Smooth functions with two limits.

use super::{FromOutput, elementwise::elementwise};
use crate::elementary::{at_least, at_most, exp_m1_of_negative, exp_of_negative};

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
/// approx::assert_abs_diff_eq!(a, array![[0.5, 0.75]], epsilon = 1e-15); // 1 / (1 + 1/3) = ¾
/// Sigmoid.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[0.25, 0.1875]], epsilon = 1e-15); // ½·½, ¾·¼
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sigmoid;

elementwise!(
    Sigmoid(FromOutput, GlorotUniform),
    // With e = e^-|z|, 1 / (1 + e) or e / (1 + e).
    |_, z| {
        let (one, exponential) = (F::one(), exp_of_negative::<FUSED, F>(-z.abs()));
        let (e, e_lost) = (exponential.value(), exponential.lost());
        let denominator = one + e;
        let denominator_lost = (e - (denominator - one)) + e_lost;
        let negative = z < F::zero();
        let (numerator, numerator_lost) = if negative { (e, e_lost) } else { (one, F::zero()) };
        let quotient = numerator / denominator;
        // Adds what rounding took from numerator and denominator: the error that is left is little
        // more than the rounding of the quotient.
        let reciprocal = if negative { one - quotient } else { quotient };
        quotient + (numerator_lost - quotient * denominator_lost) * reciprocal
    },
    |_, a| a * (F::one() - a)
);

/// The hyperbolic tangent: g(z) = (e^z - e^-z) / (e^z + e^-z), range (-1, 1).
///
/// # The derivative from the output
///
/// By the quotient rule g'(z) = ((e^z + e^-z)² - (e^z - e^-z)²) / (e^z + e^-z)²; dividing term
/// by term,
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
/// g(±∞) = ±1 with slope 0, g(NaN) = NaN, g(-z) = -g(z) to the bit. The output is in \[-1, 1\],
/// so the derivative is never negative.
///
/// ```
/// use densely::{Activation, Tanh};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[0.0, 2.0_f64.ln()]], array![[1.0, 1.0]]);
/// Tanh.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.0, 0.6]], epsilon = 1e-15); // (2 - ½) / (2 + ½)
/// Tanh.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[1.0, 0.64]], epsilon = 1e-15); // 1 - 0.6²
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tanh;

elementwise!(
    Tanh(FromOutput, GlorotUniform),
    // With t = e^(-2|z|) - 1, between -1 and 0, the magnitude is -t / (2 + t). It is at most 1,
    // since -t ≤ 1 ≤ 2 + t.
    |_, z| {
        let two = F::one() + F::one();
        let t = exp_m1_of_negative::<FUSED, F>(-two * z.abs());
        (-t / (two + t)).copysign(z)
    },
    |_, a| F::one() - a * a
);

/// Softsign: g(z) = z / (1 + |z|), range (-1, 1).
///
/// # The derivative from the output
///
/// g'(z) = 1 / (1 + |z|)². From |a| = |z| / (1 + |z|), 1 - |a| = 1 / (1 + |z|); hence
///
/// g'(z) = (1 - |a|)².
///
/// 1 - |a| loses digits as |z| grows: its relative error is |z| / 10⁷ for `f32`, |z| / 10¹⁶
/// for `f64`.
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

elementwise!(
    Softsign(FromOutput, GlorotUniform),
    |_, z| {
        // At ±∞ the limit, since z / (1 + |z|) would be ∞/∞.
        let magnitude = z.abs();
        let quotient = z / (F::one() + magnitude);
        if magnitude == F::infinity() { F::one().copysign(z) } else { quotient }
    },
    |_, a| {
        let rest = F::one() - a.abs();
        rest * rest
    }
);

/// The inverse square root unit: g(z) = z / √(1 + z²), range (-1, 1) (Carlile et al. 2017).
///
/// # The derivative from the output
///
/// g'(z) = 1 / (1 + z²)^(3/2). From a² = z² / (1 + z²), 1 - a² = 1 / (1 + z²); hence
///
/// g'(z) = (1 - a²) √(1 - a²).
///
/// 1 - a² loses digits as |z| grows: its relative error is z² / 10⁷ for `f32`, z² / 10¹⁶
/// for `f64`.
///
/// # When
///
/// As a smooth clip: [`Scaling::Robust`](crate::units::Scaling) uses it, and
/// [`Mlp::folded`](crate::Mlp::folded) makes a layer of it.
///
/// g(±∞) = ±1 with slope 0, g(NaN) = NaN, g(-z) = -g(z) to the bit.
///
/// ```
/// use densely::{Activation, activation::Isru};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[0.75, -4.0 / 3.0]], array![[1.0, 1.0]]);
/// Isru.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.6, -0.8]], epsilon = 1e-15); // ¾ / √(25/16)
/// Isru.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[0.512, 0.216]], epsilon = 1e-15); // 0.8³ and 0.6³
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Isru;

elementwise!(
    Isru(FromOutput, GlorotUniform),
    |_, z| {
        // The square of a larger number could overflow, and the quotient is 1.
        let limit = F::from_f64(1e15);
        let bounded = at_most(at_least(z, -limit), limit);
        bounded / (F::one() + bounded * bounded).sqrt()
    },
    |_, a| {
        let square = F::one() - a * a;
        square * square.sqrt()
    }
);
