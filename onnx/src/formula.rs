//! Activations as formulas of ONNX operators: export writes them, import recognizes them.

pub(crate) mod export;
mod gelu;
pub(crate) mod import;

/// The argument of an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Argument {
    /// z, the argument of the activation.
    Input,
    /// The result of an earlier operation of the formula, counted from 0.
    ResultOf(usize),
    Number(f64),
    /// The activation's α.
    Alpha,
}

use Argument::Input;

/// An operator and its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) operator: &'static str,
    pub(crate) arguments: Vec<Argument>,
    /// The attribute `alpha` of the operators that have one.
    pub(crate) alpha: Option<Argument>,
}

/// Operations, each on results of earlier ones. The result of the last one is the activation; a
/// formula without operations is the identity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formula {
    pub(crate) operations: Vec<Operation>,
}

impl Formula {
    /// The formula of an activation that is one operator, with α as its attribute.
    pub(crate) fn operator_with_alpha(operator: &'static str, alpha: Argument) -> Self {
        let operation = Operation { operator, arguments: vec![Input], alpha: Some(alpha) };
        Self { operations: vec![operation] }
    }

    /// Adds an operation and returns its result.
    pub(crate) fn apply(&mut self, operator: &'static str, arguments: &[Argument]) -> Argument {
        self.operations.push(Operation { operator, arguments: arguments.to_vec(), alpha: None });
        Argument::ResultOf(self.operations.len() - 1)
    }
}
