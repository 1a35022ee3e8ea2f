//! Activations as formulas of ONNX operators: export writes them, import recognizes them.
//!
//! Export writes operators that `onnxruntime` and `tract` have for both precisions and compute as
//! exactly as densely does. In `onnxruntime`, `Elu`, `Selu`, `Softplus`, `Softsign` and `Erf` exist
//! for `f32` only; `Elu` loses digits of e^z - 1 as z nears 0; `Sigmoid` and `Gelu` have fewer than
//! six digits below z = -3. In `tract`, `Softplus` is infinite above z = 88.

use densely::Float;
use densely::activation::Selu;
use std::collections::BTreeMap;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::sync::LazyLock;

/// Activations and their formulas in reverse Polish notation: z is the argument of the activation,
/// α its parameter, and `=x` takes the last result off the stack and names it x. Of each
/// activation, export writes the first formula; import recognizes all. [`gelu`] makes one more.
const FORMULAS: [(&str, &str); 39] = [
    ("identity", "z Identity"),
    // e / (1 + e) with e = e^z. At z ≥ 40 the quotient is 1 to the last digit; the bound keeps e
    // from overflowing.
    ("sigmoid", "z 40 Min Exp =e e e 1 Add Div"),
    ("tanh", "z Tanh"),
    ("relu", "z Relu"),
    // Not LeakyRelu, whose α is an `f32`; that of PRelu has the network's type.
    ("leaky_relu", "z α PRelu"),
    // max(z, 0) + α (e^m - 1) with m = min(z, 0). As e^m - 1 = 2t / (1 - t) with t = tanh(m/2), no
    // digits are lost near 0.
    ("elu", "z Relu z 0 Min 0.5 Mul Tanh =t t 2 Mul 1 t Sub Div α Mul Add"),
    // λ max(z, 0) + λα (e^m - 1), in the same way.
    ("selu", "z Relu λ Mul z 0 Min 0.5 Mul Tanh =t t 2 Mul 1 t Sub Div λα Mul Add"),
    // max(z, 0) + ln(1 + e) with e = e^-|z|. Rounding u = 1 + e loses d = e - (u - 1), and
    // ln(u + d) is ln u + d/u to the last digit.
    (
        "softplus",
        "z Abs Neg Exp =e e 1 Add =u e u 1 Sub Sub u Div =correction u Log correction Add =logarithm \
         z Relu logarithm Add",
    ),
    // z / (1 + |z|).
    ("softsign", "z z Abs 1 Add Div"),
    ("exponential", "z Exp"),
    ("hard_tanh", "z -1 1 Clip"),
    // z / √(1 + z²).
    ("isru", "z z z Mul 1 Add Sqrt Div"),
    // z sigmoid(z).
    ("silu", "z z 40 Min Exp =e e e 1 Add Div Mul"),
    // z · n / (n + 2) with n = e (e + 2) and e = e^z. At z ≥ 20 the quotient is 1 to the last
    // digit; the bound keeps e² from overflowing.
    ("mish", "z z 20 Min Exp =e e e 2 Add Mul =n n n 2 Add Div Mul"),
    ("softmax", "z Softmax"),
    // Those of other libraries.
    ("sigmoid", "z Sigmoid"),
    ("relu", "z 0 Max"),
    // Without an upper bound.
    ("relu", "z 0 3.4028234663852886e38 Clip"),
    ("leaky_relu", "z α LeakyRelu"),
    ("elu", "z α Elu"),
    // The layer of Keras: Elu(z) if z > 0, else α Elu(z), with truth values as numbers.
    ("elu", "z 1 Elu =elu z 0 Greater =positive positive elu Mul positive Not elu α Mul Mul Add"),
    ("selu", "z selu_α λ Selu"),
    ("softplus", "z Softplus"),
    // PyTorch has z for z > 20: to the last digit of an `f32`, and to 2e-9 of an `f64`.
    ("softplus", "z 20 Greater z z Softplus Where"),
    ("softsign", "z Softsign"),
    ("hard_tanh", "z 1 Min -1 Max"),
    ("hard_tanh", "z -1 Max 1 Min"),
    ("gelu", "z Gelu"),
    // z (1 + erf(z/√2)) / 2, with the three factors multiplied in one of three orders.
    ("gelu", "z √2 Div Erf 1 Add z Mul 0.5 Mul"),
    ("gelu", "z √2 Div Erf 1 Add 0.5 Mul z Mul"),
    ("gelu", "z √2 Div Erf 1 Add z 0.5 Mul Mul"),
    ("gelu", "z √½ Mul Erf 1 Add z Mul 0.5 Mul"),
    ("gelu", "z √½ Mul Erf 1 Add 0.5 Mul z Mul"),
    ("gelu", "z √½ Mul Erf 1 Add z 0.5 Mul Mul"),
    ("silu", "z 1 Swish"),
    ("silu", "z z Sigmoid Mul"),
    ("mish", "z Mish"),
    ("mish", "z z Softplus Tanh Mul"),
    // The reader takes it at the end of a graph alone.
    ("softmax", "z LogSoftmax"),
];

/// The argument of an operation. The simpler ones come first.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) enum Argument {
    Number(f64),
    /// The activation's α.
    Alpha,
    /// The result of an earlier operation of the formula, counted from 0.
    ResultOf(usize),
    /// z, the argument of the activation.
    Input,
}

