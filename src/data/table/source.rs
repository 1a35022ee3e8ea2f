//! The bytes of a CSV file, in memory or in a place that can be read again.

use crate::error::{Error, Result};
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

pub(super) type OpenCsv = dyn Fn() -> Result<Box<dyn Read + Send>> + Send + Sync;

/// Gives the bytes of a CSV file from the first to the last, as often as needed.
#[derive(Clone)]
pub(super) enum CsvSource {
    Memory(Arc<Vec<u8>>),
    Reopened(Arc<OpenCsv>),
}

const BUFFER_BYTES: usize = 1 << 18;

/// The byte order mark of UTF-8.
const MARK: &[u8] = &[0xef, 0xbb, 0xbf];

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

    /// Another place, such as an address.
    pub(super) fn reopened<R: Read + Send + 'static>(
        open: impl Fn() -> std::io::Result<R> + Send + Sync + 'static,
        name: &str,
    ) -> Self {
        let file = name.to_owned();
        Self::Reopened(Arc::new(move || match open() {
            Ok(reader) => Ok(Box::new(reader)),
            Err(source) => Err(Error::Io { file: (&file).into(), source }),
        }))
    }

    /// Reads from the first byte on, without a byte order mark.
    pub(super) fn read(&self, file: &str) -> Result<Box<dyn BufRead + Send + '_>> {
        let open = match self {
            Self::Memory(bytes) => return Ok(Box::new(bytes.strip_prefix(MARK).unwrap_or(bytes))),
            Self::Reopened(open) => open,
        };
        let mut reader = open()?;
        let mut first = Vec::new();
        let read = reader.by_ref().take(MARK.len() as u64).read_to_end(&mut first);
        read.map_err(|source| Error::Io { file: file.into(), source })?;
        if first == MARK {
            first.clear();
        }
        let rest = BufReader::with_capacity(BUFFER_BYTES, reader);
        Ok(Box::new(Cursor::new(first).chain(rest)))
    }
}
