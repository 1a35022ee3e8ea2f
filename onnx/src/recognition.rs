//! Recognizes the activation that some nodes compute.

use crate::formula::{Argument, Operation, attributes, formulas};
use crate::graph::{Graph, ValueSource};
use crate::node::Node;
use densely::activation::AnyActivation;
use densely::{Float, Result};

/// The activation whose last operation is this node, and the source of its argument; `None` if the
/// node ends no activation.
pub(crate) fn activation<'a, F: Float>(
    graph: &Graph<'a>,
    node: Node<'a>,
) -> Result<Option<(AnyActivation<F>, ValueSource<'a>)>> {
    for (name, formula) in formulas::<F>() {
        let mut attempt = Attempt { graph, formula, matches: Vec::new(), input: None, alpha: None };
        let Some(last) = formula.len().checked_sub(1) else { continue };
        if !attempt.fits_operation(last, node) {
            continue;
        }
        let Some(input) = attempt.input else { continue };
        let alpha = attempt.alpha.map(|alpha| format!("({})", decimal::<F>(alpha)));
        let alpha = alpha.unwrap_or_default();
        let name = format!("{name}{alpha}");
        let unknown = |_| node.refused(&format!("there is no activation {name}"));
        return Ok(Some((name.parse().map_err(unknown)?, input)));
    }
    Ok(None)
}

/// An attempt to match the operations of a formula with nodes of the graph.
struct Attempt<'g, 'a> {
    graph: &'g Graph<'a>,
    formula: &'g [Operation],
    /// The places of operations in the formula and the nodes that match them, in the order in which
    /// they were found.
    matches: Vec<(usize, Node<'a>)>,
    input: Option<ValueSource<'a>>,
    alpha: Option<f64>,
}

impl<'a> Attempt<'_, 'a> {
    /// Whether the node can be this operation.
    fn fits_operation(&mut self, place: usize, node: Node<'a>) -> bool {
        let Some(Operation { operator, arguments }) = self.formula.get(place) else { return false };
        if node.operator() != operator || is_approximation(node) {
            return false;
        }
        self.matches.push((place, node));
        if let ("Add" | "Mul" | "Min" | "Max", &[one, other]) = (&operator[..], &arguments[..]) {
            return node.inputs().count() == 2 && self.fits_pair(one, other, node);
        }
        let attributes = attributes(operator);
        if node.inputs().count() > arguments.len() {
            return false;
        }
        (0_usize..).zip(arguments).all(|(place, argument)| {
            let attribute = place.checked_sub(1).and_then(|place| attributes.get(place));
            let attribute = attribute.filter(|_| node.input(place).is_none());
            let Some((name, default)) = attribute else {
                return self.fits_input(*argument, node, place);
            };
            let number = node.float(name).map_or(*default, f64::from);
            match *argument {
                // Some exporters write seven digits.
                Argument::Number(expected) => (number - expected).abs() <= 5e-7 * expected.abs(),
                argument => self.fits_number(argument, number),
            }
        })
    }

    /// Whether the node has these two arguments, in either order.
    fn fits_pair(&mut self, one: Argument, other: Argument, node: Node<'a>) -> bool {
        // The simpler argument first: a mismatch shows before the other argument is followed.
        let (simple, deep) = if one <= other { (one, other) } else { (other, one) };
        let (found, input, alpha) = (self.matches.len(), self.input, self.alpha);
        if self.fits_input(simple, node, 0) && self.fits_input(deep, node, 1) {
            return true;
        }
        self.matches.truncate(found);
        (self.input, self.alpha) = (input, alpha);
        self.fits_input(simple, node, 1) && self.fits_input(deep, node, 0)
    }

    fn fits_input(&mut self, argument: Argument, node: Node<'a>, input: usize) -> bool {
        let source = self.graph.source_of_input(node, input);
        source.is_ok_and(|source| self.fits(argument, source))
    }

    /// Whether the source can be this argument.
    fn fits(&mut self, argument: Argument, source: ValueSource<'a>) -> bool {
        match (argument, source) {
            (Argument::Number(_) | Argument::Alpha, ValueSource::Constant(constant)) => {
                let number = constant.scalar(self.graph.element);
                number.is_some_and(|number| self.fits_number(argument, number))
            }
            (Argument::Input, ValueSource::Node(_) | ValueSource::Inputs(..)) => {
                self.input.get_or_insert(source).is(source)
            }
            (Argument::ResultOf(place), ValueSource::Node(node)) => {
                match self.matches.iter().find(|(known, _)| *known == place) {
                    Some((_, found)) => found.place == node.place,
                    None => self.fits_operation(place, node),
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
}

/// Whether the node computes GELU with less than all digits.
fn is_approximation(node: Node<'_>) -> bool {
    let approximate = node.attribute("approximate").filter(|_| node.operator() == "Gelu");
    approximate.is_some_and(|attribute| !matches!(attribute.text(4), "" | "none"))
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
