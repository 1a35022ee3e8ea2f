//! The activations as other libraries write them.

use crate::formula::Operand::{Alpha, Input, Number};
use crate::formula::{Formula, Operand, export};

/// Each formula, and the name of the activation that it is.
pub(crate) fn formulas() -> Vec<(&'static str, Formula)> {
    let operator = Formula::operator;
    let mut formulas = vec![
        ("sigmoid", operator("Sigmoid")),
        ("tanh", operator("Tanh")),
        ("relu", operator("Relu")),
        ("relu", made(|formula| formula.step("Max", &[Input, Number(0.0)]))),
        ("leaky_relu", Formula::operator_with_alpha("LeakyRelu", Alpha)),
        ("leaky_relu", made(|formula| formula.step("PRelu", &[Input, Alpha]))),
        ("elu", Formula::operator_with_alpha("Elu", Alpha)),
        ("elu", made(keras_elu)),
        ("selu", operator("Selu")),
        ("softplus", operator("Softplus")),
        ("softplus", made(pytorch_softplus)),
        ("softsign", operator("Softsign")),
        (
            "softsign",
            made(|formula| {
                export::softsign(formula);
                Input
            }),
        ),
        ("exponential", operator("Exp")),
        ("hard_tanh", made(|formula| formula.step("Clip", &[Input, Number(-1.0), Number(1.0)]))),
        (
            "hard_tanh",
            made(|formula| {
                let below = formula.step("Min", &[Input, Number(1.0)]);
                formula.step("Max", &[below, Number(-1.0)])
            }),
        ),
        (
            "hard_tanh",
            made(|formula| {
                let above = formula.step("Max", &[Input, Number(-1.0)]);
                formula.step("Min", &[above, Number(1.0)])
            }),
        ),
        ("gelu", operator("Gelu")),
        ("silu", Formula::operator_with_alpha("Swish", Number(1.0))),
        (
            "silu",
            made(|formula| {
                let sigmoid = formula.step("Sigmoid", &[Input]);
                formula.step("Mul", &[sigmoid, Input])
            }),
        ),
        ("mish", operator("Mish")),
        (
            "mish",
            made(|formula| {
                let softplus = formula.step("Softplus", &[Input]);
                let tanh = formula.step("Tanh", &[softplus]);
                formula.step("Mul", &[tanh, Input])
            }),
        ),
        ("softmax", operator("Softmax")),
    ];
    for quotient in [("Div", std::f64::consts::SQRT_2), ("Mul", std::f64::consts::FRAC_1_SQRT_2)] {
        for order in 0..3 {
            formulas.push(("gelu", made(|formula| gelu(formula, quotient, order))));
        }
    }
    formulas
}

fn made(steps: impl FnOnce(&mut Formula) -> Operand) -> Formula {
    let mut formula = Formula::default();
    steps(&mut formula);
    formula
}

/// z (1 + erf(z/√2)) / 2, the three factors multiplied in one of three orders.
fn gelu(formula: &mut Formula, quotient: (&'static str, f64), order: usize) -> Operand {
    let argument = formula.step(quotient.0, &[Input, Number(quotient.1)]);
    let erf = formula.step("Erf", &[argument]);
    let sum = formula.step("Add", &[erf, Number(1.0)]);
    let half = Number(0.5);
    match order {
        0 => {
            let product = formula.step("Mul", &[sum, Input]);
            formula.step("Mul", &[product, half])
        }
        1 => {
            let product = formula.step("Mul", &[sum, half]);
            formula.step("Mul", &[product, Input])
        }
        _ => {
            let product = formula.step("Mul", &[Input, half]);
            formula.step("Mul", &[sum, product])
        }
    }
}

/// PyTorch's, which from z = 20 on is z: to the last digit of an `f32`, and to 2e-9 of an `f64`.
fn pytorch_softplus(formula: &mut Formula) -> Operand {
    let softplus = formula.step("Softplus", &[Input]);
    let large = formula.step("Greater", &[Input, Number(20.0)]);
    formula.step("Where", &[large, Input, softplus])
}

/// Keras's layer: Elu(z) where z > 0, else α Elu(z), the truth values as numbers.
fn keras_elu(formula: &mut Formula) -> Operand {
    let elu = Formula::operator_with_alpha("Elu", Number(1.0));
    formula.steps.extend(elu.steps);
    let elu = Operand::Step(formula.steps.len() - 1);
    let positive = formula.step("Greater", &[Input, Number(0.0)]);
    let negative = formula.step("Not", &[positive]);
    let above = formula.step("Mul", &[positive, elu]);
    let scaled = formula.step("Mul", &[elu, Alpha]);
    let below = formula.step("Mul", &[negative, scaled]);
    formula.step("Add", &[above, below])
}
