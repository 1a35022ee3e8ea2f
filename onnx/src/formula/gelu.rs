//! GELU from the tail of the normal distribution.

use crate::formula::Argument::{Input, Number};
use crate::formula::{Argument, Formula};
use densely::Float;

/// max(z, 0) - x Q(x) with x = |z| and Q(x) = 1 - Φ(x) = e^(-x²/2) S(t) / (x + 3), where S is a
/// polynomial in t = (x - 3) / (x + 3). z (1 + erf(z/√2)) / 2 would cancel for z far below 0, and
/// `onnxruntime` has no `Erf` for `f64`.
///
/// Rounding x² would show in e^(-x²/2). So h is x cut after the sixth binary place, which makes
/// h² exact, and e^(-x²/2) = e^(-h²/2) e^(-(x - h)(x + h)/2).
pub(crate) fn by_the_normal_tail<F: Float>(formula: &mut Formula) -> Argument {
    let magnitude = formula.apply("Abs", &[Input]);
    // For larger x, Q(x) is 0.
    let x = formula.apply("Min", &[magnitude, Number(F::TAIL_END)]);
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
    let mut coefficients = F::TAIL.iter().rev().map(|&coefficient| Number(coefficient));
    let mut s = coefficients.next().unwrap_or(Number(0.0));
    for coefficient in coefficients {
        let product = formula.apply("Mul", &[t, s]);
        s = formula.apply("Add", &[product, coefficient]);
    }
    let quotient = formula.apply("Div", &[s, denominator]);
    let tail = formula.apply("Mul", &[bell, quotient]);
    let below = formula.apply("Mul", &[x, tail]);
    let above = formula.apply("Relu", &[Input]);
    formula.apply("Sub", &[above, below])
}
