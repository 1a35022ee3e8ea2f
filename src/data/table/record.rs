//! The rows of a CSV file, one after the other, in buffers that are used again.

use csv_core::{ReadRecordResult, Reader};
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

    pub(super) fn text(&self, index: usize) -> Result<&str, Utf8Error> {
        std::str::from_utf8(self.bytes(index)).map(str::trim)
    }

    /// The text of a cell in a file that was found to be UTF-8.
    pub(super) fn cell(&self, index: usize) -> &str {
        self.text(index).unwrap_or_default()
    }
}

/// Reads one row after the other.
pub(super) struct Records<'b> {
    /// What has not been read.
    bytes: &'b [u8],
    reader: Reader,
}

impl<'b> Records<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, reader: Reader::new() }
    }

    /// Reads the next row; whether there is one. Empty lines are none.
    pub(super) fn next(&mut self, record: &mut Record) -> bool {
        let (mut cells, mut ends) = (0, 0);
        loop {
            let (result, read, written, ended) = self.reader.read_record(
                self.bytes,
                &mut record.cells[cells..],
                &mut record.ends[ends..],
            );
            self.bytes = &self.bytes[read..];
            cells += written;
            ends += ended;
            match result {
                // All has been handed over: once more with nothing ends the last row.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => grow(&mut record.cells),
                ReadRecordResult::OutputEndsFull => grow(&mut record.ends),
                ReadRecordResult::Record => {
                    record.count = ends;
                    return true;
                }
                ReadRecordResult::End => return false,
            }
        }
    }
}

fn grow<T: Clone + Default>(buffer: &mut Vec<T>) {
    buffer.resize((2 * buffer.len()).max(64), T::default());
}
