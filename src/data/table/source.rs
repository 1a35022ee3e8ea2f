//! The bytes of a CSV file, in memory or in a place that can be read again.

use crate::error::{Error, Result, TableError, check::ensure};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

pub(super) type Bytes<'r> = Box<dyn Read + Send + 'r>;

/// Gives the bytes of a CSV file from the first to the last, as often as needed.
#[derive(Clone)]
pub(super) enum CsvSource {
    Memory(Arc<Vec<u8>>),
    /// Text in UTF-8 without a byte order mark.
    Reopened(Arc<dyn Fn() -> Result<Bytes<'static>> + Send + Sync>),
}

/// Without the bytes.
impl std::fmt::Debug for CsvSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("CsvSource").finish_non_exhaustive()
    }
}

const BUFFER_BYTES: usize = 1 << 18;

/// The byte order mark of UTF-8.
const MARK: &[u8] = &[0xef, 0xbb, 0xbf];

impl CsvSource {
    /// Reads from the first byte on, without a byte order mark.
    pub(super) fn read(&self) -> Result<Box<dyn BufRead + Send + '_>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(bytes.strip_prefix(MARK).unwrap_or(bytes)),
            Self::Reopened(open) => Box::new(BufReader::with_capacity(BUFFER_BYTES, open()?)),
        })
    }
}

/// Opens a file again and again. It must not change in the meantime.
pub(super) fn unchanged(path: &Path) -> Result<impl Fn() -> Result<Bytes<'static>> + use<>> {
    let wrong = Error::io(path);
    let metadata = std::fs::metadata(path).map_err(&wrong)?;
    ensure(!metadata.is_dir(), || wrong(std::io::ErrorKind::IsADirectory.into()))?;
    let only_once = "not a regular file: it could be read only once";
    ensure(metadata.is_file(), || wrong(std::io::Error::other(only_once)))?;
    let (path, then) = (path.to_owned(), (metadata.len(), metadata.modified().ok()));
    Ok(move || {
        let (file, metadata) = Error::open_file(&path)?;
        let is_same = (metadata.len(), metadata.modified().ok()) == then;
        ensure(is_same, || Error::ChangedFile { file: path.display().to_string() })?;
        decompressed(Box::new(file), &path)
    })
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"))
}

pub(super) fn is_utf_16(first: &[u8]) -> bool {
    first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff])
}

/// All bytes of a reader.
pub(super) fn whole(mut reader: impl Read, file: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(Error::io(file.as_ref()))?;
    Ok(bytes)
}

/// The content of a file, which is compressed if its extension is `.gz`.
#[cfg(feature = "formats")]
pub(super) fn decompressed<'r>(reader: Bytes<'r>, path: &Path) -> Result<Bytes<'r>> {
    Ok(match is_compressed(path) {
        true => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(reader))),
        false => reader,
    })
}

#[cfg(not(feature = "formats"))]
pub(super) fn decompressed<'r>(reader: Bytes<'r>, path: &Path) -> Result<Bytes<'r>> {
    ensure(!is_compressed(path), || needs_formats(&path.display().to_string(), "is compressed"))?;
    Ok(reader)
}

/// The text of a file as UTF-8, without a byte order mark.
#[cfg(feature = "formats")]
pub(super) fn decoded<'r>(
    reader: Bytes<'r>,
    encoding: Option<&str>,
    file: &str,
) -> Result<Bytes<'r>> {
    let named = |name: &str| {
        let unknown = || TableError::Encoding { file: file.to_owned(), encoding: name.to_owned() };
        encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(unknown)
    };
    let mut decoder = encoding_rs_io::DecodeReaderBytesBuilder::new();
    decoder.encoding(encoding.map(named).transpose()?);
    Ok(Box::new(decoder.bom_override(true).utf8_passthru(true).strip_bom(true).build(reader)))
}

/// The text of a file that must be UTF-8, without a byte order mark.
#[cfg(not(feature = "formats"))]
pub(super) fn decoded<'r>(
    mut reader: Bytes<'r>,
    encoding: Option<&str>,
    file: &str,
) -> Result<Bytes<'r>> {
    ensure(encoding.is_none(), || needs_formats(file, "is read in another encoding than UTF-8"))?;
    let mut first = whole(reader.by_ref().take(MARK.len() as u64), file)?;
    ensure(!is_utf_16(&first), || needs_formats(file, "is UTF-16"))?;
    if first == MARK {
        first.clear();
    }
    Ok(Box::new(std::io::Cursor::new(first).chain(reader)))
}

#[cfg(not(feature = "formats"))]
fn needs_formats(file: &str, what: &'static str) -> Error {
    TableError::NeedsFeature { file: file.to_owned(), what, feature: "formats" }.into()
}
