//! The file of a table: CSV, or Parquet if its name ends in `.parquet`.

use densely::{Error, Table, data::CsvFormat};
use std::io;
use std::path::Path;

/// Whether a file is of Parquet.
pub fn is_parquet(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

/// Reads a table into memory. How lines are written concerns CSV files alone.
pub fn read(format: CsvFormat, file: &Path) -> Result<Table, Error> {
    if !is_parquet(file) {
        return format.read(file);
    }
    let rows = rows(file).map_err(|source| Error::Io { file: file.into(), source })?;
    as_csv(format).parse(rows, &file.display().to_string())
}

/// Opens a table of Parquet whose rows stay in the file.
pub fn open_parquet(format: CsvFormat, file: &Path) -> Result<Table, Error> {
    let path = file.to_owned();
    as_csv(format).open_with(move || rows(&path), &file.display().to_string())
}

fn as_csv(format: CsvFormat) -> CsvFormat {
    format.separator(b',').skip_lines(0).with_header().encoding("utf-8")
}

#[cfg(feature = "parquet")]
fn rows(file: &Path) -> io::Result<crate::parquet::Csv> {
    crate::parquet::Csv::open(file)
}

#[cfg(not(feature = "parquet"))]
fn rows(_: &Path) -> io::Result<io::Empty> {
    let remedy =
        "this program is without Parquet; `cargo install` with `--features parquet` has it";
    Err(io::Error::other(remedy))
}
