//! Reads the network in a file.

use crate::budget::Budget;
use crate::classifier;
use crate::external::ExternalFiles;
use crate::graph::Graph;
use crate::metadata::Metadata;
use crate::reader::Reader;
use crate::refusal::refused;
use crate::wire::Fields;
use densely::{Float, Mlp, Result};
use std::ops::RangeInclusive;

/// The versions of the format that are read; a file may leave out its version.
const IR_VERSIONS: RangeInclusive<i64> = 1..=14;
/// The versions of ONNX's own operators.
const OPERATORS: RangeInclusive<i64> = 7..=28;

/// The network in the bytes of a file, whose tensors may be in other files.
pub(crate) fn network<F: Float>(bytes: &[u8], files: &ExternalFiles<'_>) -> Result<Mlp<F>> {
    let model = Fields::new(bytes)?;
    let operators = model.all_messages(8).find(|set| matches!(set.text(1), "" | "ai.onnx"));
    let operators = operators.and_then(|set| set.number(2));
    for (what, found, read) in
        [("IR", model.number(1), IR_VERSIONS), ("opset", operators, OPERATORS)]
    {
        if let Some(found) = found.filter(|found| !read.contains(found)) {
            let (first, last) = read.into_inner();
            return Err(refused(format!(
                "{what} version {found} is not read; versions {first} to {last} are"
            )));
        }
    }
    let graph = model.bytes(7).ok_or_else(|| refused("there is no graph in it"))?;
    let graph = Graph::new::<F>(Fields::new(graph)?, files)?;
    let (outputs, of_two_classes) = classifier::outputs(&graph)?;
    let budget = Budget::new(bytes.len().saturating_add(files.bytes()));
    let net = Reader::<F>::network(&graph, outputs, budget, Metadata::read::<F>(model))?;
    let count = net.outputs();
    if of_two_classes && count != 1 {
        let reason = "the graph joins 1 - p and p, where p has";
        return Err(refused(format!("{reason} {count} columns instead of one")));
    }
    Ok(net)
}
