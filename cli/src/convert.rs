//! Converts a CSV file, which may be larger than memory, to a folder of `.npy` files for
//! `Dataset::open_shards`.

mod new_folder;

use crate::aligned::named;
use crate::command_line::{self, count};
use crate::table::{Columns, FileForm, remedies};
use crate::training::Task;
use crate::{input, output_names, table_file};
use clap::Args;
use densely::data::CsvFormat;
use densely::{Error, Table, error::Remedy};
use indicatif::{DecimalBytes, HumanCount, ProgressBar};
use new_folder::NewFolder;
use std::error::Error as AnyError;
use std::fs::{self, File};
use std::io::Error as IoError;
use std::path::{Path, PathBuf};
use std::time::Instant;

const EXAMPLES: &str = "\
Examples:
  densely convert large.csv --target mpg --output shards
  densely convert digits.csv --target digit --task multiclass --output digits";

/// Converts a CSV file, which may be larger than memory, to a folder of .npy files
///
/// Every cell must have a value: a blank one is an error.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = EXAMPLES)]
pub struct Options {
    /// CSV file; every column but the target is a feature
    data: PathBuf,
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    target: String,
    /// What the target is [default: as with `densely train`]
    #[arg(long, value_enum)]
    task: Option<Task>,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    form: FileForm,
    /// Folder to write: a new one, or an empty one
    #[arg(long, value_name = "FOLDER")]
    output: PathBuf,
    /// Rows in each pair of files [default: as many as fit into 24 MB]. Writing a pair takes twice
    /// its size in memory
    #[arg(long, value_name = "N", value_parser = count)]
    rows_per_shard: Option<usize>,
}

/// The default size of a shard.
const SHARD_BYTES: usize = 24_000_000;

/// Returns the summary.
pub fn run(options: &Options) -> Result<String, Box<dyn AnyError>> {
    convert(options).map_err(|error| match error.downcast_ref() {
        Some(Error::Table(of_table)) if of_table.remedies() == [Remedy::WithMissing] => {
            format!("{of_table}; {NO_MISSING}").into()
        }
        _ => error,
    })
}

/// Files of `.npy` cannot hold them.
const NO_MISSING: &str = "a conversion takes no missing values: --without leaves the column out";

fn convert(options: &Options) -> Result<String, Box<dyn AnyError>> {
    let started = Instant::now();
    let file = &input::find(&options.data);
    let metadata = regular_file(file)?;
    let folder = NewFolder::at(&options.output)?;
    let template = "{msg:9} {wide_bar} {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left";
    let bar = command_line::progress(metadata.len(), false, template);

    bar.set_message("columns");
    let format = options.columns.format(options.form.format());
    let table = options.columns.leave_out(options.columns.tell(open(file, format, &bar)?)?)?;
    bar.set_message("values");
    let task = options.task.map_or_else(|| Task::of_column(&table, &options.target), Ok)?;
    let stream = table.stream::<f32>(task.target(&options.target))?;
    let report = remedies::in_report(&stream.report().to_string());
    bar.suspend(|| command_line::tell(&report));
    bar.set_message("shards");
    let row_bytes = size_of::<f32>() * (stream.features() + stream.outputs());
    let rows = options.rows_per_shard.unwrap_or((SHARD_BYTES / row_bytes).max(1));
    let mut shards = 0;
    for data in stream.chunks(rows) {
        data?.save_shard(folder.path(), shards)?;
        shards += 1;
    }
    let now = regular_file(file)?;
    if (now.len(), now.modified().ok()) != (metadata.len(), metadata.modified().ok()) {
        return Err(Error::ChangedFile { file: file.display().to_string() }.into());
    }
    let written = bytes_in(folder.path())?;
    folder.finish().map_err(|error| format!("{}: {error}", options.output.display()))?;
    bar.finish_and_clear();

    let seconds = started.elapsed().as_secs_f64();
    let (read, schema) = (metadata.len(), stream.schema());
    let most = HumanCount(rows.min(stream.rows()) as u64);
    let lines = [
        ("rows", HumanCount(stream.rows() as u64).to_string()),
        ("features", stream.features().to_string()),
        ("outputs", stream.outputs().to_string()),
        ("shards", format!("{shards}, of up to {most} rows")),
        ("bytes", format!("{} from {}", DecimalBytes(written), DecimalBytes(read))),
        ("time", format!("{seconds:.2} s, {}/s", DecimalBytes((read as f64 / seconds) as u64))),
        ("saved", options.output.display().to_string()),
    ];
    let target = schema.targets.join(", ");
    let title = output_names::title(file.display(), &target, &schema.classes);
    Ok(format!("{title}\n\n{}", named(lines)))
}

/// Opens the table. The bar moves whenever the file is read.
fn open(file: &Path, format: CsvFormat, bar: &ProgressBar) -> Result<Table, Error> {
    if table_file::is_parquet(file) {
        bar.finish_and_clear();
        return table_file::open_parquet(format, file);
    }
    if file.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz")) {
        // The bar counts the bytes of the table, and the file has fewer.
        bar.finish_and_clear();
        return format.open(file);
    }
    let (path, bar) = (file.to_owned(), bar.clone());
    let open = move || {
        bar.set_position(0);
        Ok(bar.wrap_read(File::open(&path)?))
    };
    format.open_with(open, &file.display().to_string())
}

/// The file is read several times, so it must not be a pipe.
fn regular_file(file: &Path) -> Result<fs::Metadata, Error> {
    let checked = fs::metadata(file).and_then(|metadata| match metadata.is_file() {
        true => Ok(metadata),
        false => Err(IoError::other("not a regular file")),
    });
    checked.map_err(|source| Error::Io { file: file.into(), source })
}

fn bytes_in(folder: &Path) -> std::io::Result<u64> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}
