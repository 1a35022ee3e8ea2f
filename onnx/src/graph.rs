//! The graph of a file: its nodes and constants, and which node computes a value.

use crate::constant::{Constant, TensorShape};
use crate::element::ElementType;
use crate::external::ExternalFiles;
use crate::node::{MOST_FIELDS, Node, check_fields};
use crate::refusal::{refused, short};
use crate::wire::Fields;
use densely::{Float, Result};

/// Nodes of a graph. A thousand layers with the longest formula have fewer.
const MOST_NODES: usize = 100_000;
const MOST_INITIALIZERS: usize = 10_000;
const MOST_INPUTS: usize = 20_000;
/// Nodes in a row that change nothing.
const MOST_WITHOUT_CHANGE: usize = 100;

/// The source of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ValueSource<'a> {
    /// The input of the graph with this name.
    Inputs(&'a str),
    Constant(Constant<'a>),
    /// The node with this index.
    Node(usize),
}

impl<'a> ValueSource<'a> {
    pub(crate) fn constant(self) -> Option<Constant<'a>> {
        if let Self::Constant(constant) = self { Some(constant) } else { None }
    }

    /// Whether both are the same source, and no constant.
    pub(crate) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Inputs(one), Self::Inputs(other)) => one == other,
            (Self::Node(one), Self::Node(other)) => one == other,
            _ => false,
        }
    }
}

/// A graph whose nodes are in order: a node uses only results of earlier nodes.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    message: Fields<'a>,
    element: ElementType,
    nodes: Vec<Node<'a>>,
    /// The index of each node by the name of its first output, sorted by name.
    computing: Vec<(&'a str, u32)>,
    /// Sorted by name.
    constants: Vec<(&'a str, Constant<'a>)>,
    /// Each with its place among the inputs, sorted by name.
    inputs: Vec<(&'a str, (u32, Fields<'a>))>,
}

