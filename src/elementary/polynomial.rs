//! Polynomials and what they approximate, for `f32` and `f64`.
//!
//! The coefficients are minimax (Remez), fitted in 60 digits with mpmath for these intervals and
//! weights. The constant term comes first.

use crate::number::Number;

/// a · b + c: rounded once if FUSED, else twice.
#[inline(always)]
pub(super) fn multiply_add<const FUSED: bool, F: Number>(a: F, b: F, c: F) -> F {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// Σ c_k x^k, by Horner's rule.
#[inline(always)]
pub(super) fn polynomial<const FUSED: bool, F: Number>(coefficients: &[F], x: F) -> F {
    let [others @ .., last] = coefficients else { return F::zero() };
    let mut sum = *last;
    for &coefficient in others.iter().rev() {
        sum = multiply_add::<FUSED, F>(sum, x, coefficient);
    }
    sum
}

/// (e^r - 1 - r) / r² for |r| ≤ ln 2 / 2, to 2⁻³¹ of e^r - 1: the table for `f32`, not
/// rounded.
pub(super) const EXPM1_F32_WIDE: [f64; 6] = [
    0.500000004227302,
    0.16666666811727188,
    0.04166636603416128,
    0.008333274121020433,
    0.0013940326269579325,
    0.00019913652418788536,
];

/// (x + 3) e^(x²/2) times the upper tail of the normal distribution at x, as a function of
/// (x - 3) / (x + 3), for 0 ≤ x ≤ 15, to 2⁻³⁰; for `f32`.
pub(super) const NORMAL_TAIL_F32: [f64; 12] = [
    0.7290836901404864,
    -0.5093319887302731,
    0.2300177228941654,
    -0.04726276914101129,
    -0.010462905041306496,
    0.006969892322899667,
    0.0010271463889079161,
    -0.0010336804093997003,
    -0.0002508707766882699,
    0.00013039071100172085,
    6.010380422347523e-05,
    3.041732040109418e-06,
];

/// The same for 0 ≤ x ≤ 39, to 2⁻⁵⁶; for `f64`.
pub(super) const NORMAL_TAIL_F64: [f64; 25] = [
    0.729083690133373,
    -0.5093319819174895,
    0.23001771997460355,
    -0.047263025142961074,
    -0.01046286702330332,
    0.006972621240120477,
    0.001027592258940566,
    -0.0010458286172010207,
    -0.00025657534464833894,
    0.00015439441117848237,
    7.881266632631723e-05,
    -1.3245692276651592e-05,
    -2.068917229443039e-05,
    -3.519163491498228e-06,
    3.640441808677394e-06,
    2.260484687548171e-06,
    6.367186038764659e-09,
    -6.000307719912229e-07,
    -2.6985387975533103e-07,
    5.020951181871526e-08,
    9.139225296332457e-08,
    1.99620189792366e-08,
    -1.1160356484942957e-08,
    -5.5446931968538764e-09,
    -4.813764567563822e-10,
];
