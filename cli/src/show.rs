//! Shows what is in the file of a network.

use crate::aligned::lines;
use crate::network::Network;
use crate::rounded::{interval, rounded};
use crate::{command_line, input};
use clap::Args;
use densely::{Dense, Error, Float, Mlp, schema::Schema, units::Units};
use safetensors::SafeTensors;
use serde::Deserialize;
use std::error::Error as AnyError;
use std::fs;
use std::path::{Path, PathBuf};

const EXAMPLE: &str = "\
Example:
  densely show cars-mpg.safetensors";

/// Shows the layers, columns, classes and units of a saved network
///
/// A column of numbers stands with the centre ± the spread by which the network scales it. The
/// default training takes the median and the distance of the quartiles, a training of your own the
/// mean and the standard deviation. A column of text stands with its categories.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct Options {
    /// Network, as `densely train` saves it
    model: PathBuf,
}

/// Returns the description of the network.
pub fn run(options: &Options) -> Result<String, Box<dyn AnyError>> {
    let file = input::find(&options.model);
    let parts = match Network::load(&file)? {
        Network::F32(net) => parts(&net),
        Network::F64(net) => parts(&net),
    };
    let mut text = vec![file.display().to_string(), String::new()];
    text.extend(aligned("written by", [origin(&file)?]));
    text.extend(parts);
    Ok(command_line::shown(&text.join("\n")))
}

/// Returns the program that wrote the file.
fn origin(file: &Path) -> Result<String, Box<dyn AnyError>> {
    #[derive(Deserialize)]
    struct Origin {
        version: u32,
        library: String,
    }
    let bytes = fs::read(file).map_err(|source| Error::Io { file: file.to_owned(), source })?;
    let (_, header) = SafeTensors::read_metadata(&bytes)?;
    let json = header.metadata().as_ref().and_then(|texts| texts.get("densely"));
    let Origin { version, library } = serde_json::from_str(json.map_or("", String::as_str))?;
    Ok(format!("densely {library}, version {version} of the format"))
}

fn parts<F: Float>(net: &Mlp<F>) -> Vec<String> {
    let schema = net.schema();
    let outputs = match (&schema.targets[..], net.outputs()) {
        ([], 1) => vec!["1 output without a name".to_owned()],
        ([], outputs) => vec![format!("{outputs} outputs without names")],
        ([target], _) if !schema.classes.is_empty() => vec![target.clone()],
        (targets, _) => {
            let units = (0..).map(|output| unit(net.units_out(), output, 0.0));
            lines(&targets.iter().map(|name| [name.clone()]).zip(units).collect::<Vec<_>>())
        }
    };
    let members = (net.members() > 1).then(|| format!("{} networks", net.members()));
    let missing = schema.missing.iter().filter(|word| !word.is_empty());
    let missing = missing.cloned().collect::<Vec<_>>().join(", ");
    let columns = match &schema.columns[..] {
        [] => vec![format!("{} features without names", net.features())],
        _ => columns_of(schema, net.units_in()),
    };
    [
        aligned("precision", [F::NAME.to_owned()]),
        aligned("parameters", [net.parameters().to_string()]),
        aligned("layers", net.layers().iter().map(layer)),
        aligned("mean of", members),
        aligned("columns", columns),
        aligned("missing", (!missing.is_empty()).then(|| format!("also {missing}"))),
        aligned("target", outputs),
        aligned("interval", net.interval().map(|of| interval(of, net.of_errors().is_some()))),
        aligned("classes", schema.classes.iter().cloned()),
    ]
    .concat()
}

/// Puts a name before the first of these lines.
fn aligned(name: &str, lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    names.zip(lines).map(|(name, line)| format!("{name:12}{line}")).collect()
}

fn layer<F: Float>(layer: &Dense<F>) -> String {
    let activation = layer.activation();
    let name = activation.name().unwrap_or_else(|| format!("{activation:?}"));
    let bias = if layer.bias().is_some() { "" } else { ", without bias" };
    let dropout = match layer.dropout() {
        0.0 => String::new(),
        dropout => format!(", dropout {dropout}"),
    };
    format!("{} → {} {name}{bias}{dropout}", layer.inputs(), layer.outputs())
}

/// Describes each column: by its categories, or by centre and spread of its numbers.
fn columns_of(schema: &Schema, units: &Units) -> Vec<String> {
    let described = schema.places().map(|(column, features)| {
        let mut text = match (&column.date, &column.categories[..]) {
            (Some(date), _) => format!("dates in the form {}", date.format),
            (None, [minus, plus]) if column.two => format!("{minus} (-1), {plus} (1)"),
            (None, []) => unit(units, features.start, column.offset),
            (None, categories) => categories.join(", "),
        };
        if column.blanks {
            text.push_str("; may be blank");
        }
        ([column.name.clone()], text)
    });
    lines(&described.collect::<Vec<_>>())
}

/// The centre and the spread of a feature or an output; nothing without units. A feature is its
/// column less an offset, which is added again here.
fn unit(units: &Units, index: usize, offset: f64) -> String {
    let of = |numbers: Option<&[f64]>| numbers.and_then(|numbers| numbers.get(index).copied());
    match (of(units.centres()), of(units.spreads())) {
        (Some(centre), Some(spread)) => {
            format!("{} ± {}", rounded(centre + offset), rounded(spread))
        }
        _ => String::new(),
    }
}
