//! GELU, by the tail of the normal distribution.

use crate::formula::Formula;
use crate::formula::Operand::{Input, Number};
use densely::Float;

/// max(z, 0) - x Q(x) with x = |z|, where Q(x) = 1 - Φ(x) = e^(-x²/2) S(t) / (x + 3), with S a polynomial in t = (x - 3) / (x + 3). z (1 + erf(z/√2)) / 2
/// would cancel for z far below 0, and `onnxruntime` has no `Erf` for `f64`.
///
/// x² has more digits than the numbers hold, and e^(-x²/2) shows them. With h, x cut behind the sixth binary place, h² is exact, and e^(-x²/2) =
/// e^(-h²/2) e^(-(x - h)(x + h)/2).
pub(crate) fn by_the_normal_tail<F: Float>(formula: &mut Formula) {
    let (coefficients, end) = match size_of::<F>() {
        4 => (&S_F32[..], 15.0),
        _ => (&S_F64[..], 39.0),
    };
    let magnitude = formula.step("Abs", &[Input]);
    // Beyond, Q(x) is 0.
    let x = formula.step("Min", &[magnitude, Number(end)]);
    let scaled = formula.step("Mul", &[x, Number(64.0)]);
    let whole = formula.step("Floor", &[scaled]);
    let h = formula.step("Mul", &[whole, Number(1.0 / 64.0)]);
    let square = formula.step("Mul", &[h, h]);
    let exponent = formula.step("Mul", &[square, Number(-0.5)]);
    let bell = formula.step("Exp", &[exponent]);
    let difference = formula.step("Sub", &[x, h]);
    let sum = formula.step("Add", &[x, h]);
    let product = formula.step("Mul", &[difference, sum]);
    let exponent = formula.step("Mul", &[product, Number(-0.5)]);
    let rest = formula.step("Exp", &[exponent]);
    let bell = formula.step("Mul", &[bell, rest]);
    let denominator = formula.step("Add", &[x, Number(3.0)]);
    let numerator = formula.step("Sub", &[x, Number(3.0)]);
    let t = formula.step("Div", &[numerator, denominator]);
    let mut coefficients = coefficients.iter().rev().map(|&coefficient| Number(coefficient));
    let mut s = coefficients.next().unwrap_or(Number(0.0));
    for coefficient in coefficients {
        let product = formula.step("Mul", &[t, s]);
        s = formula.step("Add", &[product, coefficient]);
    }
    let quotient = formula.step("Div", &[s, denominator]);
    let tail = formula.step("Mul", &[bell, quotient]);
    let below = formula.step("Mul", &[x, tail]);
    let above = formula.step("Relu", &[Input]);
    formula.step("Sub", &[above, below]);
}

// The coefficients of S, constant term first: those of `elementary` as they were when this format began. They stay as they are, since a file is known
// again by them.

/// For 0 ≤ x ≤ 15, to 2⁻³⁰.
const S_F32: [f64; 12] = [
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

/// For 0 ≤ x ≤ 39, to 2⁻⁵⁶.
const S_F64: [f64; 25] = [
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
