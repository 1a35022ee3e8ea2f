//! GELU, from the tail of the normal distribution.
//!
//! For x ≥ 0, Q(x) = 1 - Φ(x) = e^(-x²/2) S(t) / (x + 3), with a polynomial S in
//! t = (x - 3) / (x + 3). z Φ(z) is z - z Q(z) for z > 0, and z Q(|z|) for z < 0, which keeps its
//! digits however small it is.

use super::exponential::{Reduction, ScaledMantissa, at_least, at_most, exp_between};
use super::polynomial::*;

/// φ(0) = 1 / √(2π).
const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;

/// GELU and its derivative.
#[doc(hidden)]
pub trait NormalTail: Reduction {
    /// From this x on, Q(x) and x Q(x) round to 0.
    const TAIL_END: f64;

    /// The coefficients of S, constant term first. They must never change: ONNX files have them,
    /// and `densely-onnx` recognizes GELU by them.
    const TAIL: &'static [f64];

    /// z Φ(z).
    fn gelu<const FUSED: bool>(z: Self) -> Self;

    /// Φ(z) + z φ(z).
    fn gelu_derivative<const FUSED: bool>(z: Self) -> Self;
}

impl NormalTail for f32 {
    const TAIL_END: f64 = 15.0;
    const TAIL: &'static [f64] = &NORMAL_TAIL_F32;

    #[inline(always)]
    fn gelu<const FUSED: bool>(z: Self) -> Self {
        let z = f64::from(z);
        let magnitude = at_most(z.abs(), Self::TAIL_END);
        let (_, tail) = tail_f32::<FUSED>(magnitude);
        (if z < 0.0 { -magnitude * tail } else { z - magnitude * tail }) as Self
    }

    #[inline(always)]
    fn gelu_derivative<const FUSED: bool>(z: Self) -> Self {
        let z = at_most(at_least(f64::from(z), -Self::TAIL_END), Self::TAIL_END);
        let (bell, tail) = tail_f32::<FUSED>(z.abs());
        derivative(z, bell, tail) as Self
    }
}

impl NormalTail for f64 {
    const TAIL_END: f64 = 39.0;
    const TAIL: &'static [f64] = &NORMAL_TAIL_F64;

    #[inline(always)]
    fn gelu<const FUSED: bool>(z: Self) -> Self {
        let magnitude = at_most(z.abs(), Self::TAIL_END);
        let (bell, tail, lost) = tail_f64::<FUSED>(magnitude);
        let product = magnitude * tail;
        let lost = product_error::<FUSED>(magnitude, tail, product) + magnitude * lost;
        let product = bell.scale(product + lost);
        if z < 0.0 { -product } else { z - product }
    }

    #[inline(always)]
    fn gelu_derivative<const FUSED: bool>(z: Self) -> Self {
        let z = at_most(at_least(z, -Self::TAIL_END), Self::TAIL_END);
        let (bell, tail, lost) = tail_f64::<FUSED>(z.abs());
        derivative(z, bell.scale(bell.mantissa + bell.lost), bell.scale(tail + lost))
    }
}

/// Φ(z) + z φ(z), from e^(-z²/2) and Q(|z|).
#[inline(always)]
fn derivative(z: f64, bell: f64, tail: f64) -> f64 {
    let distribution = if z < 0.0 { tail } else { 1.0 - tail };
    distribution + z * bell * DENSITY_AT_0
}

/// e^(-x²/2) and Q(x), to the precision of an `f32`. Computed in `f64`: e^(-x²/2) needs 7 bits of
/// x²/2 before the binary point and 24 behind it.
#[inline(always)]
fn tail_f32<const FUSED: bool>(x: f64) -> (f64, f64) {
    let (r, half_scale, other_half_scale) = f64::reduce::<FUSED>(-0.5 * x * x);
    let rest = polynomial::<FUSED, _>(&EXPM1_F32_WIDE, r);
    let bell = (1.0 + multiply_add::<FUSED, _>(r * r, rest, r)) * half_scale * other_half_scale;
    let reciprocal = 1.0 / (x + 3.0);
    let s = polynomial::<FUSED, _>(&NORMAL_TAIL_F32, (x - 3.0) * reciprocal);
    (bell, bell * (s * reciprocal))
}

