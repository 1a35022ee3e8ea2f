//! Reads a table from a file, from memory or from another place.

use super::source::{self, Bytes, CsvSource, decoded};
use super::{Table, format::CsvFormat, format::Header};
use crate::data::cell::quoted;
use crate::error::{Error, Result, TableError, check::ensure};
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
    /// [`TableError::NotText`], [`TableError::HeaderNotUtf8`], and [`TableError::Cell`] for a cell
    /// that is not UTF-8. Other errors in a column are found when it is used. Each error names the
    /// file, the row and the column.
    ///
    /// [`TableError::Cell`]: crate::error::TableError::Cell
    /// [`TableError::EmptyFile`]: crate::error::TableError::EmptyFile
    /// [`TableError::HeaderNotUtf8`]: crate::error::TableError::HeaderNotUtf8
    /// [`TableError::NoHeader`]: crate::error::TableError::NoHeader
    /// [`TableError::NoRows`]: crate::error::TableError::NoRows
    /// [`TableError::NotText`]: crate::error::TableError::NotText
    /// [`TableError::RaggedRow`]: crate::error::TableError::RaggedRow
    /// [`TableError::RepeatedHeader`]: crate::error::TableError::RepeatedHeader
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
    ///
    /// [`TableError::LongRow`]: crate::error::TableError::LongRow
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

    /// A table of texts that an application has, such as those of a request. A cell has what would
    /// stand in a file: nothing for a missing value, a date in its written form. Messages call the
    /// table `name`.
    ///
    /// ```
    /// use densely::{Identity, Mlp, Table, schema::{Column, Schema}};
    ///
    /// let mut net = Mlp::<f32>::builder(2).dense(1, Identity).without_units().build()?;
    /// // Training on a table does this:
    /// let origin = Column::two("origin", ["Europe", "Japan, or Korea"]);
    /// net.set_schema(Schema::new([Column::numbers("weight"), origin]))?;
    ///
    /// let request = [("origin", "Japan, or Korea"), ("weight", "2372")];
    /// let (names, cells): (Vec<_>, Vec<_>) = request.into_iter().unzip();
    /// let inputs = Table::from_rows(names, [cells], "request")?.inputs_for(&net)?;
    /// assert_eq!(inputs, ndarray::array![[2372.0, 1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read_csv`](Self::read_csv).
    pub fn from_rows(
        names: impl IntoIterator<Item = impl AsRef<str>>,
        rows: impl IntoIterator<Item = impl IntoIterator<Item = impl AsRef<str>>>,
        name: &str,
    ) -> Result<Self> {
        let (mut csv, expected) = line(names);
        for (row, cells) in (1..).zip(rows) {
            let (line, found) = line(cells);
            let ragged = || TableError::RaggedRow { file: name.to_owned(), row, found, expected };
            ensure(found == expected, ragged)?;
            csv += &line;
        }
        let format = CsvFormat { header: Header::Told, ..CsvFormat::new().separator(b',') };
        format.parse(csv.as_bytes(), name)
    }
}

/// A line of a CSV file, and the number of its cells.
fn line(cells: impl IntoIterator<Item = impl AsRef<str>>) -> (String, usize) {
    let cells: Vec<_> = cells.into_iter().map(|cell| quoted(cell.as_ref())).collect();
    (cells.join(",") + "\n", cells.len())
}

impl CsvFormat {
    /// Reads a file into memory: [`Table::read_csv`] with this format.
    ///
    /// # Errors
    ///
    /// As [`Table::read_csv`]; [`TableError::Encoding`] for an unknown encoding.
    ///
    /// [`TableError::Encoding`]: crate::error::TableError::Encoding
    pub fn read(self, path: impl AsRef<Path>) -> Result<Table> {
        let path = path.as_ref();
        let (file, _) = Error::open_file(path)?;
        self.parse(source::decompressed(Box::new(file), path)?, &path.display().to_string())
    }

    /// Reads CSV from any reader: [`Table::parse_csv`] with this format.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn parse(self, reader: impl Read, name: &str) -> Result<Table> {
        let mut bytes = source::whole(reader, name)?;
        // Decodes what is in memory only if it must.
        if self.encoding.is_some() || source::is_utf_16(&bytes) {
            let decoded = decoded(Box::new(&bytes[..]), self.encoding.as_deref(), name)?;
            bytes = source::whole(decoded, name)?;
        }
        Table::scanned(CsvSource::Memory(bytes.into()), name, self)
    }

    /// Opens a file that may be larger than memory: [`Table::open_csv`] with this format.
    ///
    /// # Errors
    ///
    /// As [`Table::open_csv`]; [`TableError::Encoding`] for an unknown encoding.
    ///
    /// [`TableError::Encoding`]: crate::error::TableError::Encoding
    pub fn open(self, path: impl AsRef<Path>) -> Result<Table> {
        let path = path.as_ref();
        self.reopened(source::unchanged(path)?, &path.display().to_string())
    }

    /// Opens CSV from another place: [`Table::open_csv_with`] with this format.
    ///
    /// # Errors
    ///
    /// As [`Table::open_csv_with`]; [`TableError::Encoding`] for an unknown encoding.
    ///
    /// [`TableError::Encoding`]: crate::error::TableError::Encoding
    pub fn open_with<R: Read + Send + 'static>(
        self,
        open: impl Fn() -> std::io::Result<R> + Send + Sync + 'static,
        name: &str,
    ) -> Result<Table> {
        let file = name.to_owned();
        self.reopened(move || Ok(Box::new(open().map_err(Error::io(file.as_ref()))?)), name)
    }

    fn reopened(
        self,
        open: impl Fn() -> Result<Bytes<'static>> + Send + Sync + 'static,
        name: &str,
    ) -> Result<Table> {
        let (file, encoding) = (name.to_owned(), self.encoding.clone());
        let open = move || decoded(open()?, encoding.as_deref(), &file);
        Table::scanned(CsvSource::Reopened(Arc::new(open)), name, self)
    }
}
