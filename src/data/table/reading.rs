//! Reads a table from a file, from memory or from another place.

use super::{Table, format::CsvFormat, source::CsvSource};
use crate::error::{Error, Result, TableError};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

impl Table {
    /// Reads a CSV file.
    ///
    /// ```
    /// use densely::{Error, Table};
    ///
    /// let cars = Table::read_csv("data/auto_mpg.csv")?;
    /// assert_eq!(cars.rows(), 392);
    /// assert!(cars.column_names().any(|name| name == "horsepower"));
    /// assert!(matches!(Table::read_csv("data/no such file.csv"), Err(Error::Io { .. })));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the file cannot be read; [`TableError::EmptyFile`], [`TableError::NoRows`];
    /// [`TableError::RaggedRow`] for a row with another number of cells than the header, blank ones
    /// at its end left out; [`TableError::NoHeader`], [`TableError::RepeatedHeader`];
    /// [`TableError::HeaderNotUtf8`], and [`TableError::Cell`] for a cell that is not UTF-8. Other
    /// errors in a column are found when it is used. Each error names the file, the row and the
    /// column.
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        CsvFormat::new().read(path)
    }

    /// Reads CSV from any reader. Messages call it `name`.
    ///
    /// ```
    /// use densely::{Error, Table, error::TableError};
    ///
    /// let table = Table::parse_csv("weight,mpg\n3504,18\n2372,24\n".as_bytes(), "cars")?;
    /// assert_eq!(table.rows(), 2);
    /// assert_eq!(table.column_names().collect::<Vec<_>>(), ["weight", "mpg"]);
    /// let error = Table::parse_csv("weight,mpg\n3504\n".as_bytes(), "cars");
    /// assert!(matches!(
    ///     error,
    ///     Err(Error::Table(TableError::RaggedRow { row: 1, found: 1, expected: 2, .. }))
    /// ));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read_csv`](Self::read_csv).
    pub fn parse_csv(reader: impl Read, name: &str) -> Result<Self> {
        CsvFormat::new().parse(reader, name)
    }

    /// Opens a CSV file that may be larger than memory. It is read now, and again whenever its
    /// cells are needed. It must not change while the table exists.
    ///
    /// ```
    /// use densely::{Table, data::Target};
    ///
    /// let cars = Table::open_csv("data/auto_mpg.csv")?;
    /// let mut rows = 0;
    /// for data in cars.stream::<f32>(Target::number("mpg"))?.chunks(100) {
    ///     rows += data?.rows(); // 100 rows, the last time 92
    /// }
    /// assert_eq!(rows, cars.rows());
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read_csv`](Self::read_csv), and [`Error::Io`] if it is not a regular file: a pipe could
    /// be read only once. A row longer than 64 MB is [`TableError::LongRow`], here and everywhere.
    /// Methods that read the file again return [`Error::Io`] and [`Error::ChangedFile`].
    pub fn open_csv(path: impl AsRef<Path>) -> Result<Self> {
        CsvFormat::new().open(path)
    }

    /// Opens CSV from another place, such as a compressed file. `open` is called whenever the file
    /// is read from its first byte on. Messages call it `name`.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let csv = "weight,mpg\n3504,18\n2372,24\n";
    /// let table = Table::open_csv_with(|| Ok(csv.as_bytes()), "cars")?;
    /// assert_eq!(table.rows(), 2);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open_csv`](Self::open_csv). An error of `open` becomes [`Error::Io`].
    pub fn open_csv_with<R: Read + Send + 'static>(
        open: impl Fn() -> std::io::Result<R> + Send + Sync + 'static,
        name: &str,
    ) -> Result<Self> {
        CsvFormat::new().open_with(open, name)
    }
}

impl CsvFormat {
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
