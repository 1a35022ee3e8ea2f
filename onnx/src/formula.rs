//! Activations as the operators of ONNX that compute them: what export writes, and what import knows again.

pub(crate) mod export;
mod gelu;
pub(crate) mod import;

/// What an operator is applied to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operand {
    /// z, what the activation is applied to.
    Input,
    /// The result of an earlier step.
    Step(usize),
    Number(f64),
    /// The activation's α.
    Alpha,
}

use Operand::Input;

/// One operator.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) operator: &'static str,
    pub(crate) operands: Vec<Operand>,
    /// The attribute `alpha` of the operators that have one.
    pub(crate) alpha: Option<Operand>,
}

/// Steps of which each uses results of earlier ones; the last one's is the activation. No steps: the identity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Formula {
    pub(crate) steps: Vec<Step>,
}

impl Formula {
    /// One operator that is the activation.
    pub(crate) fn operator(operator: &'static str) -> Self {
        let mut formula = Self::default();
        formula.step(operator, &[Input]);
        formula
    }

    /// One operator with α as its attribute.
    pub(crate) fn operator_with_alpha(operator: &'static str, alpha: Operand) -> Self {
        let step = Step { operator, operands: vec![Input], alpha: Some(alpha) };
        Self { steps: vec![step] }
    }

    /// Adds a step.
    pub(crate) fn step(&mut self, operator: &'static str, operands: &[Operand]) -> Operand {
        self.steps.push(Step { operator, operands: operands.to_vec(), alpha: None });
        Operand::Step(self.steps.len() - 1)
    }
}
