//! Rows of a CSV file: the first pass over all of them, and later passes.

use super::format::{CsvFormat, Header};
use super::parser::{CsvParser, Dialect, Record};
use super::{Allowed, Table, TableColumn, dialect::SAMPLE_BYTES, source::CsvSource};
use crate::data::{cell::abbreviated, dates};
use crate::error::{CellProblem, Error, Result, TableError, check::ensure};
use crate::schema::NumberForm;
use std::io::{Cursor, Read};

impl Table {
    /// The first pass: checks that the file is well-formed, and summarizes its columns.
    pub(super) fn scanned(source: CsvSource, file: &str, format: CsvFormat) -> Result<Self> {
        let file = file.to_owned();
        let (mut bytes, mut sample) = (source.read()?, Vec::new());
        let read = bytes.by_ref().take(SAMPLE_BYTES).read_to_end(&mut sample);
        read.map_err(Error::io(file.as_ref()))?;
        let dialect = Dialect::of(&sample, &file, &format)?;
        let bytes = Box::new(Cursor::new(sample).chain(bytes));
        let mut parser = CsvParser::new(bytes, &file, dialect)?;
        let mut record = Record::default();
        let found = parser.next(&mut record)?;
        ensure(found, || TableError::EmptyFile { file: file.clone() })?;
        let column = |index: usize| {
            let name = match (format.header, record.text(index)) {
                (Header::Absent, _) => (index + 1).to_string(),
                (_, Ok(name)) => name.to_owned(),
                (_, Err(_)) => {
                    if let Some(what) = archive(record.bytes(0)) {
                        return Err(TableError::NotText { file: file.clone(), what });
                    }
                    let (number, value) = (index + 1, readable(record.bytes(index)));
                    return Err(TableError::HeaderNotUtf8 { file: file.clone(), number, value });
                }
            };
            Ok(TableColumn { name, ..TableColumn::default() })
        };
        let mut columns = (0..record.len()).map(column).collect::<Result<Vec<_>, _>>()?;
        let is_told = format.header == Header::Told;
        let (named, has_names) = (named(&columns), !is_told && !columns.iter().all(is_number));
        let (mut rows, mut blank_rows, mut pending) = (0, 0, format.header == Header::Absent);
        while std::mem::take(&mut pending) || parser.next(&mut record)? {
            rows += 1;
            let (row, found, expected) = (rows, record.len(), columns.len());
            let ragged = || TableError::RaggedRow { file: file.clone(), row, found, expected };
            ensure(fits(&record, expected, named), ragged)?;
            let is_left_over = expected > 1 && !is_told && record.is_blank_from(0);
            blank_rows = if is_left_over { blank_rows + 1 } else { 0 };
            let is_name = |(index, column): (usize, &TableColumn)| {
                let (cell, name) = (record.bytes(index), column.name.as_bytes());
                // Text beyond ASCII may have white space of its own.
                cell == name || !cell.is_ascii() && record.text(index) == Ok(&column.name)
            };
            let repeats = has_names && blank_rows == 0 && columns.iter().enumerate().all(is_name);
            ensure(!repeats, || TableError::RepeatedHeader { file: file.clone(), row })?;
            for (index, TableColumn { name, summary, .. }) in columns.iter_mut().enumerate() {
                if let Some(number) = record.short_number(index)
                    && !(format.decimal_comma && record.bytes(index).contains(&b'.'))
                {
                    let cell = (dialect.separator != b',').then(|| record.bytes(index));
                    summary.add_number(number, cell, &format.missing);
                    continue;
                }
                let not_utf8 = |_| {
                    let value = readable(record.bytes(index));
                    let (file, column, problem) =
                        (file.clone(), name.clone(), CellProblem::NotUtf8);
                    TableError::Cell { file, row, column, value, problem }
                };
                let cell = record.text(index).map_err(not_utf8)?;
                summary.add(cell, &format.missing, format.decimal_comma);
            }
        }
        // Blank rows at the end are what a spreadsheet left there.
        rows -= blank_rows;
        columns.iter_mut().for_each(|column| column.summary.take_blanks(blank_rows));
        ensure(rows > 0, || TableError::NoRows { file: file.clone() })?;
        drop(parser);
        if let (Header::Absent, Some(last)) = (format.header, columns.last_mut()) {
            // A blank column at the end comes from a separator at each line's end.
            if last.summary.is_blank() {
                last.name.clear();
            }
        }
        if format.header == Header::Expected && looks_like_row(&columns[..named]) {
            let name = abbreviated(&columns[0].name);
            return Err(TableError::NoHeader { file, name }.into());
        }
        let settings = Allowed::default();
        Ok(Self { file, source, format, dialect, columns, rows, blank_rows, settings })
    }

