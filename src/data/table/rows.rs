//! Rows of a CSV file: the first pass over all of them, and later passes.

use super::dialect::Dialect;
use super::format::{CsvFormat, Header};
use super::parser::{CsvParser, Record};
use super::source::CsvSource;
use crate::error::{CellProblem, Error, Result, TableError};
use crate::{data::cell::abbreviated, data::column_summary::ColumnSummary};

/// A column of a table: its name in the header, the summary of its cells, and what the user told.
#[derive(Clone, Debug)]
pub(super) struct TableColumn {
    pub(super) name: String,
    /// Whether the table pretends not to have this column.
    pub(super) left_out: bool,
    pub(super) told: Option<Told>,
    pub(super) summary: ColumnSummary,
}

/// What the user says that a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Number,
    Category,
    /// In this form, or in the one that reads all its cells.
    Date(Option<String>),
}

/// What the first pass finds.
#[derive(Clone, Debug)]
pub(super) struct Scan {
    pub(super) columns: Vec<TableColumn>,
    pub(super) rows: usize,
    pub(super) dialect: Dialect,
}

/// The first pass: checks that the file is well-formed, and summarizes its columns.
pub(super) fn scan(source: &CsvSource, file: &str, format: &CsvFormat) -> Result<Scan> {
    let (mut parser, dialect) = CsvParser::first(source, file, format)?;
    let mut record = Record::default();
    if !parser.next(&mut record)? {
        return Err(TableError::EmptyFile { file: file.to_owned() }.into());
    }
    let names = names(&record, file, format.header)?;
    let mut pending = format.header == Header::Absent;
    let mut columns: Vec<TableColumn> = names
        .into_iter()
        .map(|name| TableColumn {
            name,
            left_out: false,
            told: None,
            summary: ColumnSummary::default(),
        })
        .collect();
    let named = named(&columns);
    let (mut rows, mut blank_rows) = (0, 0);
    while pending || parser.next(&mut record)? {
        pending = false;
        rows += 1;
        if let Some(expected) = misfit(&record, columns.len(), named) {
            let (file, row, found) = (file.to_owned(), rows, record.len());
            return Err(TableError::RaggedRow { file, row, found, expected }.into());
        }
        blank_rows = if columns.len() > 1 && record.is_blank() { blank_rows + 1 } else { 0 };
        let mut repeats = format.header != Header::Absent;
        for (index, column) in columns.iter_mut().enumerate() {
            let cell = record.text(index).map_err(|_| TableError::Cell {
                file: file.to_owned(),
                row: rows,
                column: column.name.clone(),
                value: readable(record.bytes(index)),
                problem: CellProblem::NotUtf8,
            })?;
            repeats = repeats && column.name == cell;
            column.summary.add(cell, &format.missing, format.decimal_comma);
        }
        if repeats && blank_rows == 0 && named > 0 {
            return Err(TableError::RepeatedHeader { file: file.to_owned(), row: rows }.into());
        }
    }
    // Blank rows at the end are what a spreadsheet left there.
    rows -= blank_rows;
    columns.iter_mut().for_each(|column| column.summary.take_blanks(blank_rows));
    if rows == 0 {
        return Err(TableError::NoRows { file: file.to_owned() }.into());
    }
    if let (Header::Absent, Some(last)) = (format.header, columns.last_mut()) {
        // A blank column at the end comes from a separator at each line's end.
        if last.summary.blanks() == rows {
            last.name.clear();
        }
    }
    if format.header == Header::Expected {
        check_header(&columns[..named], file)?;
    }
    Ok(Scan { columns, rows, dialect })
}

/// The names in the header, or 1, 2, … without one.
fn names(record: &Record, file: &str, header: Header) -> Result<Vec<String>> {
    let name = |index: usize| {
        if header == Header::Absent {
            return Ok((index + 1).to_string());
        }
        let name = record.text(index).map(str::to_owned);
        name.map_err(|_| {
            let (file, number) = (file.to_owned(), index + 1);
            let value = readable(record.bytes(index));
            Error::Table(TableError::HeaderNotUtf8 { file, number, value })
        })
    };
    (0..record.len()).map(name).collect()
}

/// The number of columns, without those at the end that have no name.
fn named(columns: &[TableColumn]) -> usize {
    columns
        .iter()
        .rposition(|column| !column.name.is_empty())
        .map_or(columns.len(), |last| last + 1)
}

/// The number of cells that a row must have, if it has another. Blank cells behind those of the
/// named columns may be there or not.
fn misfit(record: &Record, columns: usize, named: usize) -> Option<usize> {
    let few = record.len() < named;
    let many = (columns..record.len()).any(|index| !record.bytes(index).is_empty());
    (few || many).then_some(columns)
}

/// Refuses a header that looks like a row: each name is a number, or a value of its own column.
fn check_header(columns: &[TableColumn], file: &str) -> Result<()> {
    let is_number = |column: &&TableColumn| column.name.parse::<f64>().is_ok();
    let is_value = |column: &TableColumn| {
        let texts = column.summary.texts();
        texts.is_some_and(|texts| texts.contains_key(&column.name))
    };
    let numbers = columns.iter().filter(is_number).count();
    let values = columns.iter().filter(|column| is_value(column)).count();
    // A number may be the name of a column in a file with other names.
    let looks = numbers + values == columns.len() && (numbers > 0 || columns.len() > 2);
    let Some(first) = columns.first().filter(|_| looks) else { return Ok(()) };
    Err(TableError::NoHeader { file: file.to_owned(), name: abbreviated(&first.name) }.into())
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
    /// The number of columns, and of those up to the last that has a name.
    columns: [usize; 2],
    file: &'t str,
}

impl<'t> RowReader<'t> {
    /// Starts at the first row of a table.
    pub(super) fn new(
        source: &'t CsvSource,
        file: &'t str,
        scan: &Scan,
        header: Header,
    ) -> Result<Self> {
        let mut parser = CsvParser::again(source, file, scan.dialect)?;
        let mut record = Record::default();
        if header != Header::Absent {
            parser.next(&mut record)?;
        }
        let columns = [scan.columns.len(), named(&scan.columns)];
        Ok(Self { parser, record, read: 0, rows: scan.rows, columns, file })
    }

    /// The number of rows that are left.
    pub(super) fn left(&self) -> usize {
        self.rows - self.read
    }

    /// The next row and its number, counted from 1; nothing behind the last.
    pub(super) fn next(&mut self) -> Result<Option<(usize, &Record)>> {
        if self.left() == 0 {
            return Ok(None);
        }
        let [columns, named] = self.columns;
        if !self.parser.next(&mut self.record)? || misfit(&self.record, columns, named).is_some() {
            return Err(Error::ChangedFile { file: self.file.to_owned() });
        }
        self.read += 1;
        Ok(Some((self.read, &self.record)))
    }
}
