//! Parses a CSV file record by record, into a reused buffer.

use crate::data::cell::{has_leading_zero, short_decimal};
use crate::error::{Error, Result, TableError};
use std::io::{BufRead, ErrorKind};
use std::str::Utf8Error;

/// What separates cells and lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    /// `\n`, or `\r` in files without one.
    pub(super) line_end: u8,
    /// The number of lines above the header.
    pub(super) skipped: usize,
    /// Whether the first record is no row.
    pub(super) has_header: bool,
}

/// The cells of one row, without white space around them.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The cells' bytes, in order.
    bytes: Vec<u8>,
    cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    /// The place of the byte behind the cell. One byte behind, the next one starts.
    end: usize,
    /// The cell's number, if splitting the row has read it; else NaN.
    number: f64,
}

/// A longer record follows a quotation mark that is never closed.
const MOST_BYTES: usize = 1 << 26;

impl Record {
    /// The number of cells.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether all cells from this one on are blank.
    pub(super) fn is_blank_from(&self, first: usize) -> bool {
        (first..self.len()).all(|index| self.bytes(index).is_empty())
    }

    /// The number of a cell that has nothing but a short decimal.
    #[inline]
    pub(super) fn short_number(&self, index: usize) -> Option<f64> {
        self.cells.get(index).map(|cell| cell.number).filter(|number| !number.is_nan())
    }

    /// A cell's bytes. They are empty where the row has no such cell.
    pub(super) fn bytes(&self, index: usize) -> &[u8] {
        let before = index.checked_sub(1).and_then(|before| self.cells.get(before));
        let start = before.map_or(0, |before| before.end + 1);
        let cell = self.cells.get(index).and_then(|cell| self.bytes.get(start..cell.end));
        let cell = cell.unwrap_or_default();
        // Most cells have no white space around them.
        match cell {
            [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
            _ => cell.trim_ascii(),
        }
    }

    pub(super) fn text(&self, index: usize) -> std::result::Result<&str, Utf8Error> {
        std::str::from_utf8(self.bytes(index)).map(str::trim)
    }

    /// The text of a cell in a file that is known to be UTF-8.
    pub(super) fn cell(&self, index: usize) -> &str {
        self.text(index).unwrap_or_default()
    }
}

/// Reads the header, then one row after the other.
pub(super) struct CsvParser<'t> {
    bytes: Box<dyn BufRead + Send + 't>,
    dialect: Dialect,
    /// A line, or the lines of a row with quotation marks.
    lines: Vec<u8>,
    /// The file's name in messages.
    file: &'t str,
    /// The number of the row that is read, counted from 1; 0 for the header.
    row: usize,
}

impl<'t> CsvParser<'t> {
    /// Starts at the header.
    pub(super) fn new(
        bytes: Box<dyn BufRead + Send + 't>,
        file: &'t str,
        dialect: Dialect,
    ) -> Result<Self> {
        let row = usize::from(!dialect.has_header);
        let mut parser = Self { bytes, dialect, lines: Vec::new(), file, row };
        for _ in 0..dialect.skipped {
            parser.lines.clear();
            if !parser.line()? {
                break;
            }
        }
        Ok(parser)
    }

