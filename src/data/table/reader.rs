//! From the bytes of a CSV file to columns.

use super::column::{Column, abbreviated};
use crate::{CellProblem, Error, Result};
use csv::{ByteRecord, ErrorKind, ReaderBuilder, StringRecord, Trim};
use std::io::Read;

/// The columns, and the number of rows.
pub(super) fn read(reader: impl Read, file: &str) -> Result<(Vec<Column>, usize)> {
    let mut csv = ReaderBuilder::new().trim(Trim::All).from_reader(reader);
    let header = csv.byte_headers().map_err(|error| read_error(error, file, 0))?.clone();
    let names = names(&header, file)?;

    let mut records = Vec::new();
    let mut record = ByteRecord::new();
    loop {
        let row = records.len() + 1;
        match csv.read_byte_record(&mut record) {
            Ok(true) => records.push(text(record.clone(), file, row, &names)?),
            Ok(false) => break,
            Err(error) => return Err(read_error(error, file, row)),
        }
    }
    if records.is_empty() {
        return Err(Error::NoRowsInFile { file: file.to_owned() });
    }
    let columns = names.iter().enumerate().map(|(index, name)| {
        let cells = records.iter().map(|record| record.get(index).unwrap_or(""));
        Column::parse(file, name, cells)
    });
    Ok((columns.collect::<Result<_>>()?, records.len()))
}

fn names(header: &ByteRecord, file: &str) -> Result<Vec<String>> {
    let file = || file.to_owned();
    if header.is_empty() {
        return Err(Error::EmptyFile { file: file() });
    }
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        let number = index + 1;
        let name = match std::str::from_utf8(name) {
            Ok("") => return Err(Error::UnnamedColumn { file: file(), number }),
            Ok(name) => name.to_owned(),
            Err(_) => {
                let value = abbreviated(&String::from_utf8_lossy(name));
                return Err(Error::HeaderNotUtf8 { file: file(), number, value });
            }
        };
        names.push(name);
    }
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::DuplicateColumn { file: file(), column: pair[0].clone() }),
        None => Ok(names),
    }
}

fn text(record: ByteRecord, file: &str, row: usize, names: &[String]) -> Result<StringRecord> {
    StringRecord::from_byte_record(record).map_err(|error| {
        let field = error.utf8_error().field();
        let bytes = error.into_byte_record();
        Error::Cell {
            file: file.to_owned(),
            row,
            column: names.get(field).cloned().unwrap_or_default(),
            value: abbreviated(&String::from_utf8_lossy(bytes.get(field).unwrap_or_default())),
            problem: CellProblem::NotUtf8,
        }
    })
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
