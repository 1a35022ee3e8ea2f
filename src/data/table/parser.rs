//! The rows of a CSV file, one after the other, in buffers that are used again.

use super::source::Bytes;
use crate::error::{Error, Result, TableError};
use csv_core::{ReadRecordResult, Reader};
use std::io::{BufRead, ErrorKind};
use std::str::Utf8Error;

/// One row. White space around a cell does not count.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The cells one after the other, without quotes and commas.
    cells: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    count: usize,
}

/// More bytes a row than this are no row, but what follows a quotation mark that is never closed.
const MOST_BYTES: usize = 1 << 26;

impl Record {
    /// The cells' number.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// A cell's bytes; none where the row has no such cell.
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

    /// The text of a cell in a file that was found to be UTF-8.
    pub(super) fn cell(&self, index: usize) -> &str {
        self.text(index).unwrap_or_default()
    }

    /// Whether the buffers are as large as those of any row.
    fn is_too_long(&self) -> bool {
        self.cells.len() + size_of_val(&self.ends[..]) > MOST_BYTES
    }
}

/// Reads one row after the other, the header first.
pub(super) struct Records<'t> {
    bytes: Box<dyn BufRead + Send + 't>,
    reader: Reader,
    /// What messages call it.
    file: &'t str,
    /// How many were read.
    count: usize,
}

impl<'t> Records<'t> {
    pub(super) fn new(bytes: &'t Bytes, file: &'t str) -> Result<Self> {
        Ok(Self { bytes: bytes.read(file)?, reader: Reader::new(), file, count: 0 })
    }

    /// Reads the next row; whether there is one. Empty lines are none.
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
                // Once all has been handed over, nothing ends the last row.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull
                    if record.is_too_long() =>
                {
                    let megabytes = MOST_BYTES >> 20;
                    return Err(TableError::LongRow {
                        file: self.file.into(),
                        row: self.count,
                        megabytes,
                    }
                    .into());
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
