//! The bytes of a CSV file, in memory or in a place that can be read again.

use crate::error::{Error, Result};
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

type OpenCsv = dyn Fn() -> Result<Box<dyn Read + Send>> + Send + Sync;

/// Gives the bytes of a CSV file from the first to the last, as often as needed.
#[derive(Clone)]
pub(super) enum CsvSource {
    Memory(Vec<u8>),
    Reopened(Arc<OpenCsv>),
}

const BUFFER_BYTES: usize = 1 << 18;

/// The parser recognises a byte order mark only if it gets the first bytes in one piece.
const FIRST_BYTES: u64 = 64;

impl CsvSource {
    /// A file, which must not change while it is used.
    pub(super) fn file(path: &Path) -> Result<Self> {
        let path = path.to_owned();
        let io = |path: &Path, source| Error::Io { file: path.to_owned(), source };
        let metadata = std::fs::metadata(&path).map_err(|source| io(&path, source))?;
        if metadata.is_dir() {
            return Err(io(&path, std::io::ErrorKind::IsADirectory.into()));
        }
        if !metadata.is_file() {
            let source = std::io::Error::other("not a regular file: it could be read only once");
            return Err(io(&path, source));
        }
        let state = |metadata: &std::fs::Metadata| -> (u64, Option<SystemTime>) {
            (metadata.len(), metadata.modified().ok())
        };
        let then = state(&metadata);
        Ok(Self::Reopened(Arc::new(move || {
            let file = std::fs::File::open(&path).map_err(|source| io(&path, source))?;
            let metadata = file.metadata().map_err(|source| io(&path, source))?;
            if state(&metadata) != then {
                return Err(Error::ChangedFile { file: path.display().to_string() });
            }
            Ok(Box::new(file))
        })))
    }

    /// Reads from the first byte on.
    pub(super) fn read(&self, file: &str) -> Result<Box<dyn BufRead + Send + '_>> {
        let open = match self {
            Self::Memory(bytes) => return Ok(Box::new(&bytes[..])),
            Self::Reopened(open) => open,
        };
        let mut reader = open()?;
        let mut first = Vec::new();
        let read = reader.by_ref().take(FIRST_BYTES).read_to_end(&mut first);
        read.map_err(|source| Error::Io { file: file.into(), source })?;
        let rest = BufReader::with_capacity(BUFFER_BYTES, reader);
        Ok(Box::new(Cursor::new(first).chain(rest)))
    }
}
