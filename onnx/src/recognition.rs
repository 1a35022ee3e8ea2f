//! Recognizes the activation that some nodes compute.

use crate::formula::{Argument, Formula, Operation, export, import};
use crate::graph::{Graph, ValueSource};
use crate::node::Node;
use crate::refusal::refused;
use densely::activation::{AnyActivation, Selu};
use densely::{Float, Result};
use std::marker::PhantomData;

/// The places of operations in a formula and the nodes that match them, in the order in which they
/// were found.
type Matches = Vec<(usize, usize)>;

/// The formulas of the activations that import recognizes.
#[derive(Debug)]
pub(crate) struct KnownActivations<F> {
    formulas: Vec<(&'static str, Formula)>,
    /// The buffer of one attempt after the other.
    matches: Matches,
    number: PhantomData<F>,
}

impl<F: Float> KnownActivations<F> {
    pub(crate) fn new() -> Self {
        let names = AnyActivation::<F>::NAMES.iter();
        let written = names.filter_map(|name| Some((*name, export::formula::<F>(name)?)));
        let formulas = written.chain(import::formulas());
        let formulas = formulas.filter(|(_, formula)| !formula.operations.is_empty()).collect();
        Self { formulas, matches: Vec::new(), number: PhantomData }
    }

    /// The activation whose last operation is this node, and the source of its argument; `None` if
    /// the node ends no activation.
    pub(crate) fn activation<'a>(
        &mut self,
        graph: &Graph<'a>,
        index: usize,
    ) -> Result<Option<(AnyActivation<F>, ValueSource<'a>)>> {
        let Some(node) = graph.node(index) else { return Ok(None) };
        for (name, formula) in &self.formulas {
            let mut attempt = Attempt::<F>::new(graph, formula, &mut self.matches);
            if !attempt.fits_operation(formula.operations.len() - 1, index) {
                continue;
            }
            let Some(input) = attempt.input else { continue };
            let alpha = attempt.alpha.map(|alpha| format!("({alpha})")).unwrap_or_default();
            let name = format!("{name}{alpha}");
            let activation = name.parse::<AnyActivation<F>>().map_err(|_| {
                refused(format!("{}: there is no activation {name}", node.described()))
            })?;
            return Ok(Some((activation, input)));
        }
        Ok(None)
    }
}

/// An attempt to match the operations of a formula with nodes of the graph.
struct Attempt<'g, 'a, F> {
    graph: &'g Graph<'a>,
    formula: &'g Formula,
    matches: &'g mut Matches,
    input: Option<ValueSource<'a>>,
    alpha: Option<f64>,
    number: PhantomData<F>,
}

impl<'g, 'a, F: Float> Attempt<'g, 'a, F> {
    fn new(graph: &'g Graph<'a>, formula: &'g Formula, matches: &'g mut Matches) -> Self {
        matches.clear();
        Self { graph, formula, matches, input: None, alpha: None, number: PhantomData }
    }

    /// Whether the node can be this operation.
    fn fits_operation(&mut self, place: usize, index: usize) -> bool {
        let Some(operation) = self.formula.operations.get(place) else { return false };
        let Some(node) = self.graph.node(index) else { return false };
        if node.operator() != operation.operator {
            return false;
        }
        self.matches.push((place, index));
        if !self.fits_attributes(operation, node) {
            return false;
        }
        match (operation.operator, &operation.arguments[..]) {
            ("Add" | "Mul" | "Min" | "Max", &[one, other]) => {
                node.inputs().count() == 2 && self.fits_pair(one, other, index)
            }
            ("Clip", &[input, least, most]) => {
                self.fits_input(input, index, 0)
                    && self.fits_bound(least, node, index, (1, "min"))
                    && self.fits_bound(most, node, index, (2, "max"))
            }
            (_, arguments) => {
                node.inputs().count() == arguments.len()
                    && (0..)
                        .zip(arguments)
                        .all(|(i, argument)| self.fits_input(*argument, index, i))
            }
        }
    }

    /// Whether the node has these two arguments, in either order.
    fn fits_pair(&mut self, one: Argument, other: Argument, index: usize) -> bool {
        // The simpler argument first: a mismatch shows before the other argument is followed.
        let depth = |argument| match argument {
            Argument::Number(_) => 0,
            Argument::Alpha => 1,
            Argument::ResultOf(place) => 2 + place,
            Argument::Input => usize::MAX,
        };
        let (simple, deep) = if depth(one) <= depth(other) { (one, other) } else { (other, one) };
        let (found, input, alpha) = (self.matches.len(), self.input, self.alpha);
        if self.fits_input(simple, index, 0) && self.fits_input(deep, index, 1) {
            return true;
        }
        self.matches.truncate(found);
        (self.input, self.alpha) = (input, alpha);
        self.fits_input(simple, index, 1) && self.fits_input(deep, index, 0)
    }

    fn fits_input(&mut self, argument: Argument, index: usize, input: usize) -> bool {
        let source = self.graph.source_of_input(index, input);
        source.is_ok_and(|source| self.fits(argument, source))
    }

    /// Whether this is a bound of `Clip`: an input, or an attribute before opset 11.
    fn fits_bound(
        &mut self,
        argument: Argument,
        node: Node<'a>,
        index: usize,
        (input, name): (usize, &str),
    ) -> bool {
        match (node.input(input), node.float(name)) {
            (Some(_), _) => self.fits_input(argument, index, input),
            (None, Some(bound)) => self.fits_number(argument, f64::from(bound)),
            (None, None) => false,
        }
    }

    /// Whether the source can be this argument.
    fn fits(&mut self, argument: Argument, source: ValueSource<'a>) -> bool {
        match (argument, source) {
            (Argument::Number(_) | Argument::Alpha, ValueSource::Constant(constant)) => {
                let number = constant.scalar::<F>();
                number.is_some_and(|number| self.fits_number(argument, decimal::<F>(number)))
            }
            (Argument::Input, ValueSource::Node(_) | ValueSource::Inputs(_)) => {
                self.input.get_or_insert(source).is(source)
            }
            (Argument::ResultOf(place), ValueSource::Node(index)) => {
                match self.matches.iter().find(|(known, _)| *known == place) {
                    Some((_, found)) => *found == index,
                    None => self.fits_operation(place, index),
                }
            }
            _ => false,
        }
    }

    /// Whether the number can be this argument. Exporters round many constants to `f32`, also in
    /// networks of `f64`.
    fn fits_number(&mut self, argument: Argument, number: f64) -> bool {
        match argument {
            Argument::Number(expected) => number as f32 == expected as f32,
            Argument::Alpha => *self.alpha.get_or_insert(number) == number,
            Argument::Input | Argument::ResultOf(_) => false,
        }
    }

    fn fits_attributes(&mut self, operation: &Operation, node: Node<'a>) -> bool {
        let near = |name, expected: f64| {
            let found = node.float(name).map_or(expected, f64::from);
            (found - expected).abs() < 1e-6
        };
        match (operation.operator, operation.alpha) {
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

/// In a network of `f32` the shortest decimal number that rounds to the same `f32`, since
/// 0.200000003 stands for 0.2. In a network of `f64` the number itself.
fn decimal<F: Float>(number: f64) -> f64 {
    let single = number as f32;
    match size_of::<F>() == 4 && f64::from(single) == number {
        true => single.to_string().parse().unwrap_or(number),
        false => number,
    }
}
