//! The formulas that other libraries write.

use crate::formula::Argument::{Alpha, Input, Number};
use crate::formula::{Argument, Formula, export};

/// The formulas, each with the name of its activation.
pub(crate) fn formulas() -> Vec<(&'static str, Formula)> {
    let operator = Formula::operator;
    let mut formulas = vec![
        ("sigmoid", operator("Sigmoid")),
        ("tanh", operator("Tanh")),
        ("relu", operator("Relu")),
        ("relu", formula(|formula| formula.apply("Max", &[Input, Number(0.0)]))),
        ("leaky_relu", Formula::operator_with_alpha("LeakyRelu", Alpha)),
        ("leaky_relu", formula(|formula| formula.apply("PRelu", &[Input, Alpha]))),
        ("elu", Formula::operator_with_alpha("Elu", Alpha)),
        ("elu", formula(keras_elu)),
        ("selu", operator("Selu")),
        ("softplus", operator("Softplus")),
        ("softplus", formula(pytorch_softplus)),
        ("softsign", operator("Softsign")),
        (
            "softsign",
            formula(|formula| {
                export::softsign(formula);
                Input
            }),
        ),
        (
            "isru",
            formula(|formula| {
                export::isru(formula);
                Input
            }),
        ),
        ("exponential", operator("Exp")),
        (
            "hard_tanh",
            formula(|formula| formula.apply("Clip", &[Input, Number(-1.0), Number(1.0)])),
        ),
        (
            "hard_tanh",
            formula(|formula| {
                let below = formula.apply("Min", &[Input, Number(1.0)]);
                formula.apply("Max", &[below, Number(-1.0)])
            }),
        ),
        (
            "hard_tanh",
            formula(|formula| {
                let above = formula.apply("Max", &[Input, Number(-1.0)]);
                formula.apply("Min", &[above, Number(1.0)])
            }),
        ),
        ("gelu", operator("Gelu")),
        ("silu", Formula::operator_with_alpha("Swish", Number(1.0))),
        (
            "silu",
            formula(|formula| {
                let sigmoid = formula.apply("Sigmoid", &[Input]);
                formula.apply("Mul", &[sigmoid, Input])
            }),
        ),
        ("mish", operator("Mish")),
        (
            "mish",
            formula(|formula| {
                let softplus = formula.apply("Softplus", &[Input]);
                let tanh = formula.apply("Tanh", &[softplus]);
                formula.apply("Mul", &[tanh, Input])
            }),
        ),
        ("softmax", operator("Softmax")),
        // The reader takes it at the end of a graph alone.
        ("softmax", operator("LogSoftmax")),
    ];
    for quotient in [("Div", std::f64::consts::SQRT_2), ("Mul", std::f64::consts::FRAC_1_SQRT_2)] {
        for order in 0..3 {
            formulas.push(("gelu", formula(|formula| gelu(formula, quotient, order))));
        }
    }
    formulas
}

fn formula(operations: impl FnOnce(&mut Formula) -> Argument) -> Formula {
    let mut formula = Formula::default();
    operations(&mut formula);
    formula
}

/// z (1 + erf(z/√2)) / 2, with the three factors multiplied in one of three orders.
fn gelu(formula: &mut Formula, quotient: (&'static str, f64), order: usize) -> Argument {
    let argument = formula.apply(quotient.0, &[Input, Number(quotient.1)]);
    let erf = formula.apply("Erf", &[argument]);
    let sum = formula.apply("Add", &[erf, Number(1.0)]);
    let half = Number(0.5);
    match order {
        0 => {
            let product = formula.apply("Mul", &[sum, Input]);
            formula.apply("Mul", &[product, half])
        }
        1 => {
            let product = formula.apply("Mul", &[sum, half]);
            formula.apply("Mul", &[product, Input])
        }
        _ => {
            let product = formula.apply("Mul", &[Input, half]);
            formula.apply("Mul", &[sum, product])
        }
    }
}

/// The softplus of PyTorch, which is z for z > 20: to the last digit of an `f32`, and to 2e-9 of an
/// `f64`.
fn pytorch_softplus(formula: &mut Formula) -> Argument {
    let softplus = formula.apply("Softplus", &[Input]);
    let large = formula.apply("Greater", &[Input, Number(20.0)]);
    formula.apply("Where", &[large, Input, softplus])
}

/// The ELU layer of Keras: Elu(z) if z > 0, else α Elu(z), with truth values as numbers.
fn keras_elu(formula: &mut Formula) -> Argument {
    let elu = Formula::operator_with_alpha("Elu", Number(1.0));
    formula.operations.extend(elu.operations);
    let elu = Argument::ResultOf(formula.operations.len() - 1);
    let positive = formula.apply("Greater", &[Input, Number(0.0)]);
    let negative = formula.apply("Not", &[positive]);
    let above = formula.apply("Mul", &[positive, elu]);
    let scaled = formula.apply("Mul", &[elu, Alpha]);
    let below = formula.apply("Mul", &[negative, scaled]);
    formula.apply("Add", &[above, below])
}
