//! Reads the network in a file.

use crate::chain::{self, Link};
use crate::classifier;
use crate::graph::Graph;
use crate::layers::{Affine, Layers};
use crate::metadata::Metadata;
use crate::refusal::{refused, short};
use crate::tensor::{ElementType, FeatureVector};
use crate::wire::Fields;
use densely::{Float, Mlp, Result};

/// The network in the bytes of a file.
pub(crate) fn network<F: Float>(bytes: &[u8]) -> Result<Mlp<F>> {
    let model = Fields::new(bytes)?;
    let graph = model.bytes(7).ok_or_else(|| refused("there is no graph in it"))?;
    let graph = Graph::new::<F>(Fields::new(graph)?)?;
    let outputs = classifier::outputs::<F>(&graph)?;
    chain::check_operators(&graph, outputs)?;
    let (links, inputs) = chain::chain::<F>(&graph, outputs)?;
    let features = check_inputs::<F>(inputs)?;
    let mut layers = Layers::<F>::new(bytes.len());
    for (after, (link, node)) in links.into_iter().enumerate().rev() {
        match link {
            Link::Gemm(gemm) => layers.push_gemm(gemm, node)?,
            Link::Affine(affine, constants) => {
                layers.push_affine(affine, FeatureVector::of_tensor::<F>(constants)?, node)?;
            }
            Link::Scaler(offset, scale) => {
                layers.push_affine(Affine::Subtract, offset, node)?;
                layers.push_affine(Affine::Multiply, scale, node)?;
            }
            Link::Activation(activation) => layers.push_activation(activation, node)?,
            Link::Reshape(columns) => {
                let width = layers.width().or(features).and_then(|width| i64::try_from(width).ok());
                // skl2onnx reshapes the outputs of a regressor to one column, even with several
                // targets.
                let kept = columns == Some(1) && after == 0;
                if columns.is_some_and(|columns| columns != -1 && Some(columns) != width) && !kept {
                    let node = node.described();
                    return Err(refused(format!("{node} changes the number of columns")));
                }
            }
        }
    }
    let network = layers.finish(Metadata::read::<F>(model))?;
    if let Some(features) = features.filter(|&features| features != network.features()) {
        let taken = network.features();
        return Err(refused(format!(
            "inputs of {features} features, the first layer takes {taken}"
        )));
    }
    Ok(network)
}

/// The number of features, if the file has it. The inputs must be rows of numbers of type `F`.
fn check_inputs<F: Float>(inputs: Fields<'_>) -> Result<Option<usize>> {
    let (name, tensor) = (short(inputs.text(1)), inputs.message(2).and_then(|of| of.message(1)));
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
