//! The formulas that other libraries write.

use crate::formula::Argument::{Alpha, Input, Number, ResultOf};
use crate::formula::{Argument, Formula};
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

/// The formulas, each with the name of its activation: those that export does not write, or only
/// for one precision.
pub(crate) fn formulas() -> Vec<(&'static str, Formula)> {
    let operator = |operator| formula(&[(operator, &[Input])]);
    let half = Number(0.5);
    let mut formulas = vec![
        ("sigmoid", operator("Sigmoid")),
        ("relu", formula(&[("Max", &[Input, Number(0.0)])])),
        ("leaky_relu", Formula::operator_with_alpha("LeakyRelu", Alpha)),
        ("leaky_relu", formula(&[("PRelu", &[Input, Alpha])])),
        ("elu", Formula::operator_with_alpha("Elu", Alpha)),
        ("elu", keras_elu()),
        ("selu", operator("Selu")),
        ("softplus", operator("Softplus")),
        ("softplus", pytorch_softplus()),
        ("softsign", operator("Softsign")),
        ("gelu", operator("Gelu")),
        ("silu", Formula::operator_with_alpha("Swish", Number(1.0))),
        ("silu", formula(&[("Sigmoid", &[Input]), ("Mul", &[ResultOf(0), Input])])),
        ("mish", operator("Mish")),
        // The reader takes it at the end of a graph alone.
        ("softmax", operator("LogSoftmax")),
    ];
    let mish =
        [("Softplus", &[Input][..]), ("Tanh", &[ResultOf(0)]), ("Mul", &[ResultOf(1), Input])];
    formulas.push(("mish", formula(&mish)));
    for [(first, one), (second, other)] in
        [[("Min", 1.0), ("Max", -1.0)], [("Max", -1.0), ("Min", 1.0)]]
    {
        let last = [ResultOf(0), Number(other)];
        formulas.push(("hard_tanh", formula(&[(first, &[Input, Number(one)]), (second, &last)])));
    }
    // z (1 + erf(z/√2)) / 2, with the three factors multiplied in one of three orders.
    let orders = [
        ([ResultOf(2), Input], [ResultOf(3), half]),
        ([ResultOf(2), half], [ResultOf(3), Input]),
        ([Input, half], [ResultOf(2), ResultOf(3)]),
    ];
    for (quotient, root) in [("Div", SQRT_2), ("Mul", FRAC_1_SQRT_2)] {
        for (product, last) in &orders {
            let argument = (quotient, &[Input, Number(root)][..]);
            let sum = ("Add", &[ResultOf(1), Number(1.0)][..]);
            let operations =
                [argument, ("Erf", &[ResultOf(0)]), sum, ("Mul", product), ("Mul", last)];
            formulas.push(("gelu", formula(&operations)));
        }
    }
    formulas
}

fn formula(operations: &[(&'static str, &[Argument])]) -> Formula {
    let mut formula = Formula::default();
    for (operator, arguments) in operations {
        formula.apply(operator, arguments);
    }
    formula
}

/// The softplus of PyTorch, which is z for z > 20: to the last digit of an `f32`, and to 2e-9 of an
/// `f64`.
fn pytorch_softplus() -> Formula {
    formula(&[
        ("Softplus", &[Input]),
        ("Greater", &[Input, Number(20.0)]),
        ("Where", &[ResultOf(1), Input, ResultOf(0)]),
    ])
}

/// The ELU layer of Keras: Elu(z) if z > 0, else α Elu(z), with truth values as numbers.
fn keras_elu() -> Formula {
    let mut formula = Formula::operator_with_alpha("Elu", Number(1.0));
    let elu = ResultOf(0);
    let positive = formula.apply("Greater", &[Input, Number(0.0)]);
    let negative = formula.apply("Not", &[positive]);
    let above = formula.apply("Mul", &[positive, elu]);
    let scaled = formula.apply("Mul", &[elu, Alpha]);
    let below = formula.apply("Mul", &[negative, scaled]);
    formula.apply("Add", &[above, below]);
    formula
}