impl<'a> Graph<'a> {
    /// The graph of a model whose numbers are `F`. Its tensors may be in these files.
    pub(crate) fn new<F: Float>(message: Fields<'a>, files: &'a ExternalFiles<'a>) -> Result<Self> {
        let element = ElementType::of::<F>();
        let nodes = collect(message, 1, MOST_NODES, "nodes", Node::new)?;
        let constant = |message: Fields<'a>| {
            let name = message.text(8);
            check_fields(message, MOST_FIELDS)
                .map_err(|reason| refused(format!("tensor {:?}: {reason}", short(name))))?;
            Ok((name, Constant::tensor(message, files.bytes_of(message))))
        };
        let mut constants = collect(message, 5, MOST_INITIALIZERS, "initializers", constant)?;
        let input = |message: Fields<'a>| Ok((message.text(1), (0, message)));
        let mut inputs = collect(message, 11, MOST_INPUTS, "inputs", input)?;
        for (place, (_, (input, _))) in (0..).zip(&mut inputs) {
            *input = place;
        }
        constants.sort_unstable_by_key(|(name, _)| *name);
        inputs.sort_unstable_by_key(|(name, _)| *name);
        let computed = |node: &Node<'a>| node.outputs().next().unwrap_or_default();
        let mut computing: Vec<_> = nodes.iter().map(computed).zip(0..).collect();
        computing.sort_unstable();
        for ((name, _), (other, _)) in computing.iter().zip(computing.iter().skip(1)) {
            if name == other {
                return Err(refused(format!("two nodes compute {:?}", short(name))));
            }
        }
        Ok(Self { message, element, nodes, computing, constants, inputs })
    }

    pub(crate) fn node(&self, index: usize) -> Option<Node<'a>> {
        self.nodes.get(index).copied()
    }

    /// The names of the graph's outputs.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &'a str> {
        self.message.all_messages(12).map(|output| output.text(1))
    }

    /// The place among the graph's inputs and the description of the one with this name.
    pub(crate) fn input(&self, name: &str) -> Option<(u32, Fields<'a>)> {
        find(&self.inputs, name)
    }

    /// The index of the node that computes this value, if it is before the node with index
    /// `before`.
    pub(crate) fn computing(&self, name: &str, before: usize) -> Option<usize> {
        find(&self.computing, name).map(|index| index as usize).filter(|index| *index < before)
    }

    /// The constant with this name: an initializer, or the result of a node without other inputs.
    fn constant(&self, name: &str, before: usize) -> Option<Constant<'a>> {
        let index = self.computing(name, before);
        let node = index.and_then(|index| self.node(index));
        match node.filter(|node| matches!(node.operator(), "Constant" | "ConstantOfShape")) {
            Some(node) if node.operator() == "ConstantOfShape" => {
                let shape = self.stored(node.input(0)?, index?)?.whole_numbers(MOST_FIELDS)?;
                let value = node.attribute("value").and_then(|value| value.message(5));
                let shape = TensorShape::of(shape.into_iter())?;
                Some(Constant::filled(value, self.element, shape))
            }
            _ => self.stored(name, before),
        }
    }

    /// The constant with this name: an initializer, or the result of a `Constant`.
    fn stored(&self, name: &str, before: usize) -> Option<Constant<'a>> {
        let node = self.computing(name, before).and_then(|index| self.node(index));
        let Some(node) = node.filter(|node| node.operator() == "Constant") else {
            return find(&self.constants, name);
        };
        if let Some(value) = node.attribute("value") {
            return value.message(5).map(|tensor| Constant::tensor(tensor, None));
        }
        let names = ["value_float", "value_floats", "value_int", "value_ints"];
        names.iter().find_map(|name| node.attribute(name)).map(Constant::attribute)
    }

    /// The source of the value with this name, as the node with index `before` uses it. Nodes that
    /// change nothing are skipped.
    pub(crate) fn source(&self, name: &str, before: usize) -> Result<ValueSource<'a>> {
        let (mut name, mut before) = (name, before);
        for _ in 0..MOST_WITHOUT_CHANGE {
            if let Some(constant) = self.constant(name, before) {
                return Ok(ValueSource::Constant(constant));
            }
            let Some(index) = self.computing(name, before) else {
                let input = self.input(name).map(|(_, input)| ValueSource::Inputs(input.text(1)));
                let missing = || format!("no node computes {:?} before it is used", short(name));
                return input.ok_or_else(|| refused(missing()));
            };
            let Some(node) = self.node(index) else { break };
            match node.input(0).filter(|_| self.changes_nothing(node, index)) {
                Some(input) => (name, before) = (input, index),
                None => return Ok(ValueSource::Node(index)),
            }
        }
        let (most, name) = (MOST_WITHOUT_CHANGE, short(name));
        Err(refused(format!("more than {most} nodes before {name:?} in a row change nothing")))
    }

    /// The source of an input of the node with this index.
    pub(crate) fn source_of_input(&self, index: usize, input: usize) -> Result<ValueSource<'a>> {
        let node = self.node(index);
        match node.and_then(|node| node.input(input)) {
            Some(name) => self.source(name, index),
            None => {
                let node = node.map(Node::described).unwrap_or_default();
                Err(refused(format!("{node} has no input {input} (counted from 0)")))
            }
        }
    }

    fn changes_nothing(&self, node: Node<'a>, index: usize) -> bool {
        match node.operator() {
            "Identity" => true,
            "Cast" => node.whole_number("to") == Some(self.element.0),
            // It changes values in training mode only.
            "Dropout" => node.input(2).is_none_or(|training| {
                self.constant(training, index).is_some_and(|training| training.is_false())
            }),
            _ => false,
        }
    }
}

/// The item with this name, in a list that is sorted by name.
fn find<T: Copy>(listed: &[(&str, T)], name: &str) -> Option<T> {
    let place = listed.binary_search_by_key(&name, |(listed, _)| listed).ok()?;
    listed.get(place).map(|(_, item)| *item)
}

/// Makes an item of each message in a repeated field. More than `most` are refused before memory is
/// allocated.
fn collect<'a, T>(
    message: Fields<'a>,
    field: u64,
    most: usize,
    what: &str,
    item: impl Fn(Fields<'a>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = message.all_bytes(field).count();
    if count > most {
        return Err(refused(format!("{count} {what}, at most {most} are read")));
    }
    let mut items = Vec::with_capacity(count);
    for bytes in message.all_bytes(field) {
        items.push(item(Fields::new(bytes)?)?);
    }
    Ok(items)
}
