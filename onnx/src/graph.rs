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
    /// An input of the graph: its place among the inputs, and its description.
    Inputs(u32, Fields<'a>),
    Constant(Constant<'a>),
    Node(Node<'a>),
}

impl<'a> ValueSource<'a> {
    pub(crate) fn constant(self) -> Option<Constant<'a>> {
        if let Self::Constant(constant) = self { Some(constant) } else { None }
    }

    /// Whether both are the same source, and no constant.
    pub(crate) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Inputs(one, _), Self::Inputs(other, _)) => one == other,
            (Self::Node(one), Self::Node(other)) => one.place == other.place,
            _ => false,
        }
    }
}

/// A graph whose nodes are in order: a node uses only results of earlier nodes. Each list is sorted
/// by name.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    message: Fields<'a>,
    /// The type of the network's numbers.
    pub(crate) element: ElementType,
    /// By the names of their first outputs.
    nodes: Vec<(&'a str, Node<'a>)>,
    constants: Vec<(&'a str, Constant<'a>)>,
    /// Each with its place among the inputs.
    inputs: Vec<(&'a str, (u32, Fields<'a>))>,
}

impl<'a> Graph<'a> {
    /// The graph of a model whose numbers are `F`. Its tensors may be in these files.
    pub(crate) fn new<F: Float>(message: Fields<'a>, files: &'a ExternalFiles<'a>) -> Result<Self> {
        let node = |place, message| {
            let node = Node::new(place, message)?;
            Ok((node.outputs().next().unwrap_or_default(), node))
        };
        let constant = |_, message: Fields<'a>| {
            let name = message.text(8);
            check_fields(message, MOST_FIELDS)
                .map_err(|reason| refused(format!("tensor {:?}: {reason}", short(name))))?;
            Ok((name, Constant::tensor(message, files.bytes_of(message))))
        };
        let input = |place, message: Fields<'a>| Ok((message.text(1), (place, message)));
        let nodes = by_name(message, 1, MOST_NODES, "nodes", node)?;
        let constants = by_name(message, 5, MOST_INITIALIZERS, "initializers", constant)?;
        let inputs = by_name(message, 11, MOST_INPUTS, "inputs", input)?;
        let mut pairs = nodes.iter().zip(nodes.iter().skip(1));
        if let Some(((name, _), _)) = pairs.find(|((one, _), (other, _))| one == other) {
            return Err(refused(format!("two nodes compute {:?}", short(name))));
        }
        Ok(Self { message, element: ElementType::of::<F>(), nodes, constants, inputs })
    }

    /// The names of the graph's outputs.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &'a str> {
        self.message.all_messages(12).map(|output| output.text(1))
    }

    /// The node that computes this value, if its place is before `before`.
    fn computing(&self, name: &str, before: u32) -> Option<Node<'a>> {
        find(&self.nodes, name).filter(|node| node.place < before)
    }

    /// The constant with this name: an initializer, or the result of a node without other inputs.
    fn constant(&self, name: &str, before: u32) -> Option<Constant<'a>> {
        let node = self.computing(name, before).filter(|node| node.operator() == "ConstantOfShape");
        let Some(node) = node else { return self.stored(name, before) };
        let shape = self.stored(node.input(0)?, node.place)?.whole_numbers(MOST_FIELDS)?;
        let value = node.attribute("value").and_then(|value| value.message(5));
        Some(Constant::filled(value, self.element, TensorShape::of(shape.into_iter())?))
    }

    /// The constant with this name: an initializer, or the result of a `Constant`.
    fn stored(&self, name: &str, before: u32) -> Option<Constant<'a>> {
        let node = self.computing(name, before).filter(|node| node.operator() == "Constant");
        let Some(node) = node else { return find(&self.constants, name) };
        if let Some(value) = node.attribute("value") {
            return value.message(5).map(|tensor| Constant::tensor(tensor, None));
        }
        let names = ["value_float", "value_floats", "value_int", "value_ints"];
        names.iter().find_map(|name| node.attribute(name)).map(Constant::attribute)
    }

    /// The source of the value with this name, as the node at the place `before` uses it. Nodes
    /// that change nothing are skipped.
    pub(crate) fn source(&self, name: &str, before: u32) -> Result<ValueSource<'a>> {
        let (mut name, mut before) = (name, before);
        for _ in 0..MOST_WITHOUT_CHANGE {
            if let Some(constant) = self.constant(name, before) {
                return Ok(ValueSource::Constant(constant));
            }
            let Some(node) = self.computing(name, before) else {
                let input =
                    find(&self.inputs, name).map(|(place, of)| ValueSource::Inputs(place, of));
                let further = |node: &&Node<'a>| node.outputs().skip(1).any(|of| of == name);
                let missing = || match self.nodes.iter().map(|(_, node)| node).find(further) {
                    Some(node) => node.refused("only its first output is read"),
                    None => {
                        refused(format!("no node computes {:?} before it is used", short(name)))
                    }
                };
                return input.ok_or_else(missing);
            };
            match node.input(0).filter(|_| self.changes_nothing(node)) {
                Some(input) => (name, before) = (input, node.place),
                None => return Ok(ValueSource::Node(node)),
            }
        }
        let (most, name) = (MOST_WITHOUT_CHANGE, short(name));
        Err(refused(format!("more than {most} nodes before {name:?} in a row change nothing")))
    }

    /// The source of an input of a node.
    pub(crate) fn source_of_input(&self, node: Node<'a>, input: usize) -> Result<ValueSource<'a>> {
        let missing = || format!("{} has no input {input} (counted from 0)", node.described());
        let name = node.input(input).ok_or_else(|| refused(missing()))?;
        self.source(name, node.place)
    }

    fn changes_nothing(&self, node: Node<'a>) -> bool {
        match node.operator() {
            "Identity" => true,
            "Cast" => node.whole_number("to") == Some(self.element.0),
            // It changes values in training mode only.
            "Dropout" => node.input(2).is_none_or(|training| {
                self.constant(training, node.place).is_some_and(|training| training.is_false())
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

/// Makes an item of each message in a repeated field, given its place, and sorts them by name. More
/// than `most` are refused before memory is allocated.
fn by_name<'a, T>(
    message: Fields<'a>,
    field: u64,
    most: usize,
    what: &str,
    item: impl Fn(u32, Fields<'a>) -> Result<(&'a str, T)>,
) -> Result<Vec<(&'a str, T)>> {
    let count = message.all_bytes(field).count();
    if count > most {
        return Err(refused(format!("{count} {what}, at most {most} are read")));
    }
    let mut items = Vec::with_capacity(count);
    for (place, bytes) in (0..).zip(message.all_bytes(field)) {
        items.push(item(place, Fields::new(bytes)?)?);
    }
    items.sort_unstable_by_key(|(name, _)| *name);
    Ok(items)
}
