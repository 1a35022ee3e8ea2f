//! How a CSV file is read, where the file itself does not show it.

use super::{Table, source::CsvSource};
use crate::data::missing::MissingWords;
use crate::error::{Error, Result, TableError};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// How a CSV file is read. What is not set is found out from the file.
///
/// - The **separator** is that of `,`, `;`, tab and `|` that gives every row the same number of
///   cells. A first line such as `sep=;` names it.
/// - The **decimals** of a column follow a point or a comma, whichever reads all its cells. If both
///   do, as for `1,234`, the other columns decide; else they follow a comma in a file with
///   semicolons, and a point in any other.
/// - The **encoding** is UTF-8, with a byte order mark or without, or, with the cargo feature
///   `formats`, UTF-16 with a mark. Other encodings must be named.
/// - A file whose name ends in `.gz` is decompressed, with the cargo feature `formats`.
/// - The **header** is the first line. A first line that looks like a row is an error.
/// - A **missing value** is a blank cell or one of `?`, `NA`, `N/A`, `#N/A`, `<NA>`, `NaN`, `null`
///   in any case; among numbers and dates also `-`, `--`, `.`, `nil` and `none`.
///
/// ```
/// use densely::data::CsvFormat;
///
/// let csv = "3504|18,5\n2372|-200\n";
/// let format = CsvFormat::new().without_header().missing_values(["-200"]);
/// let table = format.parse(csv.as_bytes(), "cars")?.with_missing();
/// assert_eq!(table.column_names().collect::<Vec<_>>(), ["1", "2"]);
/// // The second row has no target.
/// assert_eq!(table.regression::<f64>("2")?.targets(), ndarray::array![[18.5]]);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CsvFormat {
    pub(super) separator: Option<u8>,
    pub(super) header: Header,
    pub(super) decimal_comma: bool,
    pub(super) missing: MissingWords,
    encoding: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Header {
    /// The first line, unless it looks like a row.
    #[default]
    Expected,
    Present,
    Absent,
}

impl CsvFormat {
    /// A format that is found out from the file.
    pub fn new() -> Self {
        Self::default()
    }

    /// The byte between cells, such as `b';'`.
    pub fn separator(mut self, separator: u8) -> Self {
        self.separator = Some(separator);
        self
    }

    /// The first line is a row. The columns' names are 1, 2, ….
    pub fn without_header(mut self) -> Self {
        self.header = Header::Absent;
        self
    }

    /// The first line is the header, even if it looks like a row.
    pub fn with_header(mut self) -> Self {
        self.header = Header::Present;
        self
    }

    /// A comma stands before the decimals of every number.
    pub fn decimal_comma(mut self) -> Self {
        self.decimal_comma = true;
        self
    }

    /// Takes these words for missing values too. A number is one however it is written.
    pub fn missing_values(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.missing.add(words.into_iter().map(Into::into));
        self
    }

    /// Takes only blank cells for missing values, and the words of later calls of
    /// [`missing_values`](Self::missing_values).
    pub fn without_usual_missing_values(mut self) -> Self {
        self.missing = MissingWords::none();
        self
    }

    /// The file's encoding, by a [name](https://encoding.spec.whatwg.org/#names-and-labels) such as
    /// `latin1` or `utf-16le`. Needs the cargo feature `formats`.
    pub fn encoding(mut self, name: impl Into<String>) -> Self {
        self.encoding = Some(name.into());
        self
    }

