//! The graph of a file: nodes, constants, and which node computes what.

use crate::refusal::{refused, short};
use crate::tensor::{ElementType, Tensor};
use crate::wire::Message;
use densely::Float;
use densely::Result;

/// A thousand layers of the activation that takes most nodes have fewer.
const MOST_NODES: usize = 100_000;
const MOST_INITIALIZERS: usize = 10_000;
const MOST_INPUTS: usize = 20_000;
/// Inputs, outputs or attributes of one node.
const MOST_OPERANDS: usize = 16;
/// Fields of a node, a tensor, or an attribute without its list of floats. With few fields looking for one of them takes no time.
const MOST_FIELDS: usize = 64;
/// So many nodes in a row that change nothing are followed.
const MOST_WITHOUT_CHANGE: usize = 100;

/// One operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a>(Message<'a>);

impl<'a> Node<'a> {
    /// Checks that the node is whole, and as small as one of a network is.
    fn new(message: Message<'a>) -> Result<Self> {
        let node = Self(message);
        let counts = [1, 2, 5].map(|field| message.all(field).take(MOST_OPERANDS + 1).count());
        if counts.into_iter().any(|count| count > MOST_OPERANDS) {
            return Err(refused(format!(
                "{} has more than {MOST_OPERANDS} inputs, outputs or attributes",
                node.described()
            )));
        }
        check_fields(message, MOST_FIELDS)?;
        for attribute in message.all_bytes(5) {
            let attribute = Message::new(attribute)?;
            check_fields(attribute, attribute.floats(7).count() + MOST_FIELDS)?;
            if let Some(tensor) = attribute.bytes(5) {
                check_fields(Message::new(tensor)?, MOST_FIELDS)?;
            }
        }
        Ok(node)
    }

    /// The operator, if it is one of ONNX's.
    pub(crate) fn operator(self) -> &'a str {
        match self.0.text(7) {
            "" | "ai.onnx" | "ai.onnx.ml" => self.0.text(4),
            _ => "",
        }
    }

    /// The operator and the node's name, for messages.
    pub(crate) fn described(self) -> String {
        let (domain, operator) = (self.0.text(7), self.0.text(4));
        let separator = if domain.is_empty() { "" } else { "::" };
        // A node need not have a name, a value has one.
        let name = match self.0.text(3) {
            "" => self.outputs().next().unwrap_or_default(),
            name => name,
        };
        let (domain, operator) = (short(domain).escape_debug(), short(operator).escape_debug());
        format!("{domain}{separator}{operator} (node {:?})", short(name))
    }

    /// The names of what it takes; an empty name is an operand that is left out.
    pub(crate) fn inputs(self) -> impl Iterator<Item = &'a str> {
        self.0.all_texts(1)
    }

    pub(crate) fn input(self, index: usize) -> Option<&'a str> {
        self.inputs().nth(index).filter(|name| !name.is_empty())
    }

    pub(crate) fn outputs(self) -> impl Iterator<Item = &'a str> {
        self.0.all_texts(2)
    }

    pub(crate) fn attribute(self, name: &str) -> Option<Message<'a>> {
        self.0.all_messages(5).find(|attribute| attribute.text(1) == name)
    }

    pub(crate) fn float(self, name: &str) -> Option<f32> {
        self.attribute(name).and_then(|attribute| attribute.float(2))
    }

    pub(crate) fn whole_number(self, name: &str) -> Option<i64> {
        self.attribute(name).and_then(|attribute| attribute.number(3))
    }
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// An input of the graph, of this name.
    Inputs(&'a str),
    Constant(Tensor<'a>),
    /// The node of this index.
    Node(usize),
}

impl Source<'_> {
    /// Whether it is the same value.
    pub(crate) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Inputs(one), Self::Inputs(other)) => one == other,
            (Self::Constant(one), Self::Constant(other)) => one.is(other),
            (Self::Node(one), Self::Node(other)) => one == other,
            _ => false,
        }
    }
}

/// A graph whose nodes stand in order: each uses only what those before it compute.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    message: Message<'a>,
    element: ElementType,
    nodes: Vec<Node<'a>>,
    /// The indices of the nodes, sorted by the name of what they compute.
    computing: Vec<u32>,
    /// By name.
    constants: Vec<(&'a str, Tensor<'a>)>,
    /// By name.
    inputs: Vec<(&'a str, Message<'a>)>,
}

impl<'a> Graph<'a> {
    /// The graph of a model whose numbers are `F`.
    pub(crate) fn new<F: Float>(message: Message<'a>) -> Result<Self> {
        let element = ElementType::of::<F>();
        let nodes = collect(message, 1, MOST_NODES, "nodes", Node::new)?;
        let constant = |message| {
            check_fields(message, MOST_FIELDS)?;
            Ok((message.text(8), Tensor::new(message)))
        };
        let mut constants = collect(message, 5, MOST_INITIALIZERS, "initializers", constant)?;
        let input = |message: Message<'a>| Ok((message.text(1), message));
        let mut inputs = collect(message, 11, MOST_INPUTS, "inputs", input)?;
        constants.sort_unstable_by_key(|(name, _)| *name);
        inputs.sort_unstable_by_key(|(name, _)| *name);
        let mut computing = Vec::with_capacity(nodes.len());
        computing.extend((0_u32..).zip(&nodes).map(|(index, _)| index));
        let graph = Self { message, element, nodes, computing, constants, inputs };
        graph.sorted()
    }

