//! Follows the chain of operations in a graph from the outputs back to the inputs.

use crate::graph::{Graph, Node, ValueSource};
use crate::layers::{Affine, Gemm};
use crate::recognition::KnownActivations;
use crate::refusal::refused;
use crate::tensor::{FeatureVector, StoredTensor};
use crate::wire::Fields;
use densely::activation::AnyActivation;
use densely::{Float, Result};

/// Operations of a chain. A network of a thousand layers has fewer.
const MOST_LINKS: usize = 10_000;

/// The operators that are read; the error names any other.
const OPERATORS: [&str; 39] = [
    "Abs",
    "Add",
    "Cast",
    "Clip",
    "Constant",
    "Div",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "Flatten",
    "Floor",
    "Gelu",
    "Gemm",
    "Greater",
    "Identity",
    "LeakyRelu",
    "Log",
    "MatMul",
    "Max",
    "Min",
    "Mish",
    "Mul",
    "Neg",
    "Not",
    "PRelu",
    "Relu",
    "Reshape",
    "Scaler",
    "Selu",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Sub",
    "Swish",
    "Tanh",
    "Where",
];

/// An operation of the chain: a layer's weighted sums, an activation, or something to fold.
pub(crate) enum Link<'a, F: Float> {
    Gemm(Gemm<'a>),
    Affine(Affine, StoredTensor<'a>),
    /// (x - offset) scale.
    Scaler(FeatureVector<'a>, FeatureVector<'a>),
    Activation(AnyActivation<F>),
    /// To this number of columns, which must change nothing; `None` for `Flatten`.
    Reshape(Option<i64>),
}

/// The operations and their nodes, last to first.
pub(crate) type Chain<'a, F> = Vec<(Link<'a, F>, Node<'a>)>;

/// Refuses unknown operators among the nodes that the outputs depend on.
pub(crate) fn check_operators(graph: &Graph<'_>, outputs: ValueSource<'_>) -> Result<()> {
    let ValueSource::Node(last) = outputs else { return Ok(()) };
    let mut needed = vec![false; last];
    needed.push(true);
    let mut unknown = None;
    for index in (0..=last).rev() {
        let (Some(true), Some(node)) = (needed.get(index), graph.node(index)) else { continue };
        if !OPERATORS.contains(&node.operator()) {
            unknown = Some(node);
        }
        for before in node.inputs().filter_map(|name| graph.computing(name, index)) {
            if let Some(needed) = needed.get_mut(before) {
                *needed = true;
            }
        }
    }
    match unknown {
        Some(node) => Err(refused(format!("operator {} is not supported", node.described()))),
        None => Ok(()),
    }
}

/// The chain before the outputs, and the description of the graph's inputs.
pub(crate) fn chain<'a, F: Float>(
    graph: &Graph<'a>,
    outputs: ValueSource<'a>,
) -> Result<(Chain<'a, F>, Fields<'a>)> {
    let mut known = KnownActivations::<F>::new();
    let (mut links, mut source) = (Vec::new(), outputs);
    loop {
        let index = match source {
            ValueSource::Node(index) => index,
            ValueSource::Inputs(name) => {
                let inputs = graph.input(name);
                return Ok((links, inputs.ok_or_else(|| refused("the graph has no input"))?));
            }
            ValueSource::Constant(tensor) => {
                let name = tensor.name();
                return Err(refused(format!("the outputs come from constant {name:?} alone")));
            }
        };
        let Some(node) = graph.node(index) else {
            return Err(refused(format!("there is no node {index}")));
        };
        let operation;
        (operation, source) = match known.activation(graph, index)? {
            Some((activation, input)) => (Link::Activation(activation), input),
            None => link(graph, index, node)?,
        };
        if links.len() == MOST_LINKS {
            return Err(refused(format!("more than {MOST_LINKS} operations in a row")));
        }
        links.push((operation, node));
    }
}

