//! The metadata of a model: what its graph cannot hold.
//!
//! One entry with the key `densely` holds JSON: the schema, dropout, and the activations with every
//! digit of their α. A constant of the graph keeps only the digits of the network's type.

use crate::refusal::refused;
use crate::wire::Fields;
use densely::activation::AnyActivation;
use densely::schema::Schema;
use densely::{Float, Mlp, Result};
use serde::{Deserialize, Serialize};

/// The key of the entry, and the name of its format.
pub(crate) const FORMAT: &str = "densely";

/// The newest version of the entry. Every older version can be read.
const VERSION: u32 = 1;

/// Layers of a network.
pub(crate) const MOST_LAYERS: usize = 1_000;

/// Names of columns, categories, targets and classes.
const MOST_NAMES: usize = 1 << 16;

/// JSON values as [`values`] counts them: up to six for a name, as in
/// `{"name":"x","categories":[]}`, and up to seven for a layer.
const MOST_VALUES: usize = 6 * MOST_NAMES + 7 * MOST_LAYERS + 100;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metadata {
    format: String,
    version: u32,
    /// The version of the crate that wrote the file.
    library: String,
    /// The type of the numbers.
    precision: String,
    layers: Vec<LayerMetadata>,
    pub(crate) schema: Schema,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LayerMetadata {
    /// The activation's name, with its α in brackets if it has one.
    activation: String,
    bias: bool,
    /// For further training; predictions do not depend on it.
    #[serde(default, skip_serializing_if = "is_zero")]
    dropout: f64,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

impl Metadata {
    /// The metadata of a network whose activations are all built in.
    pub(crate) fn of<F: Float>(net: &Mlp<F>) -> Self {
        let layers = net.layers().iter().map(|layer| LayerMetadata {
            activation: layer.activation().to_string(),
            bias: layer.bias().is_some(),
            dropout: layer.dropout(),
        });
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            library: env!("CARGO_PKG_VERSION").to_owned(),
            precision: F::NAME.to_owned(),
            layers: layers.collect(),
            schema: net.schema().clone(),
        }
    }

    /// The metadata of a model; `None` if it has none that can be read.
    pub(crate) fn read<F: Float>(model: Fields<'_>) -> Option<Self> {
        let json = model.all_messages(14).find(|entry| entry.text(1) == FORMAT)?.text(2);
        if values(json) > MOST_VALUES {
            return None;
        }
        let metadata: Self = serde_json::from_str(json).ok()?;
        let known = metadata.format == FORMAT && (1..=VERSION).contains(&metadata.version);
        let fits = metadata.precision == F::NAME && metadata.check_size().is_ok();
        (known && fits).then_some(metadata)
    }

    /// The JSON; too large a text, which [`read`](Self::read) would refuse, is an error.
    pub(crate) fn to_json(&self) -> Result<String> {
        self.check_size()?;
        let json = serde_json::to_string(self).map_err(refused)?;
        match values(&json) {
            count if count > MOST_VALUES => Err(refused("the schema has too many values")),
            _ => Ok(json),
        }
    }

    fn check_size(&self) -> Result<()> {
        let (layers, schema) = (self.layers.len(), &self.schema);
        let columns = schema.columns.iter().map(|column| 1 + column.categories.len());
        let names = columns.sum::<usize>() + schema.targets.len() + schema.classes.len();
        if layers > MOST_LAYERS {
            return Err(refused(format!("{layers} layers, a file holds up to {MOST_LAYERS}")));
        }
        if names > MOST_NAMES {
            return Err(refused(format!("{names} names, a file holds up to {MOST_NAMES}")));
        }
        Ok(())
    }

    /// The activation and the dropout of each layer; `None` if the graph does not have these
    /// layers: the same activations, with the same α in the network's precision.
    pub(crate) fn layers<'l, F: Float>(
        &self,
        of_graph: impl ExactSizeIterator<Item = &'l AnyActivation<F>>,
    ) -> Option<Vec<(AnyActivation<F>, f64)>> {
        let rounded = |activation: &AnyActivation<F>| {
            let (kind, alpha) = kind_and_alpha(&activation.name()?);
            Some((kind, alpha.map(F::from_f64)))
        };
        let ends = self.layers.len() == of_graph.len() && self.layers.last()?.dropout == 0.0;
        let layers = self.layers.iter().zip(of_graph).map(|(layer, of_graph)| {
            let activation = layer.activation.parse().ok()?;
            let fits = rounded(&activation) == rounded(of_graph);
            (fits && (0.0..1.0).contains(&layer.dropout)).then_some((activation, layer.dropout))
        });
        layers.collect::<Option<_>>().filter(|_| ends)
    }
}

/// The parts of an activation's name: `elu(0.5)` is `elu` with α = 0.5.
pub(crate) fn kind_and_alpha(name: &str) -> (String, Option<f64>) {
    match name.strip_suffix(')').and_then(|name| name.split_once('(')) {
        Some((kind, alpha)) => (kind.to_owned(), alpha.parse().ok()),
        None => (name.to_owned(), None),
    }
}

/// An upper bound of the number of values in JSON, names of fields included, before any memory is
/// allocated for them: each value begins the text or follows `[`, `{`, `,` or `:`.
fn values(json: &str) -> usize {
    let (mut count, mut in_text, mut escaped) = (1, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' | b',' | b':' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}
