//! The exponential and the logarithm that every function here is made of, for one number, without a branch.
//!
//! x = n ln 2 + r with n a whole number and |r| ≤ ln 2 / 2, so that e^x = 2^n (1 + q) with q = e^r - 1, a short polynomial.

use super::normal_tail;
use super::polynomial::*;
use crate::float::Float;

/// e^x = mantissa · half_scale · other_half_scale. The mantissa is between 0.7 and 1.42; the scales are powers of two, two of them so
/// that neither overflows nor is rounded where e^x itself is subnormal. A product with a subnormal result is rounded only once,
/// if it is multiplied by the last scale last.
#[derive(Clone, Copy)]
pub(super) struct Exponential<F> {
    pub(super) mantissa: F,
    /// What rounding took from the mantissa.
    pub(super) lost: F,
    half_scale: F,
    other_half_scale: F,
}

impl<F: Float> Exponential<F> {
    /// factor · e^x / mantissa.
    #[inline(always)]
    pub(super) fn scale(self, factor: F) -> F {
        factor * self.half_scale * self.other_half_scale
    }

    /// What rounding took from e^x.
    #[inline(always)]
    pub(super) fn lost(self) -> F {
        self.scale(self.lost)
    }

    /// e^x.
    #[inline(always)]
    pub(super) fn value(self) -> F {
        self.scale(self.mantissa)
    }
}

/// What differs between `f32` and `f64`.
pub(super) trait Kernel: Float {
    /// Below this e^x, and x e^x too, rounds to 0.
    const SMALLEST_EXPONENT: Self;

    /// Above this e^x rounds to ∞.
    const LARGEST_EXPONENT: Self;

    /// Below this e^x - 1 rounds to -1.
    const SMALLEST_EXPONENT_M1: Self;

    /// r, and 2^n in two factors.
    fn reduce<const FUSED: bool>(x: Self) -> (Self, Self, Self);

    /// e^r - 1 for |r| ≤ ln 2 / 2.
    fn exp_m1_reduced<const FUSED: bool>(r: Self) -> Self;

    /// (2 artanh(s)/s - 2) / s² from s².
    fn artanh_rest<const FUSED: bool>(square: Self) -> Self;

    /// z Φ(z).
    fn gelu<const FUSED: bool>(z: Self) -> Self;

    /// Φ(z) + z φ(z).
    fn gelu_derivative<const FUSED: bool>(z: Self) -> Self;
}

/// The larger of the two; NaN stays NaN.
#[inline(always)]
pub(super) fn at_least<F: Float>(x: F, least: F) -> F {
    if x < least { least } else { x }
}

/// The smaller of the two; NaN stays NaN.
#[inline(always)]
pub(super) fn at_most<F: Float>(x: F, most: F) -> F {
    if x > most { most } else { x }
}

/// e^x for x between the smallest and the largest exponent.
#[inline(always)]
pub(super) fn exp_between<const FUSED: bool, F: Kernel>(x: F) -> Exponential<F> {
    let (r, half_scale, other_half_scale) = F::reduce::<FUSED>(x);
    let q = F::exp_m1_reduced::<FUSED>(r);
    let mantissa = F::one() + q;
    let lost = q - (mantissa - F::one());
    Exponential { mantissa, lost, half_scale, other_half_scale }
}

/// e^x for x ≤ 0.
#[inline(always)]
pub(super) fn exp_of_negative<const FUSED: bool, F: Kernel>(x: F) -> Exponential<F> {
    exp_between::<FUSED, F>(at_least(x, F::SMALLEST_EXPONENT))
}

/// e^x - 1 for x ≤ 0, to its own precision: 2^n q + (2^n - 1).
#[inline(always)]
pub(super) fn exp_m1_of_negative<const FUSED: bool, F: Kernel>(x: F) -> F {
    let (r, half_scale, other_half_scale) =
        F::reduce::<FUSED>(at_least(x, F::SMALLEST_EXPONENT_M1));
    let scale = half_scale * other_half_scale;
    multiply_add::<FUSED, F>(scale, F::exp_m1_reduced::<FUSED>(r), scale - F::one())
}

