//! One file: what its header says, and reading rows of it at their place.

use super::dtype::{Element, NEEDS};
use super::format::{Shape, header};
use crate::error::{Error, NpyError, Result};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A matrix in a file, or a column.
#[derive(Debug)]
pub(super) struct Npy {
    pub(super) path: PathBuf,
    /// Open as long as there are few files: a process may have so many open and no more.
    open: Option<File>,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) element: Element,
    /// Where the numbers begin.
    start: u64,
    /// Bytes that header and numbers take.
    end: u64,
    /// Of the file when it was opened.
    length: u64,
    modified: Option<SystemTime>,
}

impl Npy {
    /// Reads the header. `stays_open`: whether the file is to be kept open. `needs`: what is said of an array that is neither a matrix nor, where `of_column`, a column.
    pub(super) fn open(
        path: PathBuf,
        stays_open: bool,
        of_column: bool,
        needs: &'static str,
    ) -> Result<Self> {
        let failed = |source| Error::Io { file: path.clone(), source };
        let file = File::open(&path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        let (shape, start) = header(&file, &path)?;
        let Shape { lengths, element, fortran } = shape;
        let wrong =
            |found, needs| Error::Npy(NpyError::Unsuitable { file: path.clone(), found, needs });
        let (rows, columns) = match lengths[..] {
            [rows, columns] => (rows, columns),
            [rows] if of_column => (rows, 1),
            _ => {
                let lengths: Vec<_> = lengths.iter().map(usize::to_string).collect();
                let (count, lengths) = (lengths.len(), lengths.join(" × "));
                let found = match count {
                    1 => format!("the array has one dimension (of {lengths})"),
                    _ => format!("the array has {count} dimensions ({lengths})"),
                };
                return Err(wrong(found, needs));
            }
        };
        let Some(element) = Element::of(&element) else {
            let big = element.starts_with('>');
            let found = format!(
                "the numbers are of type {element}{}",
                if big { ", which is big-endian" } else { "" }
            );
            return Err(wrong(found, NEEDS));
        };
        // One row or one column is the same in both orders.
        if fortran && rows > 1 && columns > 1 {
            let needs = "`np.save(file, np.ascontiguousarray(array))` writes it row by row";
            return Err(wrong("the array stands there column by column".to_owned(), needs));
        }
        let numbers = (rows as u64).checked_mul(columns as u64);
        let bytes = numbers.and_then(|numbers| numbers.checked_mul(element.bytes() as u64));
        let end = bytes.and_then(|bytes| bytes.checked_add(start)).unwrap_or(u64::MAX);
        let open = stays_open.then_some(file);
        let npy = Self { path, open, rows, columns, element, start, end, length, modified };
        npy.check_length(length)?;
        Ok(npy)
    }

    /// Bytes of a row.
    pub(super) fn row_bytes(&self) -> usize {
        self.columns * self.element.bytes()
    }

    /// Fills `bytes` with the rows from this one on.
    pub(super) fn read(&self, first: usize, bytes: &mut [u8]) -> Result<()> {
        let failed = |source| Error::Io { file: self.path.clone(), source };
        let at = self.start + first as u64 * self.row_bytes() as u64;
        match &self.open {
            Some(file) => self.read_from(file, at, bytes),
            None => self.read_from(&File::open(&self.path).map_err(failed)?, at, bytes),
        }
    }

    /// Looks at the file first: what the header said holds for the file that it was of.
    fn read_from(&self, file: &File, at: u64, bytes: &mut [u8]) -> Result<()> {
        let failed = |source| Error::Io { file: self.path.clone(), source };
        let metadata = file.metadata().map_err(failed)?;
        self.check_length(metadata.len())?;
        if (metadata.len(), metadata.modified().ok()) != (self.length, self.modified) {
            return Err(Error::ChangedFile { file: self.path.display().to_string() });
        }
        read_at(file, &self.path, at, bytes).map_err(failed)
    }

    fn check_length(&self, bytes: u64) -> Result<()> {
        if bytes < self.end {
            return Err(
                NpyError::ShortFile { file: self.path.clone(), bytes, expected: self.end }.into()
            );
        }
        Ok(())
    }

    /// Refuses another file with other rows.
    pub(super) fn check_rows(&self, other: &Self) -> Result<()> {
        self.check_same("rows", self.rows, other, other.rows)
    }

    /// Refuses another file with other columns.
    pub(super) fn check_columns(&self, other: &Self) -> Result<()> {
        self.check_same("columns", self.columns, other, other.columns)
    }

    fn check_same(
        &self,
        what: &'static str,
        count: usize,
        other: &Self,
        found: usize,
    ) -> Result<()> {
        if count == found {
            return Ok(());
        }
        let (file, other) = (self.path.clone(), other.path.clone());
        Err(NpyError::FilesDiffer { what, file, count, other, other_count: found }.into())
    }
}

/// Reads as many bytes as there is room for, from this place on, without moving any place that others read at.
#[cfg(unix)]
fn read_at(file: &File, _: &Path, at: u64, bytes: &mut [u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, _: &Path, mut at: u64, mut bytes: &mut [u8]) -> std::io::Result<()> {
    use std::io::ErrorKind;
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                bytes = &mut bytes[read..];
                at += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Where there is no such call, a place of one's own: the file once more.
#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, path: &Path, at: u64, bytes: &mut [u8]) -> std::io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(bytes)
}