/// The operation of a node that is no activation, and the source of its argument.
fn link<'a, F: Float>(
    graph: &Graph<'a>,
    index: usize,
    node: Node<'a>,
) -> Result<(Link<'a, F>, ValueSource<'a>)> {
    let input = |input| graph.source_of_input(index, input);
    let unknown = || {
        let mut sources = node.inputs().map(|name| graph.source(name, index));
        if let Some(error) = sources.find_map(Result::err) {
            return error;
        }
        let node = node.described();
        refused(format!("{node} computes neither a layer nor a known activation"))
    };
    let affine = |left, right| match node.operator() {
        "Add" if left || right => Some(Affine::Add),
        "Mul" if left || right => Some(Affine::Multiply),
        "Sub" if right => Some(Affine::Subtract),
        "Sub" if left => Some(Affine::SubtractFrom),
        "Div" if right => Some(Affine::Divide),
        _ => None,
    };
    match node.operator() {
        "Gemm" | "MatMul" => Ok((Link::Gemm(gemm(graph, index, node)?), input(0)?)),
        "Scaler" => Ok((scaler(node)?, input(0)?)),
        "Flatten" if matches!(node.whole_number("axis"), None | Some(1 | -1)) => {
            Ok((Link::Reshape(None), input(0)?))
        }
        "Reshape" => {
            let ValueSource::Constant(shape) = input(1)? else { return Err(unknown()) };
            let mut numbers = shape.whole_numbers();
            match [numbers.next(), numbers.next(), numbers.next()] {
                [Some(rows @ (0 | -1)), Some(columns), None]
                    if columns != 0 && rows * columns < 1 =>
                {
                    Ok((Link::Reshape(Some(columns)), input(0)?))
                }
                _ => Err(unknown()),
            }
        }
        "Add" | "Sub" | "Mul" | "Div" => {
            let (operation, constants, value) = match (input(0)?, input(1)?) {
                (value, ValueSource::Constant(constants)) => {
                    (affine(false, true), constants, value)
                }
                (ValueSource::Constant(constants), value) => {
                    (affine(true, false), constants, value)
                }
                _ => return Err(unknown()),
            };
            Ok((Link::Affine(operation.ok_or_else(unknown)?, constants), value))
        }
        _ => Err(unknown()),
    }
}

/// The operands of a `Gemm` or `MatMul`.
fn gemm<'a>(graph: &Graph<'a>, index: usize, node: Node<'a>) -> Result<Gemm<'a>> {
    let constant = |input, which| match graph.source_of_input(index, input)? {
        ValueSource::Constant(tensor) => Ok(tensor),
        _ => Err(refused(format!("{}: the {which} operand is not a constant", node.described()))),
    };
    let weights = constant(1, "second")?;
    if node.operator() == "MatMul" {
        return Ok(Gemm { weights, transposed: false, bias: None, alpha: 1.0, beta: 1.0 });
    }
    let flag = |name| node.whole_number(name).unwrap_or(0) != 0;
    let factor = |name| node.float(name).unwrap_or(1.0);
    if flag("transA") {
        return Err(refused(format!("{}: transA is not supported", node.described())));
    }
    let bias = node.input(2).map(|_| constant(2, "third")).transpose()?;
    let (transposed, alpha, beta) = (flag("transB"), factor("alpha"), factor("beta"));
    Ok(Gemm { weights, transposed, bias, alpha, beta })
}

/// The offset and the scale of a `Scaler`.
fn scaler<'a, F: Float>(node: Node<'a>) -> Result<Link<'a, F>> {
    let floats = |name| {
        let attribute = node.attribute(name);
        let missing = || refused(format!("{} has no {name}", node.described()));
        let attribute = attribute.ok_or_else(missing)?;
        Ok::<_, densely::Error>(FeatureVector::Attribute(attribute, attribute.floats(7).count()))
    };
    Ok(Link::Scaler(floats("offset")?, floats("scale")?))
}
