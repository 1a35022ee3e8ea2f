//! Tables of numbers and text, read from CSV files.

mod encoding;
pub(crate) mod error;
mod infer;
mod parser;
mod rows;
mod source;
mod stream;
mod target;

use super::cell::{abbreviated, list};
use crate::error::{CellProblem, Error, Result, TableError};
use rows::{RowReader, TableColumn, scan};
use source::CsvSource;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
pub use stream::RowStream;
pub use target::Target;

/// A CSV file: a header, then rows of cells separated by commas.
///
/// [`dataset`](Self::dataset) and its short forms [`regression`](Self::regression),
/// [`binary`](Self::binary) and [`multiclass`](Self::multiclass) turn a table into a
/// [`Dataset`](crate::data::Dataset). Every column but the target is a feature, in the file's
/// order. A file larger than memory is opened by [`open_csv`](Self::open_csv) and read in chunks
/// by [`stream`](Self::stream).
///
/// - Cells may be quoted. White space around them is ignored.
/// - A feature is numeric if at least half of its cells are numbers, or if all cells are numbers or
///   say that a value is missing (`NA`, `?`, `-`, `null`, …). A cell in a numeric column that is
///   not a number is then an error.
/// - Any other feature is text. It becomes a feature of 0 and 1 for each of its values, in
///   alphabetical order, named `origin=Europe`.
/// - Blank cells and NaN are errors in every column that is used. Nothing is filled in.
/// - A numeric feature whose largest magnitude is more than 1,000 times its range, max − min > 0,
///   has a round offset. It is the multiple of 10^k nearest to the middle, (max + min) / 2, where
///   10^k is the smallest power of ten that is at least the range. The feature is the number minus
///   the offset, computed in `f64` and then rounded to `F`: seconds since 1970 keep their digits in
///   `f32`. The schema keeps the offset, and the feature's name tells it. Targets have no offset:
///   predictions are in the target's own unit.
///
/// ```
/// use densely::Table;
///
/// let csv = "weight,origin,mpg\n3504,USA,18\n2372,Japan,24\n1835,Europe,26\n";
/// let data = Table::parse_csv(csv.as_bytes(), "cars")?.regression::<f32>("mpg")?;
/// assert_eq!(data.feature_names(), ["weight", "origin=Europe", "origin=Japan", "origin=USA"]);
/// assert_eq!(data.inputs().row(1).to_vec(), [2372.0, 0.0, 1.0, 0.0]);
///
/// let csv = "seconds,mpg\n1700000010,18\n1700000020,24\n1700000090,26\n";
/// let data = Table::parse_csv(csv.as_bytes(), "trips")?.regression::<f32>("mpg")?;
/// assert_eq!(data.feature_names(), ["seconds - 1700000100"]);
/// assert_eq!(data.inputs().column(0).to_vec(), [-90.0, -80.0, -10.0]);
///
/// let table = Table::parse_csv("weight,mpg\n3504,18\n?,24\n1835,26\n".as_bytes(), "cars")?;
/// let error = table.regression::<f32>("mpg").unwrap_err();
/// assert_eq!(error.to_string(), r#"cars: row 2, column "weight": "?" is not a number"#);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone)]
pub struct Table {
    /// The file's name in messages.
    file: String,
    /// Cells are parsed whenever they are needed.
    source: CsvSource,
    columns: Vec<TableColumn>,
    rows: usize,
}

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
    /// [`TableError::RaggedRow`] for a row with another number of cells than the header;
    /// [`TableError::HeaderNotUtf8`], and [`TableError::Cell`] for a cell that is not UTF-8. Other
    /// errors in a column are found when it is used. Each error names the file, the row and the
    /// column.
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let (file, _) = Error::open_file(path)?;
        Self::parse_csv(file, &path.display().to_string())
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
    pub fn parse_csv(mut reader: impl Read, name: &str) -> Result<Self> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|source| Error::Io { file: name.into(), source })?;
        Self::scanned(CsvSource::Memory(bytes), name)
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
        let path = path.as_ref();
        Self::scanned(CsvSource::file(path)?, &path.display().to_string())
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
        let file = name.to_owned();
        let source = CsvSource::Reopened(Arc::new(move || match open() {
            Ok(reader) => Ok(Box::new(reader)),
            Err(source) => Err(Error::Io { file: (&file).into(), source }),
        }));
        Self::scanned(source, name)
    }

    fn scanned(source: CsvSource, name: &str) -> Result<Self> {
        let (columns, rows) = scan(&source, name)?;
        Ok(Self { file: name.to_owned(), source, columns, rows })
    }

    /// The number of rows below the header.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns' names, in the file's order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns().map(|(_, column)| column.name.as_str())
    }

    /// The table without the columns of these names. Leave out identifiers, and values that are
    /// unknown at the time of a prediction. A name applies to all columns that have it.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let csv = "id,weight,mpg\nA7,3504,18\nB2,2372,24\nC9,1835,26\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "cars")?.without(["id"])?;
    /// assert_eq!(table.regression::<f32>("mpg")?.feature_names(), ["weight"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TableError::UnknownColumn`].
    pub fn without(mut self, columns: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        for name in columns {
            let name = name.as_ref();
            if self.columns().all(|(_, column)| column.name != name) {
                return Err(self.unknown(name));
            }
            let named = |column: &&mut TableColumn| column.name == name;
            self.columns.iter_mut().filter(named).for_each(|column| column.left_out = true);
        }
        Ok(self)
    }

    /// The columns that are not left out, with their places in a row.
    fn columns(&self) -> impl Iterator<Item = (usize, &TableColumn)> {
        self.columns.iter().enumerate().filter(|(_, column)| !column.left_out)
    }

    /// The text of each cell of a column, without quotes and without white space around it.
    ///
    /// ```
    /// # use densely::Table;
    /// let csv = "name,mpg\n\"Datsun, 210\",37\nVW Pickup,44\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "cars")?;
    /// assert_eq!(table.text("name")?, ["Datsun, 210", "VW Pickup"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TableError::UnknownColumn`], [`TableError::DuplicateColumn`].
    pub fn text(&self, column: &str) -> Result<Vec<String>> {
        let index = self.column(column)?;
        let mut text = Vec::with_capacity(self.rows);
        self.row_reader()?.each(self.rows, |_, record| {
            text.push(record.cell(index).to_owned());
            Ok(())
        })?;
        Ok(text)
    }

    /// The place of the one column that has this name.
    fn column(&self, name: &str) -> Result<usize> {
        let mut found = self.columns().filter(|(_, column)| column.name == name);
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(index),
            (Some(_), Some(_)) => {
                let (file, column) = (self.file.clone(), name.to_owned());
                Err(TableError::DuplicateColumn { file, column }.into())
            }
            (None, _) => Err(self.unknown(name)),
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let (file, column) = (self.file.clone(), name.to_owned());
        Error::Table(TableError::UnknownColumn { file, column, columns: list(self.column_names()) })
    }

    fn row_reader(&self) -> Result<RowReader<'_>> {
        RowReader::new(&self.source, &self.file, (self.rows, self.columns.len()))
    }

    fn bad(&self, row: usize, index: usize, value: &str, problem: CellProblem) -> Error {
        let (file, column) = (self.file.clone(), self.columns[index].name.clone());
        Error::Table(TableError::Cell { file, row, column, value: abbreviated(value), problem })
    }
}

/// Shows everything but the cells.
impl std::fmt::Debug for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Table")
            .field("file", &self.file)
            .field("columns", &self.columns)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
