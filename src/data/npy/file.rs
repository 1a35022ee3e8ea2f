//! One `.npy` file: its header, and reading its rows.

use super::dtype::{Dtype, NEEDS};
use super::header::Header;
use crate::error::{Error, NpyError, Result, check::ensure};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The first bytes of every file.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header that numpy reads.
const LONGEST: u32 = 65_535;

/// A matrix or a column of numbers in a file.
#[derive(Debug)]
pub(super) struct Npy {
    pub(super) path: PathBuf,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) dtype: Dtype,
    /// The place of the first number.
    start: u64,
    /// The bytes of header and numbers together.
    end: u64,
    /// The file's length when it was opened, and when it had been changed.
    opened: (u64, Option<SystemTime>),
}

impl Npy {
    /// Reads the header. `needs` is the message for an array that is neither a matrix nor, if
    /// `or_column`, a column.
    pub(super) fn of(path: PathBuf, or_column: bool, needs: &'static str) -> Result<Self> {
        let (file, metadata) = Error::open_file(&path)?;
        let opened = (metadata.len(), metadata.modified().ok());
        let (header, start) = read_header(&file, &path)?;
        let wrong = |found, needs| Err(unsuitable(&path, found, needs));
        let (rows, columns) = match header.shape[..] {
            [rows, columns] => (rows, columns),
            [rows] if or_column => (rows, 1),
            [rows] => return wrong(format!("the array has one dimension (of {rows})"), needs),
            ref lengths => {
                let text: Vec<_> = lengths.iter().map(usize::to_string).collect();
                let (count, text) = (lengths.len(), text.join(" × "));
                return wrong(format!("the array has {count} dimensions ({text})"), needs);
            }
        };
        let name = &header.dtype;
        let Some(dtype) = Dtype::named(name) else {
            let order = if name.starts_with('>') { ", which is big-endian" } else { "" };
            return wrong(format!("the numbers are of type {name}{order}"), NEEDS);
        };
        // One row or one column is the same in both orders.
        if header.column_major && rows > 1 && columns > 1 {
            let needs = "`np.save(file, np.ascontiguousarray(array))` writes it row by row";
            return wrong("the array is in column-major (Fortran) order".to_owned(), needs);
        }
        let numbers = (rows as u64).saturating_mul(columns as u64);
        let end = numbers.saturating_mul(dtype.bytes() as u64).saturating_add(start);
        let npy = Self { path, rows, columns, dtype, start, end, opened };
        npy.check_length(opened.0)?;
        Ok(npy)
    }

    /// The bytes of a row.
    pub(super) fn row_bytes(&self) -> usize {
        self.columns * self.dtype.bytes()
    }

    /// Opens the file for a read: the system limits how many a process may keep open.
    pub(super) fn open(&self) -> Result<File> {
        let (file, metadata) = Error::open_file(&self.path)?;
        // The header does not describe a file that was changed later.
        self.check_length(metadata.len())?;
        let is_same = (metadata.len(), metadata.modified().ok()) == self.opened;
        ensure(is_same, || Error::ChangedFile { file: self.path.display().to_string() })?;
        Ok(file)
    }

    /// Fills `bytes` with the rows from `first` on.
    pub(super) fn read(&self, mut open: &File, first: usize, bytes: &mut [u8]) -> Result<()> {
        let at = self.start + first as u64 * self.row_bytes() as u64;
        let read = open.seek(SeekFrom::Start(at)).and_then(|_| open.read_exact(bytes));
        read.map_err(Error::io(&self.path))
    }

    fn check_length(&self, bytes: u64) -> Result<()> {
        let expected = self.end;
        let short = || NpyError::ShortFile { file: self.path.clone(), bytes, expected };
        ensure(bytes >= expected, short)
    }

    /// Checks that another file has as many of these.
    pub(super) fn check_same(
        &self,
        other: &Self,
        what: &'static str,
        count: fn(&Self) -> usize,
    ) -> Result<()> {
        let (count, other_count) = (count(self), count(other));
        ensure(count == other_count, || {
            let (file, other) = (self.path.clone(), other.path.clone());
            NpyError::FilesDiffer { what, file, count, other, other_count }
        })
    }
}

pub(super) fn unsuitable(file: &Path, found: String, needs: &'static str) -> Error {
    NpyError::Unsuitable { file: file.into(), found, needs }.into()
}

/// Reads the header. Also returns the place of its end.
fn read_header(mut file: &File, path: &Path) -> Result<(Header, u64)> {
    let wrong = |found: &str| unsuitable(path, found.to_owned(), "`np.save` writes such files");
    let mut read = |bytes: &mut [u8]| {
        file.read_exact(bytes).map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => wrong("the header is truncated"),
            _ => Error::Io { file: path.into(), source },
        })
    };
    // Magic and version.
    let mut bytes = [0; MAGIC.len() + 2];
    read(&mut bytes)?;
    ensure(bytes.starts_with(MAGIC), || wrong("this is not a .npy file"))?;
    let of_length = match bytes[MAGIC.len()] {
        1 => 2,
        2 | 3 => 4,
        version => return Err(wrong(&format!("version {version} of the format is unknown"))),
    };
    let mut length = [0; 4];
    read(&mut length[..of_length])?;
    let length = u32::from_le_bytes(length);
    let too_long = || wrong(&format!("the header has a length of {length} bytes"));
    ensure(length <= LONGEST, too_long)?;
    let mut text = vec![0; length as usize];
    read(&mut text)?;
    let header = std::str::from_utf8(&text).ok().and_then(Header::parse);
    let header = header.ok_or_else(|| wrong("the header is not that of an array of numbers"))?;
    Ok((header, (bytes.len() + of_length + text.len()) as u64))
}
