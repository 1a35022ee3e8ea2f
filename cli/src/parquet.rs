//! Parquet files as CSV, so that tables of both follow the same rules.

use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row, reader::RowIter};
use parquet::schema::types::Type;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// The rows that are text at once.
const ROWS: usize = 1000;

/// The text of a file: a header, then a line for each row.
///
/// A cell that has no value is empty. Dates and times are written as ISO 8601 has them, and lists
/// and structures as their debug text, which no number or date is mistaken for.
pub struct Csv {
    rows: RowIter<'static>,
    /// Whether a column counts nanoseconds, which the rows have as plain numbers.
    nanoseconds: Vec<bool>,
    text: Cursor<Vec<u8>>,
}

impl Csv {
    /// Opens a file.
    pub fn open(file: &Path) -> io::Result<Self> {
        let reader = SerializedFileReader::new(File::open(file)?).map_err(io::Error::other)?;
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let columns = schema.root_schema().get_fields();
        let nanoseconds = columns.iter().map(|column| counts_nanoseconds(column)).collect();
        let header = lines([columns.iter().map(|column| column.name())])?;
        Ok(Self { rows: reader.into_iter(), nanoseconds, text: Cursor::new(header) })
    }

    fn cells(&self, row: &Row) -> Vec<String> {
        let cells = row.get_column_iter().zip(&self.nanoseconds);
        cells.map(|((_, cell), &nanoseconds)| text(cell, nanoseconds)).collect()
    }
}

impl Read for Csv {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(bytes)?;
        if read > 0 || bytes.is_empty() {
            return Ok(read);
        }
        let rows = self.rows.by_ref().take(ROWS).collect::<Result<Vec<_>, _>>();
        let rows = rows.map_err(io::Error::other)?;
        self.text = Cursor::new(lines(rows.iter().map(|row| self.cells(row)))?);
        self.text.read(bytes)
    }
}

fn lines<T: AsRef<[u8]>>(
    rows: impl IntoIterator<Item = impl IntoIterator<Item = T>>,
) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

fn counts_nanoseconds(column: &Type) -> bool {
    match column.get_basic_info().logical_type_ref() {
        Some(LogicalType::Timestamp(time)) => time.unit == TimeUnit::NANOS,
        _ => false,
    }
}

fn text(cell: &Field, nanoseconds: bool) -> String {
    match cell {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Long(count) if nanoseconds => time(&Field::TimestampMicros(count.div_euclid(1000))),
        Field::TimestampMillis(_) | Field::TimestampMicros(_) => time(cell),
        _ => cell.to_string(),
    }
}

/// A point in time, which Parquet has in UTC or without a time zone.
fn time(cell: &Field) -> String {
    cell.to_string().trim_end_matches(" +00:00").replace(' ', "T")
}