    fn sorted(mut self) -> Result<Self> {
        let mut computing = std::mem::take(&mut self.computing);
        computing.sort_unstable_by_key(|&index| self.computed(index));
        for (one, other) in computing.iter().zip(computing.iter().skip(1)) {
            let name = self.computed(*one);
            if name == self.computed(*other) {
                return Err(refused(format!("two nodes compute {:?}", short(name))));
            }
        }
        Ok(Self { computing, ..self })
    }

    /// The name of what the node of this index computes: its first output.
    fn computed(&self, index: u32) -> &'a str {
        let node = self.nodes.get(index as usize);
        node.and_then(|node| node.outputs().next()).unwrap_or_default()
    }

    pub(crate) fn nodes(&self) -> &[Node<'a>] {
        &self.nodes
    }

    pub(crate) fn node(&self, index: usize) -> Option<Node<'a>> {
        self.nodes.get(index).copied()
    }

    /// The names of what the graph computes for its user.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &'a str> {
        self.message.all_messages(12).map(|output| output.text(1))
    }

    /// The description of the graph's input of this name.
    pub(crate) fn input(&self, name: &str) -> Option<Message<'a>> {
        find(&self.inputs, name)
    }

    /// The index of the node before this one that computes this value.
    pub(crate) fn computing(&self, name: &str, before: usize) -> Option<usize> {
        let place = self.computing.binary_search_by_key(&name, |&index| self.computed(index));
        let index = *self.computing.get(place.ok()?)? as usize;
        (index < before).then_some(index)
    }

    /// The constant of this name: an initializer, or what a node that is one holds.
    fn constant(&self, name: &str, before: usize) -> Option<Tensor<'a>> {
        let node = self.computing(name, before).and_then(|index| self.node(index));
        match node.filter(|node| node.operator() == "Constant") {
            Some(node) => node.attribute("value")?.message(5).map(Tensor::new),
            None => find(&self.constants, name),
        }
    }

    /// Where the value of this name that the node of this index uses comes from, through nodes that change nothing.
    pub(crate) fn source(&self, name: &str, before: usize) -> Result<Source<'a>> {
        let (mut name, mut before) = (name, before);
        for _ in 0..MOST_WITHOUT_CHANGE {
            let Some(index) = self.computing(name, before) else {
                return self.source_without_node(name);
            };
            let Some(node) = self.node(index) else { break };
            if let Some(tensor) = self.constant(name, before) {
                return Ok(Source::Constant(tensor));
            }
            match node.input(0).filter(|_| self.changes_nothing(node, index)) {
                Some(input) => (name, before) = (input, index),
                None => return Ok(Source::Node(index)),
            }
        }
        let (most, name) = (MOST_WITHOUT_CHANGE, short(name));
        Err(refused(format!("more than {most} nodes before {name:?} in a row change nothing")))
    }

    fn source_without_node(&self, name: &str) -> Result<Source<'a>> {
        let constant = find(&self.constants, name).map(Source::Constant);
        let input = || self.input(name).map(|input| Source::Inputs(input.text(1)));
        let missing = || refused(format!("no node computes {:?} before it is used", short(name)));
        constant.or_else(input).ok_or_else(missing)
    }

    /// Where this node's input comes from.
    pub(crate) fn source_of_input(&self, index: usize, input: usize) -> Result<Source<'a>> {
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
            // Only in training does it leave anything out.
            "Dropout" => node.input(2).is_none_or(|training| {
                self.constant(training, index).is_some_and(Tensor::is_false)
            }),
            _ => false,
        }
    }
}

/// What is listed under this name.
fn find<T: Copy>(listed: &[(&str, T)], name: &str) -> Option<T> {
    let place = listed.binary_search_by_key(&name, |(listed, _)| listed).ok()?;
    listed.get(place).map(|(_, item)| *item)
}

fn check_fields(message: Message<'_>, most: usize) -> Result<()> {
    match message.fields_up_to(most + 1) > most {
        true => Err(refused("a node, an attribute or a tensor has too many fields")),
        false => Ok(()),
    }
}

/// The messages of a repeated field, each checked and made into an item; more than so many are refused before any memory is taken.
fn collect<'a, T>(
    message: Message<'a>,
    field: u64,
    most: usize,
    what: &str,
    item: impl Fn(Message<'a>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = message.all_bytes(field).count();
    if count > most {
        return Err(refused(format!("{count} {what}, at most {most} are read")));
    }
    let mut items = Vec::with_capacity(count);
    for bytes in message.all_bytes(field) {
        items.push(item(Message::new(bytes)?)?);
    }
    Ok(items)
}
