//! Explains a saved network: which columns it needs, how it depends on them, and what moved the
//! prediction of one row.

mod columns;
mod pictures;
mod row;

use crate::command_line::{self, count};
use crate::input;
use crate::network::Network;
use crate::table::FileForm;
use crate::table_file;
use clap::Args;
use densely::{Float, Mlp, Table};
use std::error::Error as AnyError;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  densely explain cars-mpg.safetensors cars.csv
  densely explain cars-mpg.safetensors cars.csv --plot pictures
  densely explain cars-mpg.safetensors cars.csv --row 17";

/// Explains what a saved network looks at
///
/// Without --row: by how much the network's error rises if the cells of a column are shuffled among
/// the rows. Best are rows that the network did not learn from. With --row: by how much each column
/// moved the prediction of this row from the mean prediction of up to 100 rows of the same file
/// (Shapley values).
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Network, as `densely train` saves it
    model: PathBuf,
    /// CSV file, or a Parquet file if the program was built with it; with the target, unless --row
    /// is given
    data: PathBuf,
    /// Column with the target, if the network does not know its name or it has another one here
    #[arg(long, value_name = "COLUMN", conflicts_with = "row")]
    target: Option<String>,
    /// Explain the prediction of this row, counted from 1
    #[arg(long, value_name = "NUMBER", value_parser = count)]
    row: Option<usize>,
    /// How often each column is shuffled
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = count, conflicts_with = "row")]
    repeats: usize,
    /// Seed of what is drawn by chance
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Draw the importances, and the dependence on the most important columns, into this folder, as
    /// SVG
    #[arg(long, value_name = "FOLDER", conflicts_with = "row")]
    plot: Option<PathBuf>,
    /// Print one JSON object in place of the table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    form: FileForm,
}

/// Returns the explanation.
pub fn run(options: &Options) -> Result<String, Box<dyn AnyError>> {
    let net = Network::load(&input::find(&options.model))?;
    let file = input::find(&options.data);
    let table = table_file::read(options.form.format(), &file)?.with_missing().with_unknown();
    match net {
        Network::F32(net) => options.explain(net, &table, &file),
        Network::F64(net) => options.explain(net, &table, &file),
    }
}

impl Options {
    fn explain<F: Float>(
        &self,
        mut net: Mlp<F>,
        table: &Table,
        file: &Path,
    ) -> Result<String, Box<dyn AnyError>> {
        if let Some(number) = self.row {
            let (inputs, report) = table.inputs_and_report(&net)?;
            command_line::tell(&report.to_string());
            let row = row::Row::of(&net, table, (inputs.view(), file), number, self.seed)?;
            return Ok(if self.json { row.json() } else { row.text() });
        }
        if let Some(target) = &self.target {
            net.set_schema(net.schema().clone().with_targets([target]))?;
        }
        let (data, report) = table.dataset_for_and_report(&net)?;
        command_line::tell(&report.to_string());
        self.plot.as_deref().map_or(Ok(()), pictures::check)?;
        let columns = columns::Columns::of(&net, &data, self.repeats, self.seed)?;
        let mut text = if self.json { columns.json()? } else { columns.text() };
        if let Some(folder) = &self.plot {
            let drawn = pictures::draw(folder, &columns)?;
            if !self.json {
                text.push_str(&format!("\n\npictures  {drawn}"));
            }
        }
        Ok(text)
    }
}
