//! The JSON in a model file: everything of a network but its numbers.

use super::damage::{check, damaged, start_of};
use super::limits::{MOST_NAMES, MOST_VALUES, check_layers, check_values};
use crate::activation::Activations;
use crate::error::{ModelFileError, Result, check::ensure};
use crate::schema::{Schema, is_default};
use crate::{dense::Dense, float::Float, mlp::Mlp, parameter::RateFactors, units::Scaling};
use serde::{Deserialize, Serialize, de::IgnoredAny};

/// The format's name.
pub(crate) const FORMAT: &str = "densely";

/// The newest version of the format. Files of all older versions are supported.
const VERSION: u32 = 3;

/// The version of a network that has nothing that came with version 3: robust units, rate factors,
/// an interval, members; in its schema blanks, columns of -1 and 1, dates, and numbers as people
/// write them. Older versions of the library read it.
const VERSION_OF_STANDARD_UNITS: u32 = 2;

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
    /// How many networks this one is the mean of; 1 if it is no mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) members: Option<usize>,
    pub(crate) schema: Schema,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layer {
    /// The activation's name, with its parameter in brackets if it has one.
    pub(crate) activation: String,
    pub(crate) bias: bool,
    /// Used only in training.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) dropout: f64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) rate_factors: RateFactors,
}

/// The fields that every version has.
#[derive(Deserialize)]
struct FormatOrigin {
    format: String,
    version: u32,
    library: String,
}

/// How many columns there are.
#[derive(Deserialize)]
struct Outline {
    schema: OutlineOfSchema,
}

#[derive(Deserialize)]
struct OutlineOfSchema {
    columns: Vec<IgnoredAny>,
}

impl Structure {
    /// The JSON of this network's structure.
    pub(crate) fn json_of<F: Float>(net: &Mlp<F>) -> Result<String> {
        net.schema().check(net.features(), net.outputs())?;
        net.interval().map_or(Ok(()), |interval| interval.check(net.outputs()))?;
        let layers = net.layers().iter().enumerate().map(|(layer, dense)| {
            let activation = dense.activation();
            let shown = || format!("{activation:?}");
            let unnamed = || ModelFileError::UnnamedActivation { layer, activation: shown() };
            let name = activation.name().ok_or_else(unnamed)?;
            if !activation.is_built_in() {
                Activations::<F>::check_own_name(&name)?;
            }
            let (bias, dropout) = (dense.bias().is_some(), dense.dropout());
            Ok(Layer { activation: name, bias, dropout, rate_factors: dense.rate_factors() })
        });
        let structure = Self {
            format: FORMAT.to_owned(),
            version: if is_newer(net) { VERSION } else { VERSION_OF_STANDARD_UNITS },
            library: env!("CARGO_PKG_VERSION").to_owned(),
            precision: F::NAME.to_owned(),
            layers: layers.collect::<Result<_>>()?,
            units_in: net.units_in().scaling(),
            units_out: net.units_out().scaling(),
            members: Some(net.members()).filter(|&members| members > 1),
            schema: net.schema().clone(),
        };
        // Does not write what `from_json` would refuse.
        structure.check_size()?;
        let json = serde_json::to_string(&structure).map_err(damaged)?;
        check_values(json.as_bytes(), MOST_VALUES)?;
        Ok(json)
    }

    pub(crate) fn from_json<F: Float>(json: &str) -> Result<Self> {
        let FormatOrigin { format, version, library } =
            serde_json::from_str(json).map_err(damaged)?;
        check(format == FORMAT, || format!("the format is {:?}", start_of(&format)))?;
        let (library, known) = (start_of(&library), VERSION);
        ensure(version <= known, || ModelFileError::NewerVersion { version, library, known })?;
        check(version > 0, || "there is no version 0 of the format".to_owned())?;
        check_values(json.as_bytes(), MOST_VALUES)?;
        // Counts the columns before it keeps them: a column takes more memory than its text.
        if let Ok(outline) = serde_json::from_str::<Outline>(json) {
            check_names(outline.schema.columns.len())?;
        }
        let structure: Self = serde_json::from_str(json).map_err(damaged)?;
        let (found, expected) = (start_of(&structure.precision), F::NAME);
        let same = found == expected;
        ensure(same, || ModelFileError::Precision { found, expected })?;
        structure.check_size()?;
        Ok(structure)
    }

    fn check_size(&self) -> Result<()> {
        check_layers(self.layers.len())?;
        check_names(self.schema.names())
    }
}

/// Whether the network has something that versions 1 and 2 do not know.
fn is_newer<F: Float>(net: &Mlp<F>) -> bool {
    net.schema().is_newer()
        || net.interval().is_some()
        || net.members() > 1
        || net.units_in().scaling() == Scaling::Robust
        || net.layers().iter().map(Dense::rate_factors).any(|factors| !is_default(&factors))
}

fn check_names(names: usize) -> Result<()> {
    check(names <= MOST_NAMES, || format!("{names} names, a file holds up to {MOST_NAMES}"))
}
