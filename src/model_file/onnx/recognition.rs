//! Which activation some nodes compute.

use super::formula::{Formula, Operand, Step, foreign, written};
use super::graph::{Graph, Node, Source};
use super::refused;
use crate::activation::{AnyActivation, Selu};
use crate::error::Result;
use crate::float::Float;
use std::marker::PhantomData;

/// The activations that import knows, by name, each in the forms that it is written in.
#[derive(Debug)]
pub(super) struct Known<F> {
    formulas: Vec<(&'static str, Formula)>,
    /// For an attempt after the other.
    found: Found,
    number: PhantomData<F>,
}

/// The nodes found for the steps of a formula.
#[derive(Debug, Default)]
struct Found {
    /// By step.
    nodes: Vec<Option<usize>>,
    /// The steps, in the order in which their nodes were found.
    order: Vec<usize>,
}

impl<F: Float> Known<F> {
    pub(super) fn new() -> Self {
        let names = AnyActivation::<F>::NAMES.iter();
        let written = names.filter_map(|name| Some((*name, written::formula::<F>(name)?)));
        let formulas = written.chain(foreign::formulas());
        let formulas = formulas.filter(|(_, formula)| !formula.steps.is_empty()).collect();
        Self { formulas, found: Found::default(), number: PhantomData }
    }

    /// The activation whose last operator is the node of this index, and what it is applied to; `None` if it is none.
    pub(super) fn activation<'a>(
        &mut self,
        graph: &Graph<'a>,
        index: usize,
    ) -> Result<Option<(AnyActivation<F>, Source<'a>)>> {
        let Some(node) = graph.node(index) else { return Ok(None) };
        for (name, formula) in &self.formulas {
            let Some(last) = formula.steps.last().filter(|last| last.operator == node.operator())
            else {
                continue;
            };
            let mut attempt = Attempt::<F>::new(graph, formula, &mut self.found);
            if !attempt.fits_step(formula.steps.len() - 1, last, index) {
                continue;
            }
            let Some(input) = attempt.input else { continue };
            let name = match attempt.alpha {
                Some(alpha) => format!("{name}({alpha})"),
                None => (*name).to_owned(),
            };
            let activation = name.parse().map_err(|_| {
                refused(format!("{}: there is no activation {name}", node.described()))
            })?;
            return Ok(Some((activation, input)));
        }
        Ok(None)
    }
}

/// An attempt to find a formula's steps among the nodes.
struct Attempt<'g, 'a, F> {
    graph: &'g Graph<'a>,
    formula: &'g Formula,
    found: &'g mut Found,
    input: Option<Source<'a>>,
    alpha: Option<f64>,
    number: PhantomData<F>,
}

impl<'g, 'a, F: Float> Attempt<'g, 'a, F> {
    fn new(graph: &'g Graph<'a>, formula: &'g Formula, found: &'g mut Found) -> Self {
        found.nodes.clear();
        found.nodes.resize(formula.steps.len(), None);
        found.order.clear();
        Self { graph, formula, found, input: None, alpha: None, number: PhantomData }
    }

    /// Whether this node can be this step.
    fn fits_step(&mut self, place: usize, step: &'g Step, index: usize) -> bool {
        let Some(node) = self.graph.node(index).filter(|node| node.operator() == step.operator)
        else {
            return false;
        };
        if let Some(found) = self.found.nodes.get_mut(place) {
            *found = Some(index);
            self.found.order.push(place);
        }
        if !self.fits_attributes(step, node) {
            return false;
        }
        match (step.operator, &step.operands[..]) {
            ("Add" | "Mul" | "Min" | "Max", &[one, other]) => self.fits_pair(one, other, index),
            ("Clip", &[input, least, most]) => {
                self.fits_input(input, index, 0)
                    && self.fits_bound(least, node, index, (1, "min"))
                    && self.fits_bound(most, node, index, (2, "max"))
            }
            (_, operands) => {
                node.inputs().count() == operands.len()
                    && (0..).zip(operands).all(|(i, operand)| self.fits_input(*operand, index, i))
            }
        }
    }