/// An operator and its arguments. Some are inputs of a node, others are attributes.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) operator: String,
    pub(crate) arguments: Vec<Argument>,
}

/// Operations, each on results of earlier ones. The result of the last one is the activation; a
/// formula without operations is the identity.
pub(crate) type Formula = Vec<Operation>;

/// The activations and their formulas for numbers of type `F`, of each name first the one that
/// export writes. They are made once: this takes longer than reading a small file.
pub(crate) fn formulas<F: Float>() -> &'static [(&'static str, Formula)] {
    static SINGLE: LazyLock<Vec<(&str, Formula)>> = LazyLock::new(all::<f32>);
    static DOUBLE: LazyLock<Vec<(&str, Formula)>> = LazyLock::new(all::<f64>);
    if size_of::<F>() == 4 { &SINGLE } else { &DOUBLE }
}

/// Makes the formulas for numbers of type `F`.
fn all<F: Float>() -> Vec<(&'static str, Formula)> {
    let listed = FORMULAS.iter().map(|(name, text)| (*name, formula(text)));
    std::iter::once(("gelu", formula(&gelu::<F>()))).chain(listed).collect()
}

/// max(z, 0) - x Q(x) with x = |z| and Q(x) = 1 - Φ(x) = e^(-x²/2) S(t) / (x + 3), where S is a
/// polynomial in t = (x - 3) / (x + 3). z (1 + erf(z/√2)) / 2 would cancel for z far below 0, and
/// `onnxruntime` has no `Erf` for `f64`.
///
/// Rounding x² would show in e^(-x²/2). So h is x cut after the sixth binary place, which makes
/// h² exact, and e^(-x²/2) = e^(-h²/2) e^(-(x - h)(x + h)/2).
fn gelu<F: Float>() -> String {
    // For larger x, Q(x) is 0.
    let x = format!("z Abs {} Min =x x 64 Mul Floor {} Mul =h", F::TAIL_END, 1.0 / 64.0);
    let bell = "h h Mul -0.5 Mul Exp x h Sub x h Add Mul -0.5 Mul Exp Mul =bell";
    let mut coefficients = F::TAIL.iter().rev();
    let first = coefficients.next().copied().unwrap_or_default();
    let s = coefficients.fold(format!("{first} =s"), |s, c| format!("{s} t s Mul {c} Add =s"));
    let tail = "x 3 Add =denominator x 3 Sub denominator Div =t";
    let below = "bell s denominator Div Mul =tail x tail Mul =below z Relu below Sub";
    format!("{x} {bell} {tail} {s} {below}")
}

/// The formula with this text.
fn formula(text: &str) -> Formula {
    let (mut operations, mut results) = (Vec::new(), Vec::new());
    let mut named = BTreeMap::from([
        ("z", Argument::Input),
        ("α", Argument::Alpha),
        ("λ", Argument::Number(Selu::LAMBDA)),
        ("selu_α", Argument::Number(Selu::ALPHA)),
        ("λα", Argument::Number(Selu::LAMBDA * Selu::ALPHA)),
        ("√2", Argument::Number(SQRT_2)),
        ("√½", Argument::Number(FRAC_1_SQRT_2)),
    ]);
    for word in text.split(' ') {
        if let Some(name) = word.strip_prefix('=') {
            named.extend(results.pop().map(|result| (name, result)));
        } else if word.starts_with(char::is_uppercase) {
            let arguments = results.split_off(results.len().saturating_sub(count(word)));
            results.push(Argument::ResultOf(operations.len()));
            operations.push(Operation { operator: word.to_owned(), arguments });
        } else {
            let number = || Argument::Number(word.parse().unwrap_or(f64::NAN));
            results.push(named.get(word).copied().unwrap_or_else(number));
        }
    }
    operations
}

/// The number of an operator's arguments.
fn count(operator: &str) -> usize {
    match operator {
        "Where" => 3,
        "Add" | "Div" | "Greater" | "Max" | "Min" | "Mul" | "PRelu" | "Sub" => 2,
        _ => 1 + attributes(operator).len(),
    }
}

/// The attributes that follow the first argument of an operator, each with its default.
pub(crate) fn attributes(operator: &str) -> &'static [(&'static str, f64)] {
    match operator {
        "Clip" => &[("min", f32::MIN as f64), ("max", f32::MAX as f64)],
        "Elu" | "Swish" => &[("alpha", 1.0)],
        "LeakyRelu" => &[("alpha", 0.01)],
        "Selu" => &[("alpha", Selu::ALPHA), ("gamma", Selu::LAMBDA)],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use densely::activation::AnyActivation;

    #[test]
    fn every_activation_has_a_formula_of_known_words() {
        for (name, formula) in formulas::<f64>() {
            for Operation { operator, arguments } in formula {
                assert_eq!(arguments.len(), count(operator), "{name}: {operator}");
                let is_nan =
                    |argument: &Argument| matches!(argument, Argument::Number(x) if x.is_nan());
                assert!(!arguments.iter().any(is_nan), "{name}: {operator}");
            }
        }
        for name in AnyActivation::<f64>::NAMES {
            assert!(formulas::<f64>().iter().any(|(known, _)| known == name), "{name}");
        }
    }
}