    /// Reads the next record and skips empty lines; false at the end of the file.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool> {
        // The buffer goes back and forth, and is never copied.
        self.lines = std::mem::take(&mut record.bytes);
        record.cells.clear();
        loop {
            self.lines.clear();
            if !self.line()? {
                return Ok(false);
            }
            self.without_end();
            if !self.lines.is_empty() {
                break;
            }
        }
        if memchr::memchr(b'"', &self.lines).is_some() {
            self.quoted(record)?;
        } else {
            self.unquoted(record);
        }
        self.row += 1;
        record.bytes = std::mem::take(&mut self.lines);
        Ok(true)
    }

    /// Takes the end of the last line away.
    fn without_end(&mut self) {
        while self.lines.pop_if(|byte| matches!(byte, b'\r' | b'\n')).is_some() {}
    }

    /// Appends the next line, with its end; false at the end of the file.
    fn line(&mut self) -> Result<bool> {
        let before = self.lines.len();
        loop {
            let bytes = match self.bytes.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                bytes => bytes.map_err(Error::io(self.file.as_ref()))?,
            };
            let end = memchr::memchr(self.dialect.line_end, bytes);
            let used = end.map_or(bytes.len(), |end| end + 1);
            self.lines.extend_from_slice(&bytes[..used]);
            self.bytes.consume(used);
            if self.lines.len() > MOST_BYTES {
                let (file, row, megabytes) = (self.file.into(), self.row, MOST_BYTES >> 20);
                return Err(TableError::LongRow { file, row, megabytes }.into());
            }
            if end.is_some() || used == 0 {
                return Ok(self.lines.len() > before);
            }
        }
    }

    /// Splits a row without quotation marks.
    fn unquoted(&self, record: &mut Record) {
        let (separator, mut start) = (self.dialect.separator, 0);
        // Such a separator ends a cell in the middle of what would be a number.
        let in_numbers = matches!(separator, b'0'..=b'9' | b'-' | b'.');
        let ends = |next: Option<&u8>| !in_numbers && next.is_none_or(|&byte| byte == separator);
        while let Some(rest) = self.lines.get(start..) {
            let (number, length) = match short_decimal(rest) {
                Some((number, length)) if ends(rest.get(length)) && !has_leading_zero(rest) => {
                    (number, length)
                }
                _ => (f64::NAN, memchr::memchr(separator, rest).unwrap_or(rest.len())),
            };
            let end = start + length;
            record.cells.push(Cell { end, number });
            start = end + 1;
        }
    }

    /// Splits a row that has quotation marks, and may go on in the next lines. White space at the
    /// end of the last cell does not count.
    fn quoted(&mut self, record: &mut Record) -> Result<()> {
        let Dialect { separator, line_end, .. } = self.dialect;
        let (mut text, mut passed) = (Vec::with_capacity(self.lines.len()), 0);
        let mut quotes = Quotes::default();
        loop {
            for &byte in &self.lines[passed..] {
                let before = quotes;
                quotes.pass(byte, separator);
                match (before, quotes) {
                    // The marks around a cell, and the first of two marks in it.
                    (Quotes::Before, Quotes::Inside) | (Quotes::Inside, Quotes::Closed) => {}
                    (Quotes::Closed, Quotes::Without) if !byte.is_ascii_whitespace() => {
                        let (file, row) = (self.file.into(), self.row);
                        return Err(TableError::BehindQuotationMark { file, row }.into());
                    }
                    (_, Quotes::Before) if byte == separator => {
                        record.cells.push(Cell { end: text.len(), number: f64::NAN });
                        text.push(byte);
                    }
                    _ => text.push(byte),
                }
            }
            passed = self.lines.len();
            if quotes != Quotes::Inside || !self.line()? {
                break;
            }
            text.push(line_end);
            self.without_end();
        }
        record.cells.push(Cell { end: text.len(), number: f64::NAN });
        self.lines = text;
        Ok(())
    }
}

/// Where quotation marks begin and end cells, byte by byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Quotes {
    /// Only blanks since the cell began.
    #[default]
    Before,
    Inside,
    /// Behind a quotation mark that ends the cell, unless another one follows.
    Closed,
    /// In a cell without quotation marks around it.
    Without,
}

impl Quotes {
    fn pass(&mut self, byte: u8, separator: u8) {
        *self = match (*self, byte) {
            (Self::Inside, b'"') => Self::Closed,
            (Self::Inside, _) | (Self::Before | Self::Closed, b'"') => Self::Inside,
            (_, byte) if byte == separator => Self::Before,
            (Self::Before, b' ') => Self::Before,
            _ => Self::Without,
        };
    }
}
