//! The activations as export writes them.
//!
//! Where an operator of ONNX is the activation, and `onnxruntime` computes it as exactly as this library does and for the network's numbers, that
//! operator is written. Elsewhere the activation is put together from operators of which that holds: `Elu`, `Selu`, `Softplus`, `Softsign` and `Erf`
//! exist for `f32` alone; `Elu` computes e^z - 1 with fewer and fewer digits as z nears 0, and so do `Sigmoid` and `Gelu` below 0: from z = -3 on not six.

use crate::formula::Operand::{Alpha, Input, Number};
use crate::formula::{Formula, Operand, gelu};
use densely::Float;
use densely::activation::Selu;

/// The formula of the built-in activation of this name, for numbers of type `F`.
pub(crate) fn formula<F: Float>(name: &str) -> Option<Formula> {
    let single = size_of::<F>() == 4;
    let mut formula = Formula::default();
    match name {
        "identity" => {}
        "sigmoid" => {
            sigmoid(&mut formula);
        }
        "tanh" => return Some(Formula::operator("Tanh")),
        "relu" => return Some(Formula::operator("Relu")),
        // The attribute is an f32, PRelu's α a number of the network's type.
        "leaky_relu" if single => return Some(Formula::operator_with_alpha("LeakyRelu", Alpha)),
        "leaky_relu" => {
            formula.step("PRelu", &[Input, Alpha]);
        }
        "elu" => scaled_elu(&mut formula, None, Alpha),
        "selu" => {
            let limit = Number(Selu::LAMBDA * Selu::ALPHA);
            scaled_elu(&mut formula, Some(Number(Selu::LAMBDA)), limit);
        }
        "softplus" if single => return Some(Formula::operator("Softplus")),
        "softplus" => softplus(&mut formula),
        "softsign" if single => return Some(Formula::operator("Softsign")),
        "softsign" => softsign(&mut formula),
        "exponential" => return Some(Formula::operator("Exp")),
        "hard_tanh" => {
            formula.step("Clip", &[Input, Number(-1.0), Number(1.0)]);
        }
        "gelu" => gelu::by_the_normal_tail::<F>(&mut formula),
        "silu" => {
            let sigmoid = sigmoid(&mut formula);
            formula.step("Mul", &[Input, sigmoid]);
        }
        "mish" => mish(&mut formula),
        "softmax" => return Some(Formula::operator("Softmax")),
        _ => return None,
    }
    Some(formula)
}

/// e / (1 + e) with e = e^z. From z = 40 on the quotient is 1 to the last digit, and e would overflow in the end.
fn sigmoid(formula: &mut Formula) -> Operand {
    let bounded = formula.step("Min", &[Input, Number(40.0)]);
    let e = formula.step("Exp", &[bounded]);
    let denominator = formula.step("Add", &[e, Number(1.0)]);
    formula.step("Div", &[e, denominator])
}

/// positive · max(z, 0) + limit · (e^m - 1), with m = min(z, 0) and, which loses no digits near 0, e^m - 1 = 2t / (1 - t) for t = tanh(m/2).
fn scaled_elu(formula: &mut Formula, positive: Option<Operand>, limit: Operand) {
    let above = formula.step("Relu", &[Input]);
    let above = match positive {
        Some(positive) => formula.step("Mul", &[above, positive]),
        None => above,
    };
    let negative = formula.step("Min", &[Input, Number(0.0)]);
    let half = formula.step("Mul", &[negative, Number(0.5)]);
    let t = formula.step("Tanh", &[half]);
    let numerator = formula.step("Mul", &[t, Number(2.0)]);
    let denominator = formula.step("Sub", &[Number(1.0), t]);
    let below = formula.step("Div", &[numerator, denominator]);
    let below = formula.step("Mul", &[below, limit]);
    formula.step("Add", &[above, below]);
}

/// max(z, 0) + ln(1 + e), with e = e^-|z|. u = 1 + e is rounded by d = e - (u - 1), and ln(u + d) is ln u + d/u to the last digit.
fn softplus(formula: &mut Formula) {
    let magnitude = formula.step("Abs", &[Input]);
    let negative = formula.step("Neg", &[magnitude]);
    let e = formula.step("Exp", &[negative]);
    let u = formula.step("Add", &[e, Number(1.0)]);
    let kept = formula.step("Sub", &[u, Number(1.0)]);
    let lost = formula.step("Sub", &[e, kept]);
    let correction = formula.step("Div", &[lost, u]);
    let logarithm = formula.step("Log", &[u]);
    let logarithm = formula.step("Add", &[logarithm, correction]);
    let above = formula.step("Relu", &[Input]);
    formula.step("Add", &[above, logarithm]);
}

/// z / (1 + |z|).
pub(crate) fn softsign(formula: &mut Formula) {
    let magnitude = formula.step("Abs", &[Input]);
    let denominator = formula.step("Add", &[magnitude, Number(1.0)]);
    formula.step("Div", &[Input, denominator]);
}

/// z · n / (n + 2) with n = e (e + 2) and e = e^z. From z = 20 on the quotient is 1 to the last digit, and e² would overflow in the end.
fn mish(formula: &mut Formula) {
    let bounded = formula.step("Min", &[Input, Number(20.0)]);
    let e = formula.step("Exp", &[bounded]);
    let sum = formula.step("Add", &[e, Number(2.0)]);
    let n = formula.step("Mul", &[e, sum]);
    let denominator = formula.step("Add", &[n, Number(2.0)]);
    let quotient = formula.step("Div", &[n, denominator]);
    formula.step("Mul", &[Input, quotient]);
}
