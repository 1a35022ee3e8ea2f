//! From a file's graph to a network: a chain of operations, followed from the outputs back to the inputs.

use super::graph::{Graph, Node, Source};
use super::head;
use super::layers::{Affine, Layers, Product};
use super::metadata;
use super::recognition::Known;
use super::tensor::{ElementType, Tensor, Vector};
use super::wire::Message;
use super::{damaged, refused};
use crate::{AnyActivation, Float, Mlp, Result};

/// A network of a thousand layers has fewer.
const MOST_LINKS: usize = 10_000;

/// The operators that networks are made of; what else stands in a graph is refused by its name.
const OPERATORS: [&str; 38] = [
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
    "Sub",
    "Swish",
    "Tanh",
    "Where",
];

/// An operation of the chain.
enum Link<'a, F: Float> {
    Product(Product<'a>),
    Affine(Affine, Tensor<'a>),
    /// (x - offset) scale.
    Scaler(Vector<'a>, Vector<'a>),
    Activation(AnyActivation<F>),
    /// As many features as before; `None`: as it comes.
    Reshape(Option<i64>),
}

/// Operations and their nodes, last to first.
type Chain<'a, F> = Vec<(Link<'a, F>, Node<'a>)>;

/// The network in a file of these bytes.
pub(super) fn network<F: Float>(bytes: &[u8]) -> Result<Mlp<F>> {
    let model = Message::new(bytes)?;
    let graph = model.bytes(7).ok_or_else(|| damaged("there is no graph in it"))?;
    let graph = Graph::new::<F>(Message::new(graph)?)?;
    let outputs = head::outputs::<F>(&graph)?;
    check_operators(&graph, outputs)?;
    let (links, inputs) = chain::<F>(&graph, outputs)?;
    let features = check_inputs::<F>(inputs)?;
    let mut layers = Layers::<F>::new(bytes.len());
    for (after, (link, node)) in links.into_iter().enumerate().rev() {
        match link {
            Link::Product(product) => layers.push_product(product, node)?,
            Link::Affine(affine, constants) => {
                layers.push_affine(affine, Vector::of_tensor::<F>(constants)?, node)?;
            }
            Link::Scaler(offset, scale) => {
                layers.push_affine(Affine::Subtract, offset, node)?;
                layers.push_affine(Affine::Multiply, scale, node)?;
            }
            Link::Activation(activation) => layers.push_activation(activation, node)?,
            Link::Reshape(columns) => {
                let width = layers.width().or(features).and_then(|width| i64::try_from(width).ok());
                // skl2onnx writes a regressor's outputs as one column, those of several targets too, one below the other.
                let kept = columns == Some(1) && after == 0;
                if columns.is_some_and(|columns| columns != -1 && Some(columns) != width) && !kept {
                    let node = node.described();
                    return Err(refused(format!("{node} changes the number of columns")));
                }
            }
        }
    }
    let network = layers.finish(metadata::read(model))?;
    if let Some(features) = features.filter(|&features| features != network.features()) {
        let taken = network.features();
        return Err(damaged(format!(
            "inputs of {features} features, the first layer takes {taken}"
        )));
    }
    Ok(network)
}

/// Refuses operators that no network has, among the nodes that lead to the outputs.
fn check_operators(graph: &Graph<'_>, outputs: Source<'_>) -> Result<()> {
    let Source::Node(last) = outputs else { return Ok(()) };
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

/// The operations, last to first, and the description of the graph's inputs.
fn chain<'a, F: Float>(
    graph: &Graph<'a>,
    outputs: Source<'a>,
) -> Result<(Chain<'a, F>, Message<'a>)> {
    let known = Known::<F>::new();
    let (mut links, mut source) = (Vec::new(), outputs);
    loop {
        let index = match source {
            Source::Node(index) => index,
            Source::Inputs(name) => {
                let inputs = graph.input(name);
                return Ok((links, inputs.ok_or_else(|| damaged("the graph has no input"))?));
            }
            Source::Constant(tensor) => {
                let name = tensor.name();
                return Err(refused(format!("the outputs come from constant {name:?} alone")));
            }
        };
        let Some(node) = graph.node(index) else {
            return Err(damaged(format!("there is no node {index}")));
        };
        let link;
        (link, source) = match known.activation(graph, index)? {
            Some((activation, input)) => (Link::Activation(activation), input),
            None => linked(graph, index, node)?,
        };
        if links.len() == MOST_LINKS {
            return Err(refused(format!("more than {MOST_LINKS} operations in a row")));
        }
        links.push((link, node));
    }
}

/// The operation of a node that is no activation, and what it is applied to.
fn linked<'a, F: Float>(
    graph: &Graph<'a>,
    index: usize,
    node: Node<'a>,
) -> Result<(Link<'a, F>, Source<'a>)> {
    let input = |input| graph.source_of_input(index, input);
    let unknown = || {
        let mut sources = node.inputs().map(|name| graph.source(name, index));
        if let Some(error) = sources.find_map(Result::err) {
            return error;
        }
        let node = node.described();
        refused(format!("{node} computes no layer, and none of the activations that there are"))
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
        "Gemm" | "MatMul" => {
            let Source::Constant(weights) = input(1)? else {
                let node = node.described();
                return Err(refused(format!("{node}: the second operand is no constant")));
            };
            let flag = |name| node.whole_number(name).unwrap_or(0) != 0;
            if flag("transA") {
                return Err(refused(format!("{}: transA is not supported", node.described())));
            }
            let factor = |name| node.float(name).unwrap_or(1.0);
            let is_gemm = node.operator() == "Gemm";
            let bias = match node.input(2).filter(|_| is_gemm).map(|_| input(2)).transpose()? {
                None => None,
                Some(Source::Constant(bias)) => Some(bias),
                Some(_) => {
                    let node = node.described();
                    return Err(refused(format!("{node}: the third operand is no constant")));
                }
            };
            let product = match is_gemm {
                true => Product {
                    weights,
                    transposed: flag("transB"),
                    bias,
                    alpha: factor("alpha"),
                    beta: factor("beta"),
                },
                false => Product { weights, transposed: false, bias, alpha: 1.0, beta: 1.0 },
            };
            Ok((Link::Product(product), input(0)?))
        }
        "Scaler" => Ok((scaler(node)?, input(0)?)),
        "Flatten" if matches!(node.whole_number("axis"), None | Some(1 | -1)) => {
            Ok((Link::Reshape(None), input(0)?))
        }
        "Reshape" => {
            let Source::Constant(shape) = input(1)? else { return Err(unknown()) };
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
            let (link, value) = match (input(0)?, input(1)?) {
                (value, Source::Constant(constants)) => (affine(false, true), (constants, value)),
                (Source::Constant(constants), value) => (affine(true, false), (constants, value)),
                _ => return Err(unknown()),
            };
            let (constants, value) = value;
            Ok((Link::Affine(link.ok_or_else(unknown)?, constants), value))
        }
        _ => Err(unknown()),
    }
}

