//! Operators that change the layout of a value, not its numbers.

use crate::budget::elements;
use crate::constant::{Constant, MOST_DIMENSIONS};
use crate::graph::{Graph, ValueSource};
use crate::node::Node;

/// Steps to compute a shape.
const MOST_STEPS: usize = 64;

/// A length in a shape that the graph computes.
#[derive(Clone, Copy, Debug)]
enum Length {
    Rows,
    Number(i64),
    Unknown,
}

use Length::{Number, Rows, Unknown};

/// A node that changes the layout of a value, and the dimensions of that value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'g, 'a> {
    pub(crate) graph: &'g Graph<'a>,
    pub(crate) node: Node<'a>,
    /// The number of rows, if the file fixes it.
    pub(crate) rows: Option<usize>,
    pub(crate) row: &'g [Option<usize>],
    /// Whether the result becomes the graph's output.
    pub(crate) is_last: bool,
}

impl<'a> Layout<'_, 'a> {
    /// The dimensions of a row after the node; `None` if it moves numbers from row to row or within
    /// a row.
    pub(crate) fn after(self) -> Option<Vec<Option<usize>>> {
        let Self { node, row, .. } = self;
        let dimensions = row.len() + 1;
        let places = |axes: Vec<i64>, dimensions: usize| -> Option<Vec<usize>> {
            axes.into_iter().map(|axis| place(axis, dimensions)).collect()
        };
        match node.operator() {
            "Reshape" => self.reshaped(),
            "Flatten" => {
                let axis = place(node.whole_number("axis").unwrap_or(1), dimensions)?;
                (axis == 1).then(|| vec![elements(row)])
            }
            "Squeeze" if node.input(1).is_none() && node.attribute("axes").is_none() => {
                Some(row.iter().copied().filter(|length| *length != Some(1)).collect())
            }
            "Squeeze" => {
                let squeezed = places(self.asked()?, dimensions)?;
                let single = |&axis: &usize| match axis.checked_sub(1) {
                    Some(axis) => row.get(axis) == Some(&Some(1)),
                    // One row is a network's output for a row, without its first dimension.
                    None => self.is_last && self.rows == Some(1),
                };
                let kept = row.iter().zip(1..).filter(|(_, axis)| !squeezed.contains(axis));
                squeezed.iter().all(single).then(|| kept.map(|(length, _)| *length).collect())
            }
            "Unsqueeze" => {
                let axes = self.asked()?;
                let mut new = places(axes.clone(), dimensions.checked_add(axes.len())?)?;
                new.sort_unstable();
                let mut row = row.to_vec();
                for axis in new {
                    let axis = axis.checked_sub(1).filter(|axis| *axis <= row.len())?;
                    row.insert(axis, Some(1));
                }
                Some(row)
            }
            "Transpose" => {
                let order = places(self.asked()?, dimensions)?;
                let [0, others @ ..] = &order[..] else { return None };
                let length = |axis: &usize| row.get(axis.checked_sub(1)?).copied();
                let lengths: Vec<_> = others.iter().map(length).collect::<Option<_>>()?;
                let long = others.iter().zip(&lengths).filter(|(_, length)| **length != Some(1));
                let in_order = long.map(|(axis, _)| axis).is_sorted();
                (in_order && lengths.len() == row.len()).then_some(lengths)
            }
            _ => None,
        }
    }

    /// The shape, the axes or the order that the node asks for, if they are constants.
    pub(crate) fn asked(self) -> Option<Vec<i64>> {
        let attribute = ["perm", "axes", "axis"].iter().find_map(|name| self.node.attribute(name));
        let input = || self.graph.source_of_input(self.node, 1).ok()?.constant();
        attribute.map(Constant::attribute).or_else(input)?.whole_numbers(MOST_DIMENSIONS)
    }

    /// The dimensions of a row after a `Reshape`.
    fn reshaped(self) -> Option<Vec<Option<usize>>> {
        let Self { graph, node, rows, row, is_last } = self;
        let zero_is_length = node.flag("allowzero");
        let lengths = self.lengths(graph.source_of_input(node, 1).ok()?, &mut 0)?;
        // skl2onnx reshapes the outputs of a regressor to one column, even with several targets.
        if is_last && matches!(lengths[..], [Number(-1), Number(1)]) {
            return Some(row.to_vec());
        }
        let (first, others) = lengths.split_first()?;
        let inferred = others.iter().position(|length| matches!(length, Number(-1)));
        let length = |(axis, length): (usize, &Length)| match *length {
            Number(-1) if inferred == Some(axis) => Some(Some(1)),
            Number(0) if !zero_is_length => row.get(axis).copied(),
            Number(length) => usize::try_from(length).ok().map(Some),
            Rows | Unknown => None,
        };
        let mut reshaped: Vec<_> = others.iter().enumerate().map(length).collect::<Option<_>>()?;
        let (count, others) = (elements(row), elements(&reshaped));
        if let Some(length) = inferred.and_then(|axis| reshaped.get_mut(axis)) {
            *length = match (count, others?) {
                (Some(count), others) => count.checked_div(others),
                (None, 1) => None,
                _ => return None,
            };
        }
        let keeps_rows = match *first {
            Rows => true,
            Number(0) => !zero_is_length,
            Number(-1) => inferred.is_none(),
            Unknown => false,
            Number(number) => rows.is_some() && usize::try_from(number).ok() == rows,
        };
        (keeps_rows && count.is_none_or(|count| elements(&reshaped) == Some(count)))
            .then_some(reshaped)
    }

    /// The lengths in a shape: a constant, or computed from the shape of a value.
    fn lengths(self, shape: ValueSource<'a>, steps: &mut usize) -> Option<Vec<Length>> {
        *steps += 1;
        let node = match shape {
            ValueSource::Constant(constant) => {
                let numbers = constant.whole_numbers(MOST_DIMENSIONS)?;
                return Some(numbers.into_iter().map(Number).collect());
            }
            ValueSource::Node(node) if *steps <= MOST_STEPS => node,
            _ => return None,
        };
        let input = |input| self.graph.source_of_input(node, input).ok();
        match node.operator() {
            "Shape" => {
                let of = self.graph.source_of_input(self.node, 0).ok()?;
                let row = if input(0)?.is(of) { self.row } else { &[None; MOST_DIMENSIONS] };
                let number = |length: &Option<usize>| i64::try_from((*length)?).ok().map(Number);
                let mut lengths = vec![Rows];
                lengths.extend(row.iter().map(|length| number(length).unwrap_or(Unknown)));
                let (start, end) = (node.whole_number("start"), node.whole_number("end"));
                part(&lengths, start.unwrap_or(0), end.unwrap_or(i64::MAX))
            }
            "Slice" => {
                let number = |place| input(place)?.constant()?.whole_numbers(1)?.first().copied();
                let whole = node.input(4).is_none() || number(4) == Some(1);
                let lengths = self.lengths(input(0)?, steps).filter(|_| whole)?;
                part(&lengths, number(1)?, number(2)?)
            }
            "Gather" => {
                let (lengths, chosen) =
                    (self.lengths(input(0)?, steps)?, self.lengths(input(1)?, steps)?);
                let length = |index: &Length| match *index {
                    Number(index) => lengths.get(place(index, lengths.len())?).copied(),
                    Rows | Unknown => None,
                };
                chosen.iter().map(length).collect()
            }
            "Concat" => {
                let mut lengths = Vec::new();
                for part in 0..node.inputs().count().min(MOST_STEPS) {
                    lengths.extend(self.lengths(input(part)?, steps)?);
                }
                Some(lengths)
            }
            "Cast" | "Unsqueeze" | "Squeeze" => self.lengths(input(0)?, steps),
            _ => None,
        }
    }
}

/// The lengths from one place up to another; both count from the end if they are negative.
fn part(lengths: &[Length], start: i64, end: i64) -> Option<Vec<Length>> {
    let count = i64::try_from(lengths.len()).ok()?;
    let place = |at: i64| at.saturating_add(if at < 0 { count } else { 0 }).clamp(0, count);
    let (start, end) = (usize::try_from(place(start)).ok()?, usize::try_from(place(end)).ok()?);
    Some(lengths.get(start..end).unwrap_or_default().to_vec())
}

/// The place of an axis, which counts from the end if it is negative.
pub(crate) fn place(axis: i64, dimensions: usize) -> Option<usize> {
    let from_end = axis.checked_add(i64::try_from(dimensions).ok()?)?;
    let place = usize::try_from(if axis < 0 { from_end } else { axis }).ok()?;
    (place < dimensions).then_some(place)
}
