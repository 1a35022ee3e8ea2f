//! The JSON in a model file: everything of a network but its numbers.

use super::damage::{damaged, start_of};
use super::limits::{MOST_LAYERS, MOST_NAMES, MOST_VALUES, check_values};
use crate::activation::{Activations, AnyActivation};
use crate::error::{ModelFileError, Result};
use crate::{activation::check_own_name, float::Float, mlp::Mlp, schema::Schema, units::Scaling};
use serde::{Deserialize, Serialize};

/// The format's name.
pub(crate) const FORMAT: &str = "densely";

/// The newest version of the format. Files of all older versions are supported.
const VERSION: u32 = 3;

/// The version of a network whose schema has nothing that came with version 3: blanks, columns of
/// -1 and 1, dates, and numbers as people write them. Older versions of the library read it.
const VERSION_OF_SIMPLE_COLUMNS: u32 = 2;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Structure {
    format: String,
    version: u32,
    /// The version of the library that wrote it.
    library: String,
    /// The type of the numbers.
    precision: String,
    pub(crate) layers: Vec<Layer>,
    /// Absent in version 1, whose networks have no units.
    #[serde(default)]
    pub(crate) units_in: Scaling,
    #[serde(default)]
    pub(crate) units_out: Scaling,
    pub(crate) schema: Schema,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layer {
    /// The activation's name, with its parameter in brackets if it has one.
    pub(crate) activation: String,
    pub(crate) bias: bool,
    /// Used only in training.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) dropout: f64,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

/// The fields that every version has.
#[derive(Deserialize)]
struct FormatOrigin {
    format: String,
    version: u32,
    library: String,
}

impl Structure {
    pub(crate) fn of<F: Float>(net: &Mlp<F>) -> Result<Self> {
        net.schema().check(net.features(), net.outputs())?;
        let layers = net.layers().iter().enumerate().map(|(index, layer)| {
            let activation = layer.activation();
            let name = activation.name().ok_or_else(|| ModelFileError::UnnamedActivation {
                layer: index,
                activation: format!("{activation:?}"),
            })?;
            if !activation.is_built_in() {
                check_own_name::<F>(&name)?;
            }
            let (bias, dropout) = (layer.bias().is_some(), layer.dropout());
            Ok(Layer { activation: name, bias, dropout })
        });
        let structure = Self {
            format: FORMAT.to_owned(),
            version: match net.schema().is_newer() {
                true => VERSION,
                false => VERSION_OF_SIMPLE_COLUMNS,
            },
            library: env!("CARGO_PKG_VERSION").to_owned(),
            precision: F::NAME.to_owned(),
            layers: layers.collect::<Result<_>>()?,
            units_in: net.units_in().scaling(),
            units_out: net.units_out().scaling(),
            schema: net.schema().clone(),
        };
        structure.check_size()?;
        Ok(structure)
    }

    pub(crate) fn to_json(&self) -> Result<String> {
        let json = serde_json::to_string(self).map_err(damaged)?;
        // Does not write what `load` would refuse.
        check_values(json.as_bytes(), MOST_VALUES)?;
        Ok(json)
    }

    pub(crate) fn from_json<F: Float>(json: &str) -> Result<Self> {
        let origin: FormatOrigin = serde_json::from_str(json).map_err(damaged)?;
        if origin.format != FORMAT {
            return Err(damaged(format!("the format is {:?}", start_of(&origin.format))));
        }
        if origin.version > VERSION {
            let (version, library) = (origin.version, start_of(&origin.library));
            return Err(ModelFileError::NewerVersion { version, library, known: VERSION }.into());
        }
        if origin.version == 0 {
            return Err(damaged("there is no version 0 of the format"));
        }
        check_values(json.as_bytes(), MOST_VALUES)?;
        let structure: Self = serde_json::from_str(json).map_err(damaged)?;
        if structure.precision != F::NAME {
            let found = start_of(&structure.precision);
            return Err(ModelFileError::Precision { found, expected: F::NAME }.into());
        }
        structure.check_size()?;
        Ok(structure)
    }

    fn check_size(&self) -> Result<()> {
        let (layers, names) = (self.layers.len(), self.schema.names());
        if layers > MOST_LAYERS {
            return Err(damaged(format!("{layers} layers, a file holds up to {MOST_LAYERS}")));
        }
        if names > MOST_NAMES {
            return Err(damaged(format!("{names} names, a file holds up to {MOST_NAMES}")));
        }
        Ok(())
    }

    /// The activation of a layer, by its name.
    pub(crate) fn activation<F: Float>(
        &self,
        layer: usize,
        own: &Activations<F>,
    ) -> Result<AnyActivation<F>> {
        let name = self.layers.get(layer).map_or("", |layer| &layer.activation);
        let unknown = || ModelFileError::UnknownActivation { layer, name: start_of(name) };
        Ok(own.named(name).ok_or_else(unknown)?)
    }
}