/// ln(1 + x) for 0 ≤ x ≤ 1, to its own precision: with s = x / (2 + x), 2 artanh(s) = x - (x²/2 - s (x²/2 + s² …)).
#[inline(always)]
pub(super) fn ln_1p_of_fraction<const FUSED: bool, F: Kernel>(x: F) -> F {
    let two = F::one() + F::one();
    let s = x / (two + x);
    let square = s * s;
    let half_square = x * x / two;
    let rest = square * F::artanh_rest::<FUSED>(square);
    x - (half_square - s * (half_square + rest))
}

macro_rules! impl_reduce {
    ($bits:ident, $mantissa_bits:literal, $bias:literal, $ln_2_high:literal, $ln_2_low:literal) => {
        #[inline(always)]
        fn reduce<const FUSED: bool>(x: Self) -> (Self, Self, Self) {
            // Adding 1.5 · 2^mantissa_bits and subtracting it again rounds to a whole number, which then stands in the sum's last bits.
            let shift = 1.5 * (1_u64 << $mantissa_bits) as Self;
            let log_2_e = std::f64::consts::LOG2_E as Self;
            let shifted = multiply_add::<FUSED, Self>(x, log_2_e, shift);
            let n = shifted - shift;
            // The high part of ln 2 has few bits: n times it is exact.
            let r = multiply_add::<FUSED, Self>(n, -$ln_2_high, x);
            let r = multiply_add::<FUSED, Self>(n, -$ln_2_low, r);
            // n + 2 · bias, split in halves; each is the exponent of a power of two.
            let biased = shifted.to_bits().wrapping_sub(shift.to_bits()).wrapping_add(2 * $bias);
            let half = biased >> 1;
            let power = |exponent: $bits| Self::from_bits(exponent << $mantissa_bits);
            (r, power(half), power(biased.wrapping_sub(half)))
        }
    };
}

impl Kernel for f32 {
    const SMALLEST_EXPONENT: Self = -110.0;
    const LARGEST_EXPONENT: Self = 89.0;
    const SMALLEST_EXPONENT_M1: Self = -30.0;

    impl_reduce!(u32, 23, 127, 0.693_359_4, -2.121_944_4e-4);

    #[inline(always)]
    fn exp_m1_reduced<const FUSED: bool>(r: Self) -> Self {
        multiply_add::<FUSED, _>(r * r, polynomial::<FUSED, _, _>(&EXPM1_F32, r), r)
    }

    #[inline(always)]
    fn artanh_rest<const FUSED: bool>(square: Self) -> Self {
        polynomial::<FUSED, _, _>(&LN_1P_F32, square)
    }

    #[inline(always)]
    fn gelu<const FUSED: bool>(z: Self) -> Self {
        normal_tail::gelu_f32::<FUSED>(z)
    }

    #[inline(always)]
    fn gelu_derivative<const FUSED: bool>(z: Self) -> Self {
        normal_tail::gelu_derivative_f32::<FUSED>(z)
    }
}

impl Kernel for f64 {
    const SMALLEST_EXPONENT: Self = -760.0;
    const LARGEST_EXPONENT: Self = 710.0;
    const SMALLEST_EXPONENT_M1: Self = -60.0;

    impl_reduce!(u64, 52, 1023, 0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);

    #[inline(always)]
    fn exp_m1_reduced<const FUSED: bool>(r: Self) -> Self {
        multiply_add::<FUSED, _>(r * r, polynomial::<FUSED, _, _>(&EXPM1_F64, r), r)
    }

    #[inline(always)]
    fn artanh_rest<const FUSED: bool>(square: Self) -> Self {
        polynomial::<FUSED, _, _>(&LN_1P_F64, square)
    }

    #[inline(always)]
    fn gelu<const FUSED: bool>(z: Self) -> Self {
        normal_tail::gelu_f64::<FUSED>(z)
    }

    #[inline(always)]
    fn gelu_derivative<const FUSED: bool>(z: Self) -> Self {
        normal_tail::gelu_derivative_f64::<FUSED>(z)
    }
}
