//! Rows of a CSV file: the first pass over all of them, and later passes.

use super::parser::{CsvParser, Record};
use super::source::CsvSource;
use crate::error::{CellProblem, Error, Result, TableError};
use crate::{data::cell::abbreviated, data::column_summary::ColumnSummary};

/// A column of a table: its name in the header, and the summary of its cells.
#[derive(Clone, Debug)]
pub(super) struct TableColumn {
    pub(super) name: String,
    /// Whether the table pretends not to have this column.
    pub(super) left_out: bool,
    pub(super) summary: ColumnSummary,
}

/// The first pass: checks that the file is well-formed, and returns its columns and the number of
/// its rows.
pub(super) fn scan(source: &CsvSource, file: &str) -> Result<(Vec<TableColumn>, usize)> {
    let mut parser = CsvParser::new(source, file)?;
    let mut record = Record::default();
    if !parser.next(&mut record)? {
        return Err(TableError::EmptyFile { file: file.to_owned() }.into());
    }
    let mut columns = (0..record.len())
        .map(|index| {
            let name = record.text(index).map_err(|_| {
                Error::Table(TableError::HeaderNotUtf8 {
                    file: file.to_owned(),
                    number: index + 1,
                    value: readable(record.bytes(index)),
                })
            })?;
            let (name, summary) = (name.to_owned(), ColumnSummary::default());
            Ok(TableColumn { name, left_out: false, summary })
        })
        .collect::<Result<Vec<_>>>()?;
    let mut rows = 0;
    while parser.next(&mut record)? {
        rows += 1;
        let (found, expected) = (record.len(), columns.len());
        if found != expected {
            let (file, row) = (file.to_owned(), rows);
            return Err(TableError::RaggedRow { file, row, found, expected }.into());
        }
        for (index, column) in columns.iter_mut().enumerate() {
            let cell = record.text(index).map_err(|_| TableError::Cell {
                file: file.to_owned(),
                row: rows,
                column: column.name.clone(),
                value: readable(record.bytes(index)),
                problem: CellProblem::NotUtf8,
            })?;
            column.summary.add(cell);
        }
    }
    if rows == 0 {
        return Err(TableError::NoRows { file: file.to_owned() }.into());
    }
    Ok((columns, rows))
}

/// The readable part of bytes that are not UTF-8.
fn readable(bytes: &[u8]) -> String {
    abbreviated(&String::from_utf8_lossy(bytes))
}

/// Reads the rows of a file again, after the first pass.
pub(super) struct RowReader<'t> {
    parser: CsvParser<'t>,
    record: Record,
    /// The number of rows that were read.
    read: usize,
    rows: usize,
    columns: usize,
    file: &'t str,
}

impl<'t> RowReader<'t> {
    /// Starts at the first row of a table of this many rows and columns.
    pub(super) fn new(
        source: &'t CsvSource,
        file: &'t str,
        (rows, columns): (usize, usize),
    ) -> Result<Self> {
        let mut parser = CsvParser::new(source, file)?;
        let mut record = Record::default();
        parser.next(&mut record)?;
        Ok(Self { parser, record, read: 0, rows, columns, file })
    }

    /// The number of rows that are left.
    pub(super) fn left(&self) -> usize {
        self.rows - self.read
    }

    /// Calls `each` with the next `count` rows, and with their numbers, counted from 1.
    pub(super) fn each(
        &mut self,
        count: usize,
        mut each: impl FnMut(usize, &Record) -> Result<()>,
    ) -> Result<()> {
        for _ in 0..count.min(self.left()) {
            if !self.parser.next(&mut self.record)? || self.record.len() != self.columns {
                return Err(Error::ChangedFile { file: self.file.to_owned() });
            }
            self.read += 1;
            each(self.read, &self.record)?;
        }
        Ok(())
    }
}
