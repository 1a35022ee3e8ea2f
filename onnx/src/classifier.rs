//! What stands behind the network in a classifier as skl2onnx writes it: labels and dictionaries made of the probabilities.

use crate::graph::{Graph, Source};
use crate::refusal::{refused, short};
use densely::Float;
use densely::Result;

/// So many nodes lead from a classifier's probabilities to its labels, or fewer.
const MOST_STEPS: usize = 8;

/// Where the graph's outputs come from; those of a classifier are its probabilities, which its labels are made of too.
///
/// Of two classes only the second one's probability is put out by the network: where the graph makes two columns of it, 1 - p and p, that is p.
pub(crate) fn outputs<'a, F: Float>(graph: &Graph<'a>) -> Result<Source<'a>> {
    let end = graph.nodes().len();
    let mut sources = Vec::new();
    for name in graph.outputs().take(MOST_STEPS) {
        let source = graph.source(name, end)?;
        sources.push(match operator(graph, source) {
            "ZipMap" => before(graph, source, 0)?,
            _ => source,
        });
    }
    let labels = |source: &Source<'a>| predicted_from(graph, *source);
    let mut probabilities = sources.iter().filter(|source| labels(source).is_none());
    let (Some(&output), None) = (probabilities.next(), probabilities.next()) else {
        let names: Vec<_> = graph.outputs().take(MOST_STEPS).map(short).collect();
        let count = graph.outputs().count();
        return Err(refused(format!("the graph has {count} outputs ({names:?}), a network one")));
    };
    if sources.iter().filter_map(labels).any(|source| !source.is(output)) {
        return Err(refused("the graph's labels are not those of its probabilities"));
    }
    Ok(second_of_two::<F>(graph, output).unwrap_or(output))
}

fn operator<'a>(graph: &Graph<'a>, source: Source<'a>) -> &'a str {
    match source {
        Source::Node(index) => graph.node(index).map_or("", |node| node.operator()),
        _ => "",
    }
}

fn before<'a>(graph: &Graph<'a>, source: Source<'a>, input: usize) -> Result<Source<'a>> {
    match source {
        Source::Node(index) => graph.source_of_input(index, input),
        _ => Ok(source),
    }
}

/// The probabilities that labels are chosen by; `None` if it is no label.
fn predicted_from<'a>(graph: &Graph<'a>, label: Source<'a>) -> Option<Source<'a>> {
    let mut source = label;
    for _ in 0..MOST_STEPS {
        source = match operator(graph, source) {
            "ArgMax" | "Binarizer" => {
                let chosen = before(graph, source, 0).ok()?;
                return Some(chosen);
            }
            "Cast" | "Reshape" => before(graph, source, 0).ok()?,
            "ArrayFeatureExtractor" => before(graph, source, 1).ok()?,
            _ => return None,
        };
    }
    None
}

/// p, where the source is made of 1 - p and p.
fn second_of_two<'a, F: Float>(graph: &Graph<'a>, source: Source<'a>) -> Option<Source<'a>> {
    if operator(graph, source) != "Concat" {
        return None;
    }
    let (first, second) = (before(graph, source, 0).ok()?, before(graph, source, 1).ok()?);
    let one = match (operator(graph, first), before(graph, first, 0).ok()?) {
        ("Sub", Source::Constant(tensor)) => tensor.scalar::<F>()?,
        _ => return None,
    };
    (one == 1.0 && before(graph, first, 1).ok()?.is(second)).then_some(second)
}
