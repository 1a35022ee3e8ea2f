//! From the bytes of a CSV file to rows of cells, as often as they are asked for.

use super::cell::{abbreviated, is_missing};
use crate::{CellProblem, Error, Result};
use csv::{ByteRecord, ErrorKind, ReaderBuilder, StringRecord, Trim};

/// A column's name, and what is in its cells.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) name: String,
    /// How many cells are numbers, NaN and infinity included.
    numbers: usize,
    /// How many say that a number is missing.
    missing: usize,
}

impl Header {
    /// Whether it is numbers, as far as a feature goes: at least half of its cells are, or all that do not say that one is missing.
    pub(super) fn is_numeric(&self, rows: usize) -> bool {
        2 * self.numbers >= rows || self.is_numeric_throughout(rows)
    }

    /// Whether all of its cells are numbers, but for those that say that one is missing.
    pub(super) fn is_numeric_throughout(&self, rows: usize) -> bool {
        self.numbers > 0 && self.numbers + self.missing >= rows
    }
}

/// The columns, and the number of rows; after this, the file is known to be well-formed.
pub(super) fn scan(bytes: &[u8], file: &str) -> Result<(Vec<Header>, usize)> {
    let mut csv = reader(bytes);
    let header = csv.byte_headers().map_err(|error| read_error(error, file, 0))?;
    let mut columns = headers(header, file)?;
    let mut rows = 0;
    let mut record = StringRecord::new();
    loop {
        match csv.read_record(&mut record) {
            Ok(true) => rows += 1,
            Ok(false) => break,
            Err(error) => return Err(utf8_error(error, file, rows + 1, &columns, bytes)),
        }
        for (column, cell) in columns.iter_mut().zip(&record) {
            column.numbers += usize::from(cell.parse::<f64>().is_ok());
            column.missing += usize::from(is_missing(cell));
        }
    }
    if rows == 0 {
        return Err(Error::NoRowsInFile { file: file.to_owned() });
    }
    Ok((columns, rows))
}

/// Hands each row to `visit`, with its number, counted from 1.
pub(super) fn each_row(
    bytes: &[u8],
    file: &str,
    mut visit: impl FnMut(usize, &StringRecord) -> Result<()>,
) -> Result<()> {
    let mut csv = reader(bytes);
    let (mut record, mut row) = (StringRecord::new(), 1);
    while csv.read_record(&mut record).map_err(|error| read_error(error, file, row))? {
        visit(row, &record)?;
        row += 1;
    }
    Ok(())
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().trim(Trim::All).from_reader(bytes)
}

fn headers(header: &ByteRecord, file: &str) -> Result<Vec<Header>> {
    let file = || file.to_owned();
    if header.is_empty() {
        return Err(Error::EmptyFile { file: file() });
    }
    let mut columns: Vec<Header> = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        let number = index + 1;
        let name = match std::str::from_utf8(name) {
            Ok(name) => name.to_owned(),
            Err(_) => {
                let value = abbreviated(&String::from_utf8_lossy(name));
                return Err(Error::HeaderNotUtf8 { file: file(), number, value });
            }
        };
        columns.push(Header { name, numbers: 0, missing: 0 });
    }
    Ok(columns)
}

/// What is wrong with a row; of text that is not UTF-8, the cell.
fn utf8_error(
    error: csv::Error,
    file: &str,
    row: usize,
    columns: &[Header],
    bytes: &[u8],
) -> Error {
    let ErrorKind::Utf8 { err, .. } = error.kind() else {
        return read_error(error, file, row);
    };
    let field = err.field();
    let record = reader(bytes).into_byte_records().nth(row - 1).and_then(|record| record.ok());
    let cell = record.as_ref().and_then(|record| record.get(field)).unwrap_or_default();
    Error::Cell {
        file: file.to_owned(),
        row,
        column: columns.get(field).map(|column| column.name.clone()).unwrap_or_default(),
        value: abbreviated(&String::from_utf8_lossy(cell)),
        problem: CellProblem::NotUtf8,
    }
}

fn read_error(error: csv::Error, file: &str, row: usize) -> Error {
    match error.into_kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => Error::RaggedRow {
            file: file.to_owned(),
            row,
            found: len as usize,
            expected: expected_len as usize,
        },
        ErrorKind::Io(source) => Error::Io { file: file.into(), source },
        kind => Error::Io { file: file.into(), source: std::io::Error::other(format!("{kind:?}")) },
    }
}