    pub(super) fn row_reader(&self) -> Result<RowReader<'_>> {
        let mut parser = CsvParser::new(self.source.read()?, &self.file, self.dialect)?;
        let mut record = Record::default();
        if self.format.header != Header::Absent {
            parser.next(&mut record)?;
        }
        Ok(RowReader { parser, record, read: 0, named: named(&self.columns), table: self })
    }

    /// The first cell of a column that is not blank, and its row.
    pub(super) fn first_cell(&self, index: usize) -> Result<(usize, String)> {
        let mut rows = self.row_reader()?;
        while let Some((row, record)) = rows.next()? {
            let cell = record.cell(index);
            if !self.format.missing.has_in_numbers(cell) {
                return Ok((row, abbreviated(cell)));
            }
        }
        Ok((1, String::new()))
    }

    /// Reads all rows, each with its number, counted from 1.
    pub(super) fn each_row(
        &self,
        mut read: impl FnMut(usize, &Record) -> Result<()>,
    ) -> Result<()> {
        let mut rows = self.row_reader()?;
        while let Some((row, record)) = rows.next()? {
            read(row, record)?;
        }
        Ok(())
    }
}

/// The number of columns, without those at the end that have no name.
fn named(columns: &[TableColumn]) -> usize {
    let last = columns.iter().rposition(|column| !column.name.is_empty());
    last.map_or(columns.len(), |last| last + 1)
}

/// Whether a row has a cell for each column. Blank cells behind those of the named columns may be
/// there or not.
fn fits(record: &Record, columns: usize, named: usize) -> bool {
    record.len() >= named && record.is_blank_from(columns)
}

/// Whether a name is a number.
fn is_number(column: &TableColumn) -> bool {
    column.name.parse::<f64>().is_ok()
}

/// Whether a header looks like a row: each name is a number, a date, or a value of its own column.
fn looks_like_row(columns: &[TableColumn]) -> bool {
    let is_value = |column: &TableColumn| column.summary.texts.values.contains_key(&column.name);
    let is_written = |column: &TableColumn| {
        let name = &column.name;
        is_number(column)
            || NumberForm::of(name).iter().any(Option::is_some)
            || !dates::candidates(name).is_empty()
    };
    // A number may be the name of a column in a file with other names.
    columns.iter().all(|column| is_value(column) || is_written(column))
        && (columns.len() > 2 || columns.iter().any(is_written))
}

/// What a file is that begins with these bytes, if people take it for a table.
fn archive(first: &[u8]) -> Option<&'static str> {
    let kinds = [
        (&b"PK\x03\x04"[..], "a ZIP archive, such as an Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "a file of an old Excel or Word"),
        (b"%PDF", "a PDF document"),
    ];
    kinds.into_iter().find_map(|(start, what)| first.starts_with(start).then_some(what))
}

/// The readable part of bytes that are not UTF-8.
fn readable(bytes: &[u8]) -> String {
    abbreviated(&String::from_utf8_lossy(bytes))
}

/// Reads the rows of a file again, after the first pass.
pub(super) struct RowReader<'t> {
    pub(super) table: &'t Table,
    parser: CsvParser<'t>,
    record: Record,
    /// The number of rows that were read.
    read: usize,
    /// The number of columns up to the last that has a name.
    named: usize,
}

impl RowReader<'_> {
    /// The number of rows that are left.
    pub(super) fn left(&self) -> usize {
        self.table.rows - self.read
    }

    /// The next row and its number, counted from 1; nothing behind the last.
    pub(super) fn next(&mut self) -> Result<Option<(usize, &Record)>> {
        if self.left() == 0 {
            return Ok(None);
        }
        let is_same = self.parser.next(&mut self.record)?
            && fits(&self.record, self.table.columns.len(), self.named);
        ensure(is_same, || Error::ChangedFile { file: self.table.file.clone() })?;
        self.read += 1;
        Ok(Some((self.read, &self.record)))
    }
}