/// e^(-x²/2); Q(x) without the scales of e^(-x²/2); and what rounding took from the latter.
///
/// Each `lost` is the exact value less the rounded one, to a few bits. They limit the error of the
/// result to little more than its last rounding.
#[inline(always)]
fn tail_f64<const FUSED: bool>(x: f64) -> (ScaledMantissa<f64>, f64, f64) {
    let square = x * x;
    let square_lost = product_error::<FUSED>(x, x, square);
    let mut bell = exp_between::<FUSED, f64>(-0.5 * square);

    let (sum, sum_lost) = two_sum(x, 3.0);
    let (difference, difference_lost) = two_sum(x, -3.0);
    let reciprocal = 1.0 / sum;
    let one = sum * reciprocal;
    let one_excess = (one - 1.0) + product_error::<FUSED>(sum, reciprocal, one);
    let reciprocal_lost = -reciprocal * (one_excess + sum_lost * reciprocal);
    let t = difference * reciprocal;
    let t_lost = product_error::<FUSED>(difference, reciprocal, t)
        + difference_lost * reciprocal
        + difference * reciprocal_lost;

    // The last two of Horner's steps keep what they lose: near t = 1 their terms nearly cancel.
    let [c0, c1, rest @ ..] = &NORMAL_TAIL_F64;
    let (s, s_lost) = (polynomial::<FUSED, _>(rest, t), 0.0);
    let (s, s_lost) = horner_step::<FUSED>(s, s_lost, t, *c1, NORMAL_TAIL_F64_LOST[1]);
    let (s, s_lost) = horner_step::<FUSED>(s, s_lost, t, *c0, NORMAL_TAIL_F64_LOST[0]);
    let s_lost = s_lost + slope::<FUSED>(t) * t_lost;
    let factor = s * reciprocal;
    let factor_lost =
        product_error::<FUSED>(s, reciprocal, factor) + s_lost * reciprocal + s * reciprocal_lost;
    let tail = bell.mantissa * factor;
    bell.lost -= bell.mantissa * 0.5 * square_lost;
    let lost = product_error::<FUSED>(bell.mantissa, factor, tail)
        + bell.mantissa * factor_lost
        + bell.lost * factor;
    (bell, tail, lost)
}

/// The `lost` of the first two coefficients of S.
const NORMAL_TAIL_F64_LOST: [f64; 2] = [-4.474e-17, -4.986e-17];

/// s t + coefficient, and its `lost`.
#[inline(always)]
fn horner_step<const FUSED: bool>(
    s: f64,
    s_lost: f64,
    t: f64,
    coefficient: f64,
    coefficient_lost: f64,
) -> (f64, f64) {
    let product = s * t;
    let (sum, sum_lost) = two_sum(coefficient, product);
    let product_lost = product_error::<FUSED>(s, t, product);
    (sum, s_lost * t + (product_lost + sum_lost + coefficient_lost))
}

/// dS/dt, to a few bits: the first terms of the polynomial's derivative.
#[inline(always)]
fn slope<const FUSED: bool>(t: f64) -> f64 {
    let [_, c1, c2, c3, c4, c5, c6, ..] = NORMAL_TAIL_F64;
    polynomial::<FUSED, _>(&[c1, 2.0 * c2, 3.0 * c3, 4.0 * c4, 5.0 * c5, 6.0 * c6], t)
}

/// a + b and its `lost` (Knuth).
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// The `lost` of a · b. Without a fused instruction it splits each factor's bits (Dekker 1971).
#[inline(always)]
fn product_error<const FUSED: bool>(a: f64, b: f64, product: f64) -> f64 {
    if FUSED {
        return a.mul_add(b, -product);
    }
    let split = |x: f64| {
        let spread = x * 134_217_729.0;
        let high = spread - (spread - x);
        (high, x - high)
    };
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
}
