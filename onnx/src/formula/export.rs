//! The formulas that export writes.
//!
//! An activation becomes one operator if `onnxruntime` and `tract` have that operator for both
//! precisions and compute it as exactly as densely does. Other activations become formulas of such
//! operators. In `onnxruntime`, `Elu`, `Selu`, `Softplus`, `Softsign` and `Erf` exist for `f32`
//! only; `Elu` loses digits of e^z - 1 as z nears 0; `Sigmoid` and `Gelu` have fewer than six
//! digits below z = -3. In `tract`, `Softplus` is infinite above z = 88.

use crate::formula::Argument::{Alpha, Input, Number};
use crate::formula::{Argument, Formula, gelu};
use densely::Float;
use densely::activation::Selu;

/// The formula of the built-in activation of this name, for numbers of type `F`.
pub(crate) fn formula<F: Float>(name: &str) -> Option<Formula> {
    let single = size_of::<F>() == 4;
    let mut formula = Formula::default();
    match name {
        "identity" => Input,
        "sigmoid" => sigmoid(&mut formula),
        "tanh" => formula.apply("Tanh", &[Input]),
        "relu" => formula.apply("Relu", &[Input]),
        // The attribute is an f32; the α of PRelu has the network's type.
        "leaky_relu" if single => return Some(Formula::operator_with_alpha("LeakyRelu", Alpha)),
        "leaky_relu" => formula.apply("PRelu", &[Input, Alpha]),
        "elu" => scaled_elu(&mut formula, None, Alpha),
        "selu" => {
            let limit = Number(Selu::LAMBDA * Selu::ALPHA);
            scaled_elu(&mut formula, Some(Number(Selu::LAMBDA)), limit)
        }
        "softplus" => softplus(&mut formula),
        "softsign" => softsign(&mut formula),
        "exponential" => formula.apply("Exp", &[Input]),
        "hard_tanh" => formula.apply("Clip", &[Input, Number(-1.0), Number(1.0)]),
        "isru" => isru(&mut formula),
        "gelu" => gelu::by_the_normal_tail::<F>(&mut formula),
        "silu" => {
            let sigmoid = sigmoid(&mut formula);
            formula.apply("Mul", &[Input, sigmoid])
        }
        "mish" => mish(&mut formula),
        "softmax" => formula.apply("Softmax", &[Input]),
        _ => return None,
    };
    Some(formula)
}

/// e / (1 + e) with e = e^z. At z ≥ 40 the quotient is 1 to the last digit; the bound keeps e
/// from overflowing.
fn sigmoid(formula: &mut Formula) -> Argument {
    let bounded = formula.apply("Min", &[Input, Number(40.0)]);
    let e = formula.apply("Exp", &[bounded]);
    let denominator = formula.apply("Add", &[e, Number(1.0)]);
    formula.apply("Div", &[e, denominator])
}

/// positive · max(z, 0) + limit · (e^m - 1) with m = min(z, 0). As e^m - 1 = 2t / (1 - t) with
/// t = tanh(m/2), no digits are lost near 0.
fn scaled_elu(formula: &mut Formula, positive: Option<Argument>, limit: Argument) -> Argument {
    let above = formula.apply("Relu", &[Input]);
    let above = positive.map_or(above, |positive| formula.apply("Mul", &[above, positive]));
    let negative = formula.apply("Min", &[Input, Number(0.0)]);
    let half = formula.apply("Mul", &[negative, Number(0.5)]);
    let t = formula.apply("Tanh", &[half]);
    let numerator = formula.apply("Mul", &[t, Number(2.0)]);
    let denominator = formula.apply("Sub", &[Number(1.0), t]);
    let below = formula.apply("Div", &[numerator, denominator]);
    let below = formula.apply("Mul", &[below, limit]);
    formula.apply("Add", &[above, below])
}

/// max(z, 0) + ln(1 + e) with e = e^-|z|. Rounding u = 1 + e loses d = e - (u - 1), and ln(u + d)
/// is ln u + d/u to the last digit.
fn softplus(formula: &mut Formula) -> Argument {
    let magnitude = formula.apply("Abs", &[Input]);
    let negative = formula.apply("Neg", &[magnitude]);
    let e = formula.apply("Exp", &[negative]);
    let u = formula.apply("Add", &[e, Number(1.0)]);
    let kept = formula.apply("Sub", &[u, Number(1.0)]);
    let lost = formula.apply("Sub", &[e, kept]);
    let correction = formula.apply("Div", &[lost, u]);
    let logarithm = formula.apply("Log", &[u]);
    let logarithm = formula.apply("Add", &[logarithm, correction]);
    let above = formula.apply("Relu", &[Input]);
    formula.apply("Add", &[above, logarithm])
}

/// z / (1 + |z|).
fn softsign(formula: &mut Formula) -> Argument {
    let magnitude = formula.apply("Abs", &[Input]);
    let denominator = formula.apply("Add", &[magnitude, Number(1.0)]);
    formula.apply("Div", &[Input, denominator])
}

/// z / √(1 + z²).
fn isru(formula: &mut Formula) -> Argument {
    let square = formula.apply("Mul", &[Input, Input]);
    let sum = formula.apply("Add", &[square, Number(1.0)]);
    let root = formula.apply("Sqrt", &[sum]);
    formula.apply("Div", &[Input, root])
}

/// z · n / (n + 2) with n = e (e + 2) and e = e^z. At z ≥ 20 the quotient is 1 to the last
/// digit; the bound keeps e² from overflowing.
fn mish(formula: &mut Formula) -> Argument {
    let bounded = formula.apply("Min", &[Input, Number(20.0)]);
    let e = formula.apply("Exp", &[bounded]);
    let sum = formula.apply("Add", &[e, Number(2.0)]);
    let n = formula.apply("Mul", &[e, sum]);
    let denominator = formula.apply("Add", &[n, Number(2.0)]);
    let quotient = formula.apply("Div", &[n, denominator]);
    formula.apply("Mul", &[Input, quotient])
}