/// The offset and the scale of a `Scaler`.
fn scaler<'a, F: Float>(node: Node<'a>) -> Result<Link<'a, F>> {
    let floats = |name| {
        let attribute = node.attribute(name);
        let missing = || refused(format!("{} has no {name}", node.described()));
        let attribute = attribute.ok_or_else(missing)?;
        Ok(Vector::Attribute(attribute, attribute.floats(7).count()))
    };
    Ok(Link::Scaler(floats("offset")?, floats("scale")?))
}

/// The number of features where the file says it. The inputs must be rows of numbers of type `F`.
fn check_inputs<F: Float>(inputs: Message<'_>) -> Result<Option<usize>> {
    let (name, tensor) = (inputs.text(1), inputs.message(2).and_then(|of| of.message(1)));
    let found = ElementType(tensor.and_then(|tensor| tensor.number(1)).unwrap_or(0));
    let (expected, wanted) = (ElementType::of::<F>(), F::NAME);
    if found != expected {
        return Err(refused(format!(
            "inputs {name:?} are of type {found}, the network asked for is of {wanted}, {expected}"
        )));
    }
    let Some(shape) = tensor.and_then(|tensor| tensor.message(2)) else { return Ok(None) };
    let dimensions = shape.all_bytes(1).count();
    if dimensions != 2 {
        return Err(refused(format!("inputs {name:?} have {dimensions} dimensions, rows have 2")));
    }
    let features = shape.all_messages(1).nth(1).and_then(|features| features.number(1));
    Ok(features.and_then(|features| usize::try_from(features).ok()).filter(|&number| number > 0))
}
