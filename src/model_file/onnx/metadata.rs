//! What a graph cannot say: an α of more digits than an `f32` has, and dropout. It stands in the model's metadata, as JSON under the key `densely`.

use super::damaged;
use super::wire::Message;
use crate::{AnyActivation, Float, Mlp, Result};
use serde::{Deserialize, Serialize};

pub(super) const KEY: &str = "densely";

/// A thousand layers need fewer bytes.
const MOST_BYTES: usize = 1 << 17;

#[derive(Serialize, Deserialize)]
struct Network {
    layers: Vec<Layer>,
}

#[derive(Serialize, Deserialize)]
struct Layer {
    activation: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    dropout: f64,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// The JSON of a network whose activations have these names.
pub(super) fn of<F: Float>(network: &Mlp<F>, names: &[String]) -> Result<String> {
    let layers = network
        .layers()
        .iter()
        .zip(names)
        .map(|(layer, name)| Layer { activation: name.clone(), dropout: layer.dropout() });
    serde_json::to_string(&Network { layers: layers.collect() }).map_err(damaged)
}

/// What is said of each layer: its activation and dropout; `None` where nothing is, or nothing that can be read.
pub(super) fn read<F: Float>(model: Message<'_>) -> Option<Vec<(AnyActivation<F>, f64)>> {
    let json = model.all_messages(14).find(|entry| entry.text(1) == KEY)?.text(2);
    let json = (json.len() <= MOST_BYTES).then_some(json)?;
    let network: Network = serde_json::from_str(json).ok()?;
    let layers = network.layers.into_iter().map(|layer| {
        let dropout = Some(layer.dropout).filter(|dropout| (0.0..1.0).contains(dropout))?;
        Some((AnyActivation::named(&layer.activation)?, dropout))
    });
    layers.collect()
}

/// Whether both are the same function of numbers of type `F`.
pub(super) fn agree<F: Float>(one: &AnyActivation<F>, other: &AnyActivation<F>) -> bool {
    let parts = |activation: &AnyActivation<F>| {
        let name = activation.name()?;
        Some(match name.strip_suffix(')').and_then(|name| name.split_once('(')) {
            Some((name, alpha)) => (name.to_owned(), alpha.parse().ok().map(F::from_f64)),
            None => (name, None),
        })
    };
    parts(one) == parts(other)
}