    /// Reads a file into memory: [`Table::read_csv`] with this format.
    ///
    /// # Errors
    ///
    /// As [`Table::read_csv`]; [`TableError::Encoding`] for an unknown encoding.
    pub fn read(self, path: impl AsRef<Path>) -> Result<Table> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let (file, _) = Error::open_file(path)?;
        let compressed = is_compressed(path);
        let bytes = self.bytes(Box::new(file), compressed, &name)?;
        Table::scanned(CsvSource::Memory(bytes.into()), &name, self)
    }

    /// Reads CSV from any reader: [`Table::parse_csv`] with this format.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn parse(self, reader: impl Read, name: &str) -> Result<Table> {
        let mut bytes = Vec::new();
        let mut reader = reader;
        reader.read_to_end(&mut bytes).map_err(|source| Error::Io { file: name.into(), source })?;
        // Decodes what is in memory only if it must.
        if self.encoding.is_some() || is_utf_16(&bytes) {
            bytes = self.bytes(Box::new(std::io::Cursor::new(bytes)), false, name)?;
        }
        Table::scanned(CsvSource::Memory(bytes.into()), name, self)
    }

    /// Opens a file that may be larger than memory: [`Table::open_csv`] with this format.
    ///
    /// # Errors
    ///
    /// As [`Table::open_csv`]; [`TableError::Encoding`] for an unknown encoding.
    pub fn open(self, path: impl AsRef<Path>) -> Result<Table> {
        let path = path.as_ref();
        let (name, source) = (path.display().to_string(), CsvSource::file(path)?);
        self.reopened(source, is_compressed(path), &name)
    }

    /// Opens CSV from another place: [`Table::open_csv_with`] with this format.
    ///
    /// # Errors
    ///
    /// As [`Table::open_csv_with`]; [`TableError::Encoding`] for an unknown encoding.
    pub fn open_with<R: Read + Send + 'static>(
        self,
        open: impl Fn() -> std::io::Result<R> + Send + Sync + 'static,
        name: &str,
    ) -> Result<Table> {
        let source = CsvSource::reopened(open, name);
        self.reopened(source, false, name)
    }

    fn reopened(self, source: CsvSource, compressed: bool, name: &str) -> Result<Table> {
        let CsvSource::Reopened(open) = source else {
            return Table::scanned(source, name, self);
        };
        let (file, encoding) = (name.to_owned(), self.encoding.clone());
        let open = move || decoded(open()?, compressed, encoding.as_deref(), &file);
        Table::scanned(CsvSource::Reopened(Arc::new(open)), name, self)
    }

    fn bytes(
        &self,
        reader: Box<dyn Read + Send + '_>,
        compressed: bool,
        name: &str,
    ) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut reader = decoded(reader, compressed, self.encoding.as_deref(), name)?;
        reader.read_to_end(&mut bytes).map_err(|source| Error::Io { file: name.into(), source })?;
        Ok(bytes)
    }
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"))
}

fn is_utf_16(first: &[u8]) -> bool {
    first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff])
}

type Bytes<'r> = Box<dyn Read + Send + 'r>;

/// The text of a file as UTF-8, decompressed.
#[cfg(feature = "formats")]
fn decoded<'r>(
    mut reader: Bytes<'r>,
    compressed: bool,
    encoding: Option<&str>,
    file: &str,
) -> Result<Bytes<'r>> {
    if compressed {
        reader = Box::new(flate2::read::MultiGzDecoder::new(std::io::BufReader::new(reader)));
    }
    let named = |name: &str| {
        let unknown = || TableError::Encoding { file: file.to_owned(), encoding: name.to_owned() };
        encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(unknown)
    };
    let encoding = encoding.map(named).transpose()?;
    let (first, reader) = peeked(reader, file)?;
    if encoding.is_none() && !is_utf_16(&first) {
        return Ok(reader);
    }
    let mut builder = encoding_rs_io::DecodeReaderBytesBuilder::new();
    Ok(Box::new(builder.encoding(encoding).bom_override(true).build(reader)))
}

/// The text of a file that must be UTF-8.
#[cfg(not(feature = "formats"))]
fn decoded<'r>(
    reader: Bytes<'r>,
    compressed: bool,
    encoding: Option<&str>,
    file: &str,
) -> Result<Bytes<'r>> {
    let (first, reader) = peeked(reader, file)?;
    let what = match encoding {
        Some(_) => "is read in another encoding than UTF-8",
        None if compressed => "is compressed",
        None if is_utf_16(&first) => "is UTF-16",
        None => return Ok(reader),
    };
    Err(TableError::NeedsFeature { file: file.to_owned(), what, feature: "formats" }.into())
}

/// The first two bytes of a reader, and a reader of all bytes.
fn peeked<'r>(mut reader: Bytes<'r>, file: &str) -> Result<(Vec<u8>, Bytes<'r>)> {
    let mut first = Vec::new();
    let read = reader.by_ref().take(2).read_to_end(&mut first);
    read.map_err(|source| Error::Io { file: file.into(), source })?;
    let all = std::io::Cursor::new(first.clone()).chain(reader);
    Ok((first, Box::new(all)))
}
