//! The end of a classifier of skl2onnx, which makes labels and dictionaries of the probabilities.

use crate::graph::{Graph, ValueSource};
use crate::refusal::{refused, short};
use densely::Result;

/// Nodes between the probabilities and the labels, and outputs of the graph.
const MOST_STEPS: usize = 8;

/// The source of the network's outputs: in a classifier, of the probabilities, from which the
/// labels must come too.
///
/// A network for two classes has one output, the probability p of the second class. If the graph
/// makes two columns of it, 1 - p and p, the source is that of p, and the answer says so.
pub(crate) fn outputs<'a>(graph: &Graph<'a>) -> Result<(ValueSource<'a>, bool)> {
    let mut sources = Vec::new();
    for name in graph.outputs().take(MOST_STEPS) {
        let source = graph.source(name, u32::MAX)?;
        sources.push(match source {
            ValueSource::Node(node) if node.operator() == "ZipMap" => {
                graph.source_of_input(node, 0)?
            }
            _ => source,
        });
    }
    let labels = |source: &ValueSource<'a>| predicted_from(graph, *source);
    let mut probabilities = sources.iter().filter(|source| labels(source).is_none());
    // A graph may give labels alone.
    let output = match (probabilities.next(), probabilities.next()) {
        (Some(output), None) => Some(*output),
        (None, _) => sources.iter().find_map(labels),
        _ => None,
    };
    let output = output.ok_or_else(|| {
        let names: Vec<_> = graph.outputs().take(MOST_STEPS).map(short).collect();
        let count = graph.outputs().count();
        refused(format!("the graph has {count} outputs ({names:?}), a network one"))
    })?;
    let second = second_of_two(graph, output);
    let mut of_two_classes = second.is_some();
    for source in sources.iter().filter_map(labels).filter(|source| !source.is(output)) {
        // Of two labels that are no classes, skl2onnx writes both columns 1 - p, too.
        of_two_classes = false;
        if second.is_none_or(|second| !second.is(source)) {
            return Err(refused("the graph's labels do not come from its probabilities"));
        }
    }
    Ok((second.unwrap_or(output), of_two_classes))
}

/// The source of the probabilities that choose the label; `None` if the value is no label.
fn predicted_from<'a>(graph: &Graph<'a>, label: ValueSource<'a>) -> Option<ValueSource<'a>> {
    let mut source = label;
    for _ in 0..MOST_STEPS {
        let ValueSource::Node(node) = source else { return None };
        let input = |input| graph.source_of_input(node, input).ok();
        source = match node.operator() {
            "ArgMax" | "Binarizer" => return input(0),
            "Cast" | "Reshape" => input(0)?,
            "ArrayFeatureExtractor" => input(1)?,
            _ => return None,
        };
    }
    None
}

/// The source of p, if this value is the two columns 1 - p and p.
fn second_of_two<'a>(graph: &Graph<'a>, source: ValueSource<'a>) -> Option<ValueSource<'a>> {
    let ValueSource::Node(node) = source else { return None };
    let axis = node.whole_number("axis");
    if !matches!((node.operator(), node.inputs().count(), axis), ("Concat", 2, Some(1 | -1))) {
        return None;
    }
    let input = |node, input| graph.source_of_input(node, input).ok();
    let ValueSource::Node(first) = input(node, 0)? else { return None };
    let (one, second) = (input(first, 0)?.constant()?.scalar(graph.element)?, input(node, 1)?);
    let is_complement = first.operator() == "Sub" && one == 1.0 && input(first, 1)?.is(second);
    is_complement.then_some(second)
}
