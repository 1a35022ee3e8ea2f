//! Predicts the rows of a CSV file by a saved network: finds the columns that it was trained on by
//! their names, and prints CSV.
//!
//! `cargo run --release --example predict -- --model m.safetensors --data new.csv`

mod command_line;

use clap::Parser;
use densely::metrics::predicted_classes;
use densely::{Error, Float, Mlp, Table, error::ModelFileError, schema::Schema};
use ndarray::{Array2, Axis, concatenate};
use std::error::Error as AnyError;
use std::path::PathBuf;
use std::process::ExitCode;

/// Predicts the rows of a CSV file by a saved network
#[derive(Debug, Parser)]
struct Options {
    /// Network, as the training programs --save it
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// CSV file with a header; columns are found by their names, in any order, and others are not
    /// looked at
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Columns of the data to print before the predictions; a name with a comma in it stands in
    /// quotation marks
    #[arg(long, value_name = "COLUMN,…", default_value = "", value_parser = names, hide_default_value = true)]
    keep: Names,
}

/// Names of columns.
#[derive(Clone, Debug)]
struct Names(Vec<String>);

/// Parses names in the form of a CSV header.
fn names(text: &str) -> Result<Names, csv::Error> {
    let mut line = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let names = line.records().next().transpose()?.unwrap_or_default();
    Ok(Names(names.iter().map(str::to_owned).collect()))
}

fn main() -> ExitCode {
    command_line::main(Options::try_parse(), |options| {
        let table = Table::read_csv(&options.data)?;
        let mut columns = Vec::new();
        for name in &options.keep.0 {
            columns.push((name.clone(), table.text(name)?));
        }
        let (schema, outputs) = match predict::<f32>(options, &table) {
            Err(Error::InFile { error, .. })
                if matches!(*error, Error::ModelFile(ModelFileError::Precision { .. })) =>
            {
                predict::<f64>(options, &table)?
            }
            predicted => predicted?,
        };
        for (name, cells) in prediction(&schema, &outputs) {
            // No name may occur twice. The target may be kept, to compare the predictions with it.
            let is_kept = options.keep.0.contains(&name);
            columns.push((if is_kept { format!("predicted {name}") } else { name }, cells));
        }
        csv(&columns)
    })
}

/// Returns the schema of the network, and its outputs as text.
fn predict<F: Float>(options: &Options, table: &Table) -> Result<(Schema, Outputs), Error> {
    let net = Mlp::<F>::load(&options.model)?;
    let mut outputs = net.predict(table.inputs_for(&net)?.view())?;
    let classes = predicted_classes(outputs.view())?;
    if outputs.ncols() == 1 && !net.classes().is_empty() {
        // A single output is the probability of the second class.
        outputs = concatenate![Axis(1), outputs.mapv(|p| F::one() - p), outputs];
    }
    Ok((
        net.schema().clone(),
        Outputs { classes, numbers: outputs.mapv(|number| number.to_string()) },
    ))
}

struct Outputs {
    classes: Vec<usize>,
    numbers: Array2<String>,
}

/// The columns to be printed: the target's name, for a classifier the class and then the
/// probability of each.
fn prediction(schema: &Schema, outputs: &Outputs) -> Vec<(String, Vec<String>)> {
    let numbers = outputs.numbers.columns().into_iter().map(|column| column.to_vec());
    if schema.classes.is_empty() {
        let names = (0..outputs.numbers.ncols()).map(|column| match schema.targets.get(column) {
            Some(name) => name.clone(),
            None => format!("y{column}"),
        });
        return names.zip(numbers).collect();
    }
    let target = schema.targets.first().map_or("class", String::as_str);
    let classes = outputs.classes.iter().map(|&class| schema.classes[class].clone());
    let mut columns = vec![(target.to_owned(), classes.collect())];
    columns.extend(schema.classes.iter().map(|class| format!("P({class})")).zip(numbers));
    columns
}

fn csv(columns: &[(String, Vec<String>)]) -> Result<String, Box<dyn AnyError>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|(name, _)| name))?;
    for row in 0..columns.first().map_or(0, |(_, cells)| cells.len()) {
        writer.write_record(columns.iter().map(|(_, cells)| &cells[row]))?;
    }
    let text = String::from_utf8(writer.into_inner()?)?;
    Ok(text.trim_end_matches('\n').to_owned())
}
