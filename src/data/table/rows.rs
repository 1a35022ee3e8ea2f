//! From the bytes of a CSV file to rows of cells, as often as they are asked for.

use super::cell::{Kinds, abbreviated};
use super::parser::{Record, Records};
use super::source::Bytes;
use crate::error::{CellProblem, Error, Result, TableError};

/// A column's name, and what is in its cells.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) name: String,
    /// Whether it is there for nobody.
    pub(super) left_out: bool,
    pub(super) kinds: Kinds,
}

/// The columns, and the number of rows; after this, the file is known to be well-formed.
pub(super) fn scan(bytes: &Bytes, file: &str) -> Result<(Vec<Header>, usize)> {
    let mut records = Records::new(bytes, file)?;
    let mut record = Record::default();
    if !records.next(&mut record)? {
        return Err(TableError::EmptyFile { file: file.to_owned() }.into());
    }
    let mut columns = headers(&record, file)?;
    let mut rows = 0;
    while records.next(&mut record)? {
        rows += 1;
        let (found, expected) = (record.len(), columns.len());
        if found != expected {
            return Err(TableError::RaggedRow {
                file: file.to_owned(),
                row: rows,
                found,
                expected,
            }
            .into());
        }
        for (index, column) in columns.iter_mut().enumerate() {
            let cell = record.text(index).map_err(|_| TableError::Cell {
                file: file.to_owned(),
                row: rows,
                column: column.name.clone(),
                value: readable(record.bytes(index)),
                problem: CellProblem::NotUtf8,
            })?;
            column.kinds.add(cell);
        }
    }
    if rows == 0 {
        return Err(TableError::NoRows { file: file.to_owned() }.into());
    }
    Ok((columns, rows))
}

/// The rows of a file that was scanned, one after the other.
pub(super) struct Rows<'t> {
    records: Records<'t>,
    record: Record,
    /// How many were read.
    read: usize,
    /// How many there are, and how many cells each has.
    shape: (usize, usize),
    file: &'t str,
}

impl<'t> Rows<'t> {
    /// From the first one on.
    pub(super) fn new(bytes: &'t Bytes, file: &'t str, shape: (usize, usize)) -> Result<Self> {
        let mut records = Records::new(bytes, file)?;
        let mut record = Record::default();
        records.next(&mut record)?;
        Ok(Self { records, record, read: 0, shape, file })
    }

    /// How many are left.
    pub(super) fn left(&self) -> usize {
        self.shape.0 - self.read
    }

    /// The next one, with its number, counted from 1.
    pub(super) fn next(&mut self) -> Result<Option<(usize, &Record)>> {
        if self.left() == 0 {
            return Ok(None);
        }
        if !self.records.next(&mut self.record)? || self.record.len() != self.shape.1 {
            return Err(Error::ChangedFile { file: self.file.to_owned() });
        }
        self.read += 1;
        Ok(Some((self.read, &self.record)))
    }
}

fn headers(header: &Record, file: &str) -> Result<Vec<Header>> {
    (0..header.len())
        .map(|index| {
            let name = header.text(index).map_err(|_| TableError::HeaderNotUtf8 {
                file: file.to_owned(),
                number: index + 1,
                value: readable(header.bytes(index)),
            })?;
            Ok(Header { name: name.to_owned(), left_out: false, kinds: Kinds::default() })
        })
        .collect()
}

/// Of text that is not UTF-8, what can be told.
fn readable(bytes: &[u8]) -> String {
    abbreviated(&String::from_utf8_lossy(bytes))
}
