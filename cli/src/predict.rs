//! Predicts the rows of a CSV file by a saved network: finds the columns that it was trained on by
//! their names, and prints CSV.

use crate::command_line;
use crate::input;
use crate::names::{self, Names};
use crate::network::Network;
use crate::output_names;
use crate::table::{FileForm, Missing};
use crate::table_file;
use clap::{Args, ValueEnum};
use densely::metrics::predicted_classes;
use densely::{Float, Mlp, PredictBuffers, Table};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, concatenate};
use std::error::Error as AnyError;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

const EXAMPLES: &str = "\
Examples:
  densely predict cars-mpg.safetensors new.csv > predicted.csv
  densely predict cars-mpg.safetensors new.csv --keep name,mpg";

/// Predicts the rows of a table by a saved network, and prints CSV
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Network, as `densely train` saves it
    model: PathBuf,
    /// CSV file, or a Parquet file if the program was built with it; columns are found by their
    /// names, in any order, and others are not looked at
    data: PathBuf,
    /// Columns of the data to print before the predictions; a name with a comma in it stands in
    /// quotation marks
    #[arg(long, value_name = "COLUMN,…", value_parser = Names::parse)]
    keep: Vec<Names>,
    /// What is done with missing values
    #[arg(long, value_enum, default_value_t = Missing::Take)]
    missing: Missing,
    /// What is done with categories that no training row had
    #[arg(long, value_enum, default_value_t = Unknown::Take)]
    unknown: Unknown,
    /// For a network that is the mean of several: print beside each number or probability the
    /// standard deviation of their outputs
    #[arg(long)]
    spread: bool,
    #[command(flatten)]
    form: FileForm,
}

/// What is done with categories that no training row had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Unknown {
    /// They are none of the categories; a line on stderr tells which
    Take,
    /// They are an error
    Refuse,
}

/// Its name and its cells.
type PrintedColumn = (String, Vec<String>);

/// Returns the predictions as CSV.
pub fn run(options: &Options) -> Result<String, Box<dyn AnyError>> {
    let (network, file) =
        (Network::load(&input::find(&options.model))?, input::find(&options.data));
    let mut table = table_file::read(options.form.format(), &file)?;
    if options.missing == Missing::Take {
        table = table.with_missing();
    }
    if options.unknown == Unknown::Take {
        table = table.with_unknown();
    }
    let mut columns = Vec::new();
    // No name may occur twice.
    let has = |columns: &[PrintedColumn], name: &str| columns.iter().any(|of| of.0 == name);
    for name in names::all(&options.keep) {
        if !has(&columns, name) {
            columns.push((name.to_owned(), table.text(name)?));
        }
    }
    let predictions = match network {
        Network::F32(net) => predictions(&net, &table, &file, options.spread)?,
        Network::F64(net) => predictions(&net, &table, &file, options.spread)?,
    };
    for (mut name, cells) in predictions {
        // The target may be kept, to compare the predictions with it.
        while has(&columns, &name) {
            name.insert_str(0, "predicted ");
        }
        columns.push((name, cells));
    }
    csv(&columns)
}

/// The columns to be printed: each target, or for a classifier the class and the probability of
/// each; beside each number the ends of its interval and its spread.
fn predictions<F: Float>(
    net: &Mlp<F>,
    table: &Table,
    file: &Path,
    with_spread: bool,
) -> Result<Vec<PrintedColumn>, Box<dyn AnyError>> {
    let (inputs, report) = table.inputs_and_report(net)?;
    command_line::tell(&report.to_string());
    let (mut outputs, mut spread) = match with_spread {
        true => {
            net.predict_with_spread(inputs.view()).map(|[mean, spread]| (mean, Some(spread)))?
        }
        false => (predicted(net, inputs.view())?, None),
    };
    check(inputs.view(), outputs.view(), file)?;
    let classes = predicted_classes(outputs.view())?;
    let is_classifier = !net.classes().is_empty();
    let interval = net.interval().filter(|_| !is_classifier);
    let ends = interval.map(|_| net.interval_around(inputs.view(), outputs.view())).transpose()?;
    if outputs.ncols() == 1 && is_classifier {
        // A single output is the probability of the second class.
        outputs = concatenate![Axis(1), outputs.mapv(|p| F::one() - p), outputs];
        spread = spread.map(|spread| concatenate![Axis(1), spread, spread]);
    }
    let ends = ends.into_iter().flat_map(|[low, high]| [("low", low), ("high", high)]);
    let beside: Vec<_> = ends.chain(spread.map(|spread| ("spread", spread))).collect();
    let (mut columns, names) = match net.classes() {
        [] => (Vec::new(), output_names::targets(net.schema(), outputs.ncols())),
        names => {
            let target = net.schema().targets.first().map_or("class", String::as_str);
            let classes = classes.iter().map(|&class| names[class].clone());
            let names = names.iter().map(|class| format!("P({class})"));
            (vec![(target.to_owned(), classes.collect())], names.collect())
        }
    };
    for (name, place) in names.into_iter().zip(0..) {
        let cells = |of: &Array2<F>| of.column(place).iter().map(F::to_string).collect();
        columns.push((name.clone(), cells(&outputs)));
        let beside = beside.iter();
        columns.extend(beside.map(|(end, of)| (format!("{name}.{end}"), cells(of))));
    }
    Ok(columns)
}

/// The outputs for these rows, computed on all processors.
///
/// # Errors
///
/// As `Mlp::predict`.
pub fn predicted<F: Float>(net: &Mlp<F>, inputs: ArrayView2<'_, F>) -> densely::Result<Array2<F>> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let mut outputs = Array2::zeros((inputs.nrows(), net.outputs()));
    net.predict_into(inputs, outputs.view_mut(), &mut PredictBuffers::new().threads(threads))?;
    Ok(outputs)
}

/// Refuses rows without a prediction.
pub fn check<F: Float>(
    inputs: ArrayView2<'_, F>,
    outputs: ArrayView2<'_, F>,
    file: &Path,
) -> Result<(), String> {
    let is_nan = |row: ArrayView1<'_, F>| row.iter().any(|number| number.is_nan());
    let Some(row) = outputs.rows().into_iter().position(is_nan) else { return Ok(()) };
    let why = match is_nan(inputs.row(row)) {
        true => "it has a blank cell, and the network has no units, whose centres stand for blanks",
        false => "the weights of the network, or numbers in the row, are too large",
    };
    let (file, row) = (file.display(), row + 1);
    Err(format!("{file}: row {row} has no prediction (NaN): {why}"))
}

fn csv(columns: &[PrintedColumn]) -> Result<String, Box<dyn AnyError>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|(name, _)| name))?;
    for row in 0..columns.first().map_or(0, |(_, cells)| cells.len()) {
        writer.write_record(columns.iter().map(|(_, cells)| &cells[row]))?;
    }
    let text = String::from_utf8(writer.into_inner()?)?;
    Ok(text.trim_end_matches('\n').to_owned())
}
