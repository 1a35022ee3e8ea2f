//! The exponential and the logarithm of one number, from which the other functions are made.
//!
//! x = n ln 2 + r, with a whole number n and |r| ≤ ln 2 / 2. Then e^x = 2^n (1 + q), where
//! q = e^r - 1 is a short polynomial in r. Nothing here branches.

use super::polynomial::*;
use crate::number::Number;

/// e^x = mantissa · half_scale · other_half_scale.
///
/// The mantissa is between 0.7 and 1.42. The scales are powers of two. There are two of them, so
/// that neither overflows or is subnormal where e^x is. A subnormal product is rounded only once if
/// the last factor is the last scale.
#[derive(Clone, Copy)]
pub(crate) struct ScaledMantissa<F> {
    pub(crate) mantissa: F,
    /// The exact mantissa less the rounded one.
    pub(crate) lost: F,
    half_scale: F,
    other_half_scale: F,
}

impl<F: Number> ScaledMantissa<F> {
    /// factor · e^x / mantissa.
    #[inline(always)]
    pub(crate) fn scale(self, factor: F) -> F {
        factor * self.half_scale * self.other_half_scale
    }

    /// The exact e^x less the rounded one.
    #[inline(always)]
    pub(crate) fn lost(self) -> F {
        self.scale(self.lost)
    }

    /// e^x.
    #[inline(always)]
    pub(crate) fn value(self) -> F {
        self.scale(self.mantissa)
    }
}

/// The steps of the exponential and the logarithm that differ between `f32` and `f64`.
#[doc(hidden)]
pub trait Reduction: Number {
    /// Below this, e^x and x e^x round to 0.
    const SMALLEST_EXPONENT: Self;

    /// Above this, e^x rounds to ∞.
    const LARGEST_EXPONENT: Self;

    /// Below this, e^x - 1 rounds to -1.
    const SMALLEST_EXPONENT_M1: Self;

    /// (e^r - 1 - r) / r² for |r| ≤ ln 2 / 2: to 2⁻³¹ of e^r - 1 for `f32`, to 2⁻⁶¹ for
    /// `f64`.
    const EXP_M1: &'static [Self];

    /// (2 artanh(s)/s - 2) / s² as a function of s², for s ≤ 1/3.
    const ARTANH: &'static [Self];

    /// r, and two factors of 2^n.
    fn reduce<const FUSED: bool>(x: Self) -> (Self, Self, Self);
}

/// The larger of the two; NaN stays NaN.
#[inline(always)]
pub(crate) fn at_least<F: Number>(x: F, least: F) -> F {
    if x < least { least } else { x }
}

/// The smaller of the two; NaN stays NaN.
#[inline(always)]
pub(crate) fn at_most<F: Number>(x: F, most: F) -> F {
    if x > most { most } else { x }
}

/// e^r - 1 for |r| ≤ ln 2 / 2.
#[inline(always)]
fn exp_m1_reduced<const FUSED: bool, F: Reduction>(r: F) -> F {
    multiply_add::<FUSED, F>(r * r, polynomial::<FUSED, F>(F::EXP_M1, r), r)
}

/// e^x for x between the smallest and the largest exponent.
#[inline(always)]
pub(crate) fn exp_between<const FUSED: bool, F: Reduction>(x: F) -> ScaledMantissa<F> {
    let (r, half_scale, other_half_scale) = F::reduce::<FUSED>(x);
    let q = exp_m1_reduced::<FUSED, F>(r);
    let mantissa = F::one() + q;
    let lost = q - (mantissa - F::one());
    ScaledMantissa { mantissa, lost, half_scale, other_half_scale }
}

/// e^x for x ≤ 0.
#[inline(always)]
pub(crate) fn exp_of_negative<const FUSED: bool, F: Reduction>(x: F) -> ScaledMantissa<F> {
    exp_between::<FUSED, F>(at_least(x, F::SMALLEST_EXPONENT))
}

