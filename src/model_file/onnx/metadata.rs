//! What a graph cannot say: names of columns and classes, an α of more digits than an `f32` has, and dropout. It stands in the model's metadata, as in a file of
//! our own.

use super::wire::Message;
use crate::activation::AnyActivation;
use crate::choice::split;
use crate::float::Float;
use crate::model_file::structure::{FORMAT, Layer, Structure};

/// What is said of the network; `None` where nothing is, or nothing that can be read.
pub(super) fn read<F: Float>(model: Message<'_>) -> Option<Structure> {
    let json = model.all_messages(14).find(|entry| entry.text(1) == FORMAT)?.text(2);
    Structure::from_json::<F>(json).ok()
}

/// The activation that is said, if it is the same function of numbers of type `F` as the one that was found in the graph.
pub(super) fn activation<F: Float>(
    said: &Layer,
    found: &AnyActivation<F>,
) -> Option<AnyActivation<F>> {
    let parts = |activation: &AnyActivation<F>| {
        let name = activation.name()?;
        Some(match split(&name) {
            Some((name, alpha)) => (name.to_owned(), alpha.parse().ok().map(F::from_f64)),
            None => (name, None),
        })
    };
    let said: AnyActivation<F> = said.activation.parse().ok()?;
    (parts(&said) == parts(found)).then_some(said)
}
