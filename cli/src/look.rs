//! Shows what a table has, and what `train` will do with it.

use crate::table::{Blanks, Columns, FileForm, remedies};
use crate::table_file;
use crate::training::Task;
use crate::{command_line, input};
use clap::Args;
use densely::data::TableProfile;
use densely::{Error, Table};
use std::error::Error as AnyError;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  densely look cars.csv
  densely look cars.csv --target mpg --category origin";

/// Shows the columns of a table: what each is, and what `densely train` will do with it
///
/// A line for each column: its name, what it is, its smallest and largest value or its most
/// frequent ones, the number of blank cells and of different values, the first cells, and what
/// becomes of it.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = EXAMPLES)]
pub struct Options {
    /// CSV file, or a Parquet file if the program was built with it
    data: PathBuf,
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    blanks: Blanks,
    #[command(flatten)]
    form: FileForm,
    /// Print one JSON object in place of the lines
    #[arg(long)]
    json: bool,
}

/// Returns the profile of the table.
pub fn run(options: &Options) -> Result<String, Box<dyn AnyError>> {
    let format = options.blanks.format(options.columns.format(options.form.format()));
    let table = options.columns.tell(table_file::read(format, &input::find(&options.data))?)?;
    let table = options.blanks.tell(options.columns.leave_out(table)?).without_unusable();
    let mut profile = table.profile()?;
    for column in &mut profile.columns {
        let action = remedies::in_report(&column.action);
        column.action = remedies::in_options(&action, &column.remedies);
        column.remedies.clear();
    }
    if let Some(target) = &options.target {
        tell_target(&table, target, &mut profile)?;
    }
    Ok(if options.json {
        serde_json::to_string(&profile)?
    } else {
        command_line::shown(&profile.to_string())
    })
}

/// Tells of the target what the network learns from it.
fn tell_target(table: &Table, target: &str, profile: &mut TableProfile) -> Result<(), Error> {
    let learned = Task::of_column(table, target)
        .and_then(|task| Ok((task, table.stream::<f32>(task.target(target))?)));
    let Some(column) = profile.columns.iter_mut().find(|column| column.name == target) else {
        // There is no such column.
        return learned.map(drop);
    };
    column.is_error = learned.is_err();
    column.action = match learned {
        Ok((task, stream)) => {
            let classes = match stream.schema().classes.len() {
                0 => String::new(),
                count => format!(", {count} classes"),
            };
            let features = match stream.features() {
                1 => "1 feature".to_owned(),
                features => format!("{features} features"),
            };
            let report = stream.report().columns.iter().find(|column| column.name == target);
            let read_as = report.and_then(|column| column.read_as.as_deref());
            let read_as = read_as.map(|form| format!(", read as {}", remedies::in_report(form)));
            format!(
                "the target: {}{classes}{}; the other columns make {features}",
                task.option(),
                read_as.unwrap_or_default()
            )
        }
        Err(Error::Table(error)) => remedies::in_options(&error.to_string(), &error.remedies()),
        Err(error) => error.to_string(),
    };
    Ok(())
}