/// e^x - 1 for x ≤ 0, to its own precision: 2^n q + (2^n - 1).
#[inline(always)]
pub(crate) fn exp_m1_of_negative<const FUSED: bool, F: Reduction>(x: F) -> F {
    let (r, half_scale, other_half_scale) =
        F::reduce::<FUSED>(at_least(x, F::SMALLEST_EXPONENT_M1));
    let scale = half_scale * other_half_scale;
    multiply_add::<FUSED, F>(scale, exp_m1_reduced::<FUSED, F>(r), scale - F::one())
}

/// ln(1 + x) for 0 ≤ x ≤ 1, to its own precision: with s = x / (2 + x),
/// 2 artanh(s) = x - (x²/2 - s (x²/2 + s² …)).
#[inline(always)]
pub(crate) fn ln_1p_of_fraction<const FUSED: bool, F: Reduction>(x: F) -> F {
    let two = F::one() + F::one();
    let s = x / (two + x);
    let square = s * s;
    let half_square = x * x / two;
    let rest = square * polynomial::<FUSED, F>(F::ARTANH, square);
    x - (half_square - s * (half_square + rest))
}

macro_rules! impl_reduce {
    ($bits:ident, $mantissa_bits:literal, $bias:literal, $ln_2_high:literal, $ln_2_low:literal) => {
        #[inline(always)]
        fn reduce<const FUSED: bool>(x: Self) -> (Self, Self, Self) {
            // Adding 1.5 · 2^mantissa_bits rounds to a whole number: the last bits of the sum.
            let shift = 1.5 * (1_u64 << $mantissa_bits) as Self;
            let log_2_e = std::f64::consts::LOG2_E as Self;
            let shifted = multiply_add::<FUSED, Self>(x, log_2_e, shift);
            let n = shifted - shift;
            // The high part of ln 2 has few bits, so that n times it is exact.
            let r = multiply_add::<FUSED, Self>(n, -$ln_2_high, x);
            let r = multiply_add::<FUSED, Self>(n, -$ln_2_low, r);
            // Each half of n + 2 · bias is the exponent of a power of two.
            let biased = shifted.to_bits().wrapping_sub(shift.to_bits()).wrapping_add(2 * $bias);
            let half = biased >> 1;
            let power = |exponent: $bits| Self::from_bits(exponent << $mantissa_bits);
            (r, power(half), power(biased.wrapping_sub(half)))
        }
    };
}

impl Reduction for f32 {
    const SMALLEST_EXPONENT: Self = -110.0;
    const LARGEST_EXPONENT: Self = 89.0;
    const SMALLEST_EXPONENT_M1: Self = -30.0;
    const EXP_M1: &'static [Self] =
        &[0.5, 0.16666667, 0.041666366, 0.008333274, 0.0013940326, 0.00019913653];
    const ARTANH: &'static [Self] = &[0.6666668, 0.39998436, 0.2862761, 0.21321477, 0.24670608];

    impl_reduce!(u32, 23, 127, 0.693_359_4, -2.121_944_4e-4);
}

impl Reduction for f64 {
    const SMALLEST_EXPONENT: Self = -760.0;
    const LARGEST_EXPONENT: Self = 710.0;
    const SMALLEST_EXPONENT_M1: Self = -60.0;
    const EXP_M1: &'static [Self] = &[
        0.5,
        0.16666666666666677,
        0.0416666666666667,
        0.008333333333322172,
        0.0013888888888868019,
        0.00019841269884897543,
        2.480158735855216e-05,
        2.7557245335528005e-06,
        2.755724428045023e-07,
        2.5108675719273415e-08,
        2.092402010975925e-09,
    ];
    const ARTANH: &'static [Self] = &[
        0.6666666666666669,
        0.3999999999999166,
        0.28571428572882673,
        0.22222222097362984,
        0.1818182439925138,
        0.1538442063935606,
        0.13337328057441525,
        0.11710368662869432,
        0.11009568843376079,
        0.06855681883632532,
        0.16691741771897906,
    ];

    impl_reduce!(u64, 52, 1023, 0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);
}
