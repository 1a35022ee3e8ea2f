//! Where the bytes of a table are: in memory, or wherever they can be read again.

use crate::error::{Error, Result};
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

type Open = dyn Fn() -> Result<Box<dyn Read + Send>> + Send + Sync;

/// The bytes of a CSV file, from the first to the last, as often as they are asked for.
#[derive(Clone)]
pub(super) enum Bytes {
    Held(Vec<u8>),
    Elsewhere(Arc<Open>),
}

/// How many are read at a time.
const AT_A_TIME: usize = 1 << 18;

/// So many of the first are handed over together: only then is a byte order mark known for one.
const FIRST: u64 = 64;

impl Bytes {
    /// Of a file that stays as it is until the last of them was read.
    pub(super) fn of_file(path: &Path) -> Result<Self> {
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
        Ok(Self::Elsewhere(Arc::new(move || {
            let file = std::fs::File::open(&path).map_err(|source| io(&path, source))?;
            let metadata = file.metadata().map_err(|source| io(&path, source))?;
            if state(&metadata) != then {
                return Err(Error::ChangedFile { file: path.display().to_string() });
            }
            Ok(Box::new(file))
        })))
    }

    /// From the first one on.
    pub(super) fn read(&self, file: &str) -> Result<Box<dyn BufRead + Send + '_>> {
        let open = match self {
            Self::Held(bytes) => return Ok(Box::new(&bytes[..])),
            Self::Elsewhere(open) => open,
        };
        let mut reader = open()?;
        let mut first = Vec::new();
        let read = reader.by_ref().take(FIRST).read_to_end(&mut first);
        read.map_err(|source| Error::Io { file: file.into(), source })?;
        let rest = BufReader::with_capacity(AT_A_TIME, reader);
        Ok(Box::new(Cursor::new(first).chain(rest)))
    }
}
