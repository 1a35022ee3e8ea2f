//! One `.npy` file: its header, and reading its rows.

use super::dtype::{Dtype, NEEDS};
use super::format::{NpyHeader, read_header};
use crate::error::{Error, NpyError, Result};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A matrix or a column of numbers in a file.
#[derive(Debug)]
pub(super) struct Npy {
    pub(super) path: PathBuf,
    /// Stays open if there are few files: the system limits a process's open files.
    open: Option<File>,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) dtype: Dtype,
    /// The place of the first number.
    start: u64,
    /// The bytes of header and numbers together.
    end: u64,
    /// The file's length when it was opened.
    length: u64,
    modified: Option<SystemTime>,
}

impl Npy {
    /// Reads the header. `needs` is the message for an array that is neither a matrix nor, if
    /// `or_column`, a column.
    pub(super) fn open(
        path: PathBuf,
        stays_open: bool,
        or_column: bool,
        needs: &'static str,
    ) -> Result<Self> {
        let (file, metadata) = Error::open_file(&path)?;
        let (length, modified) = (metadata.len(), metadata.modified().ok());
        let (NpyHeader { lengths, dtype: name, fortran }, start) = read_header(&file, &path)?;
        let wrong =
            |found, needs| Error::Npy(NpyError::Unsuitable { file: path.clone(), found, needs });
        let (rows, columns) = match lengths[..] {
            [rows, columns] => (rows, columns),
            [rows] if or_column => (rows, 1),
            _ => {
                let text: Vec<_> = lengths.iter().map(usize::to_string).collect();
                let text = text.join(" × ");
                let found = match lengths.len() {
                    1 => format!("the array has one dimension (of {text})"),
                    count => format!("the array has {count} dimensions ({text})"),
                };
                return Err(wrong(found, needs));
            }
        };
        let Some(dtype) = Dtype::named(&name) else {
            let order = if name.starts_with('>') { ", which is big-endian" } else { "" };
            return Err(wrong(format!("the numbers are of type {name}{order}"), NEEDS));
        };
        // One row or one column is the same in both orders.
        if fortran && rows > 1 && columns > 1 {
            let needs = "`np.save(file, np.ascontiguousarray(array))` writes it row by row";
            return Err(wrong("the array is in column-major (Fortran) order".to_owned(), needs));
        }
        let numbers = (rows as u64).checked_mul(columns as u64);
        let bytes = numbers.and_then(|numbers| numbers.checked_mul(dtype.bytes() as u64));
        let end = bytes.and_then(|bytes| bytes.checked_add(start)).unwrap_or(u64::MAX);
        let open = stays_open.then_some(file);
        let npy = Self { path, open, rows, columns, dtype, start, end, length, modified };
        npy.check_length(length)?;
        Ok(npy)
    }

    /// The bytes of a row.
    pub(super) fn row_bytes(&self) -> usize {
        self.columns * self.dtype.bytes()
    }

    /// Fills `bytes` with the rows from `first` on.
    pub(super) fn read(&self, first: usize, bytes: &mut [u8]) -> Result<()> {
        let failed = |source| Error::Io { file: self.path.clone(), source };
        let opened;
        let file = match &self.open {
            Some(file) => file,
            None => {
                opened = File::open(&self.path).map_err(failed)?;
                &opened
            }
        };
        // The header does not describe a file that was changed later.
        let metadata = file.metadata().map_err(failed)?;
        self.check_length(metadata.len())?;
        if (metadata.len(), metadata.modified().ok()) != (self.length, self.modified) {
            return Err(Error::ChangedFile { file: self.path.display().to_string() });
        }
        let at = self.start + first as u64 * self.row_bytes() as u64;
        read_at(file, &self.path, at, bytes).map_err(failed)
    }

    fn check_length(&self, bytes: u64) -> Result<()> {
        if bytes < self.end {
            let (file, expected) = (self.path.clone(), self.end);
            return Err(NpyError::ShortFile { file, bytes, expected }.into());
        }
        Ok(())
    }

    /// Checks that another file has the same number of rows.
    pub(super) fn check_rows(&self, other: &Self) -> Result<()> {
        self.check_same("rows", other, |npy| npy.rows)
    }

    /// Checks that another file has the same number of columns.
    pub(super) fn check_columns(&self, other: &Self) -> Result<()> {
        self.check_same("columns", other, |npy| npy.columns)
    }

    fn check_same(
        &self,
        what: &'static str,
        other: &Self,
        count: fn(&Self) -> usize,
    ) -> Result<()> {
        let (count, other_count) = (count(self), count(other));
        if count == other_count {
            return Ok(());
        }
        let (file, other) = (self.path.clone(), other.path.clone());
        Err(NpyError::FilesDiffer { what, file, count, other, other_count }.into())
    }
}

/// Fills `bytes` from the place `at`. Threads may do so at once: no common position moves.
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

/// Other systems lack such a call; a second handle has its own position.
#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, path: &Path, at: u64, bytes: &mut [u8]) -> std::io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(bytes)
}