    /// Two operands in either order.
    fn fits_pair(&mut self, one: Operand, other: Operand, index: usize) -> bool {
        // The simpler one first: if it does not fit, that is seen without following the other one.
        let depth = |operand| match operand {
            Operand::Number(_) => 0,
            Operand::Alpha => 1,
            Operand::Step(place) => 2 + place,
            Operand::Input => usize::MAX,
        };
        let (simple, deep) = if depth(one) <= depth(other) { (one, other) } else { (other, one) };
        let (found, input, alpha) = (self.found.order.len(), self.input, self.alpha);
        if self.fits_input(simple, index, 0) && self.fits_input(deep, index, 1) {
            return true;
        }
        for place in self.found.order.drain(found..) {
            if let Some(found) = self.found.nodes.get_mut(place) {
                *found = None;
            }
        }
        (self.input, self.alpha) = (input, alpha);
        self.fits_input(simple, index, 1) && self.fits_input(deep, index, 0)
    }

    fn fits_input(&mut self, operand: Operand, index: usize, input: usize) -> bool {
        let source = self.graph.source_of_input(index, input);
        source.is_ok_and(|source| self.fits(operand, source))
    }

    /// A bound of `Clip`: an input, or, before opset 11, an attribute.
    fn fits_bound(
        &mut self,
        operand: Operand,
        node: Node<'a>,
        index: usize,
        (input, name): (usize, &str),
    ) -> bool {
        match (node.input(input), node.float(name)) {
            (Some(_), _) => self.fits_input(operand, index, input),
            (None, Some(bound)) => self.fits_number(operand, f64::from(bound)),
            (None, None) => false,
        }
    }

    /// Whether this can be the operand.
    fn fits(&mut self, operand: Operand, source: Source<'a>) -> bool {
        match (operand, source) {
            (Operand::Number(_) | Operand::Alpha, Source::Constant(tensor)) => {
                let number = tensor.scalar::<F>();
                number.is_some_and(|number| self.fits_number(operand, decimal::<F>(number)))
            }
            (Operand::Input, Source::Node(_) | Source::Inputs(_)) => {
                self.input.get_or_insert(source).is(source)
            }
            (Operand::Step(place), Source::Node(index)) => {
                match (self.found.nodes.get(place), self.formula.steps.get(place)) {
                    (Some(Some(found)), _) => *found == index,
                    (_, Some(step)) => self.fits_step(place, step, index),
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether this can be the operand. Constants are often rounded to `f32`, those of a network of `f64` too.
    fn fits_number(&mut self, operand: Operand, number: f64) -> bool {
        match operand {
            Operand::Number(expected) => number as f32 == expected as f32,
            Operand::Alpha => *self.alpha.get_or_insert(number) == number,
            Operand::Input | Operand::Step(_) => false,
        }
    }

    fn fits_attributes(&mut self, step: &Step, node: Node<'a>) -> bool {
        let near = |name, expected: f64| {
            let found = node.float(name).map_or(expected, f64::from);
            (found - expected).abs() < 1e-6
        };
        match (step.operator, step.alpha) {
            ("Softmax", _) => matches!(node.whole_number("axis"), None | Some(1 | -1)),
            ("Selu", _) => near("alpha", Selu::ALPHA) && near("gamma", Selu::LAMBDA),
            ("Gelu", _) => {
                let approximation = node.attribute("approximate");
                approximation.is_none_or(|attribute| matches!(attribute.text(4), "" | "none"))
            }
            (operator, Some(alpha)) => {
                let default = if operator == "LeakyRelu" { 0.01 } else { 1.0 };
                let found = node.float("alpha").unwrap_or(default);
                self.fits_number(alpha, decimal::<F>(f64::from(found)))
            }
            _ => true,
        }
    }
}

/// For a network of `f32` the shortest decimal number that is the same `f32`: 0.2 is meant by 0.200000003. For one of `f64` the number itself.
fn decimal<F: Float>(number: f64) -> f64 {
    let single = number as f32;
    match size_of::<F>() == 4 && f64::from(single) == number {
        true => single.to_string().parse().unwrap_or(number),
        false => number,
    }
}
