//! A node of a graph.

use crate::refusal::{refused, short};
use crate::wire::Fields;
use densely::{Error, Result};

/// Inputs of one node. A `Concat` has as many as a table has columns.
const MOST_INPUTS: usize = 1_000;
/// Outputs or attributes of one node.
const MOST_OTHERS: usize = 16;
/// Fields of a tensor, and of an attribute without the items of its list. These limits bound the
/// time that it takes to find a field.
pub(crate) const MOST_FIELDS: usize = 64;
/// Items of a list: in an attribute, chosen columns, columns in which a number stands in for NaN,
/// and categories of all columns.
pub(crate) const MOST_LISTED: usize = 1 << 16;

/// A node of the graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    message: Fields<'a>,
    /// Its place among the nodes of the graph.
    pub(crate) place: u32,
}

impl<'a> Node<'a> {
    /// Checks that the node is whole and within the limits.
    pub(crate) fn new(place: u32, message: Fields<'a>) -> Result<Self> {
        let node = Self { message, place };
        let refused = |reason: String| node.refused(&reason);
        for (field, most, what) in [
            (1, MOST_INPUTS, "inputs"),
            (2, MOST_OTHERS, "outputs"),
            (5, MOST_OTHERS, "attributes"),
        ] {
            let found = message.all_bytes(field).count();
            if found > most {
                return Err(refused(format!("{found} {what}, at most {most} are read")));
            }
        }
        check_fields(message, MOST_INPUTS + MOST_FIELDS).map_err(refused)?;
        for attribute in message.all_bytes(5) {
            let attribute = Fields::new(attribute)?;
            check_fields(attribute, MOST_LISTED + MOST_FIELDS).map_err(refused)?;
            if let Some(tensor) = attribute.bytes(5) {
                check_fields(Fields::new(tensor)?, MOST_FIELDS).map_err(refused)?;
            }
        }
        Ok(node)
    }

    /// The operator; empty if it is none of ONNX's.
    pub(crate) fn operator(self) -> &'a str {
        match self.message.text(7) {
            "" | "ai.onnx" | "ai.onnx.ml" => self.message.text(4),
            _ => "",
        }
    }

    /// The operator and the name of the node, for error messages.
    pub(crate) fn described(self) -> String {
        let (domain, operator) = (self.message.text(7), self.message.text(4));
        let separator = if domain.is_empty() { "" } else { "::" };
        // A node without a name is known by its first output.
        let name = match self.message.text(3) {
            "" => self.outputs().next().unwrap_or_default(),
            name => name,
        };
        let (domain, operator) = (short(domain).escape_debug(), short(operator).escape_debug());
        format!("{domain}{separator}{operator} (node {:?})", short(name))
    }

    /// The error for a node that has no place in a multilayer perceptron.
    pub(crate) fn refused(self, reason: &str) -> Error {
        refused(format!("{}: {reason}", self.described()))
    }

    /// The names of its inputs; an omitted input has an empty name.
    pub(crate) fn inputs(self) -> impl Iterator<Item = &'a str> {
        self.message.all_texts(1)
    }

    pub(crate) fn input(self, index: usize) -> Option<&'a str> {
        self.inputs().nth(index).filter(|name| !name.is_empty())
    }

    pub(crate) fn outputs(self) -> impl Iterator<Item = &'a str> {
        self.message.all_texts(2)
    }

    pub(crate) fn attribute(self, name: &str) -> Option<Fields<'a>> {
        self.message.all_messages(5).find(|attribute| attribute.text(1) == name)
    }

    /// Whether the attribute is a whole number other than 0.
    pub(crate) fn flag(self, name: &str) -> bool {
        self.whole_number(name).unwrap_or(0) != 0
    }

    pub(crate) fn float(self, name: &str) -> Option<f32> {
        self.attribute(name).and_then(|attribute| attribute.float(2))
    }

    pub(crate) fn whole_number(self, name: &str) -> Option<i64> {
        self.attribute(name).and_then(|attribute| attribute.number(3))
    }
}

/// The reason to refuse a message of more fields.
pub(crate) fn check_fields(message: Fields<'_>, most: usize) -> Result<(), String> {
    match message.fields().count() {
        found if found > most => Err(format!("{found} fields, at most {most} are read")),
        _ => Ok(()),
    }
}
