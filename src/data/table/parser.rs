//! Parses a CSV file record by record, into a reused buffer.

use super::source::CsvSource;
use crate::error::{Error, Result, TableError};
use csv_core::{ReadRecordResult, Reader};
use std::io::{BufRead, ErrorKind};
use std::str::Utf8Error;

/// The cells of one row, without white space around them.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The cells' bytes, without quotes and commas.
    cells: Vec<u8>,
    /// The end of each cell.
    ends: Vec<usize>,
    count: usize,
}

/// A longer record follows a quotation mark that is never closed.
const MOST_BYTES: usize = 1 << 26;

impl Record {
    /// The number of cells.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// A cell's bytes. They are empty where the row has no such cell.
    pub(super) fn bytes(&self, index: usize) -> &[u8] {
        if index >= self.count {
            return &[];
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.cells[start..self.ends[index]].trim_ascii()
    }

    pub(super) fn text(&self, index: usize) -> std::result::Result<&str, Utf8Error> {
        std::str::from_utf8(self.bytes(index)).map(str::trim)
    }

    /// The text of a cell in a file that is known to be UTF-8.
    pub(super) fn cell(&self, index: usize) -> &str {
        self.text(index).unwrap_or_default()
    }

    /// Whether the buffers have reached the limit.
    fn is_too_long(&self) -> bool {
        self.cells.len() + size_of_val(&self.ends[..]) > MOST_BYTES
    }
}

/// Reads the header, then one row after the other.
pub(super) struct CsvParser<'t> {
    bytes: Box<dyn BufRead + Send + 't>,
    reader: Reader,
    /// The file's name in messages.
    file: &'t str,
    /// The number of records that were read.
    count: usize,
}

impl<'t> CsvParser<'t> {
    pub(super) fn new(source: &'t CsvSource, file: &'t str) -> Result<Self> {
        Ok(Self { bytes: source.read(file)?, reader: Reader::new(), file, count: 0 })
    }

    /// Reads the next record and skips empty lines; false at the end of the file.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool> {
        let (mut cells, mut ends) = (0, 0);
        loop {
            let bytes = match self.bytes.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                bytes => bytes.map_err(|source| Error::Io { file: self.file.into(), source })?,
            };
            let (result, read, written, ended) = self.reader.read_record(
                bytes,
                &mut record.cells[cells..],
                &mut record.ends[ends..],
            );
            self.bytes.consume(read);
            cells += written;
            ends += ended;
            match result {
                // At the end of the file, an empty slice ends the last record.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull
                    if record.is_too_long() =>
                {
                    let (file, megabytes) = (self.file.into(), MOST_BYTES >> 20);
                    return Err(TableError::LongRow { file, row: self.count, megabytes }.into());
                }
                ReadRecordResult::OutputFull => grow(&mut record.cells),
                ReadRecordResult::OutputEndsFull => grow(&mut record.ends),
                ReadRecordResult::Record => {
                    record.count = ends;
                    self.count += 1;
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }
}

fn grow<T: Clone + Default>(buffer: &mut Vec<T>) {
    buffer.resize((2 * buffer.len()).max(64), T::default());
}
