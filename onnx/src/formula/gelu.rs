//! GELU from the tail of the normal distribution.

use crate::formula::Argument::{Input, Number};
use crate::formula::Formula;
use densely::Float;

/// max(z, 0) - x Q(x) with x = |z| and Q(x) = 1 - Φ(x) = e^(-x²/2) S(t) / (x + 3), where S is a
/// polynomial in t = (x - 3) / (x + 3). z (1 + erf(z/√2)) / 2 would cancel for z far below 0, and
/// `onnxruntime` has no `Erf` for `f64`.
///
/// Rounding x² would show in e^(-x²/2). So h is x cut after the sixth binary place, which makes h²
/// exact, and e^(-x²/2) = e^(-h²/2) e^(-(x - h)(x + h)/2).
pub(crate) fn by_the_normal_tail<F: Float>(formula: &mut Formula) {
    let (coefficients, end) = match size_of::<F>() {
        4 => (&S_F32[..], 15.0),
        _ => (&S_F64[..], 39.0),
    };
    let magnitude = formula.apply("Abs", &[Input]);
    // For larger x, Q(x) is 0.
    let x = formula.apply("Min", &[magnitude, Number(end)]);
    let scaled = formula.apply("Mul", &[x, Number(64.0)]);
    let whole = formula.apply("Floor", &[scaled]);
    let h = formula.apply("Mul", &[whole, Number(1.0 / 64.0)]);
    let square = formula.apply("Mul", &[h, h]);
    let exponent = formula.apply("Mul", &[square, Number(-0.5)]);
    let bell = formula.apply("Exp", &[exponent]);
    let difference = formula.apply("Sub", &[x, h]);
    let sum = formula.apply("Add", &[x, h]);
    let product = formula.apply("Mul", &[difference, sum]);
    let exponent = formula.apply("Mul", &[product, Number(-0.5)]);
    let rest = formula.apply("Exp", &[exponent]);
    let bell = formula.apply("Mul", &[bell, rest]);
    let denominator = formula.apply("Add", &[x, Number(3.0)]);
    let numerator = formula.apply("Sub", &[x, Number(3.0)]);
    let t = formula.apply("Div", &[numerator, denominator]);
    let mut coefficients = coefficients.iter().rev().map(|&coefficient| Number(coefficient));
    let mut s = coefficients.next().unwrap_or(Number(0.0));
    for coefficient in coefficients {
        let product = formula.apply("Mul", &[t, s]);
        s = formula.apply("Add", &[product, coefficient]);
    }
    let quotient = formula.apply("Div", &[s, denominator]);
    let tail = formula.apply("Mul", &[bell, quotient]);
    let below = formula.apply("Mul", &[x, tail]);
    let above = formula.apply("Relu", &[Input]);
    formula.apply("Sub", &[above, below]);
}

// The coefficients of S, constant term first. They must never change: import recognizes a file by
// them.

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
