//! Tables of numbers and text, read from CSV files.

mod cell;
mod encoding;
pub(crate) mod error;
mod infer;
mod parser;
mod rows;
mod source;
mod stream;
mod tasks;

use crate::error::{CellProblem, Error, Result, TableError};
pub(super) use cell::{Kinds, abbreviated, category, list, number};
use rows::{Header, Rows};
use source::Bytes;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
pub use stream::RowStream;

/// A CSV file: a header, then rows of cells separated by commas; every column numbers or text.
///
/// Cells may be quoted, and white space around them does not count. A column of features is numeric where at least half of its cells are
/// numbers, or all that are not say that a value is missing (`NA`, `?`, `-`, `null`, …); a cell in it that is not a number is then an error. In any other
/// column the cells are text. Blank cells and NaN are
/// errors in every column that is used: there is no silent treatment of missing values.
///
/// [`regression`](Self::regression), [`binary`](Self::binary) and [`multiclass`](Self::multiclass) turn it into a
/// [`Dataset`](crate::data::Dataset), with every column but the target as features, in the file's order. A text column becomes a
/// column of 0 and 1 for each of its values, in alphabetical order, named `origin=Europe`.
///
/// A file that is larger than memory is opened by [`open_csv`](Self::open_csv), and becomes data sets of some rows at a time, by
/// [`regression_stream`](Self::regression_stream), [`binary_stream`](Self::binary_stream) and [`multiclass_stream`](Self::multiclass_stream).
///
/// ```
/// use densely::Table;
///
/// let csv = "weight,origin,mpg\n3504,USA,18\n2372,Japan,24\n1835,Europe,26\n";
/// let data = Table::parse_csv(csv.as_bytes(), "cars")?.regression::<f32>("mpg")?;
/// assert_eq!(data.feature_names(), ["weight", "origin=Europe", "origin=Japan", "origin=USA"]);
/// assert_eq!(data.inputs().row(1).to_vec(), [2372.0, 0.0, 1.0, 0.0]);
///
/// let table = Table::parse_csv("weight,mpg\n3504,18\n?,24\n1835,26\n".as_bytes(), "cars")?;
/// let error = table.regression::<f32>("mpg").unwrap_err();
/// assert_eq!(error.to_string(), r#"cars: row 2, column "weight": "?" is not a number"#);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone)]
pub struct Table {
    /// What messages call it.
    file: String,
    /// All of it: cells are read when they are asked for.
    bytes: Bytes,
    headers: Vec<Header>,
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
    /// Each names the file, and the row and column as far as they exist. [`Error::Io`] if it cannot be read;
    /// [`TableError::EmptyFile`], [`TableError::NoRows`]; [`TableError::RaggedRow`]; [`TableError::HeaderNotUtf8`]; [`TableError::Cell`] for a cell that is not UTF-8. What else
    /// may be wrong with a column is said when it is used.
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let io = |source| Error::Io { file: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(io)?;
        if file.metadata().map_err(io)?.is_dir() {
            return Err(io(std::io::ErrorKind::IsADirectory.into()));
        }
        Self::parse_csv(file, &path.display().to_string())
    }

    /// Reads CSV from anywhere; error messages call it `name`.
    ///
    /// ```
    /// use densely::{Error, Table, error::TableError};
    ///
    /// let table = Table::parse_csv("weight,mpg\n3504,18\n2372,24\n".as_bytes(), "cars")?;
    /// assert_eq!(table.rows(), 2);
    /// assert_eq!(table.column_names().collect::<Vec<_>>(), ["weight", "mpg"]);
    /// let error = Table::parse_csv("weight,mpg\n3504\n".as_bytes(), "cars");
    /// assert!(matches!(error, Err(Error::Table(TableError::RaggedRow { row: 1, found: 1, expected: 2, .. }))));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read_csv`](Self::read_csv).
    pub fn parse_csv(mut reader: impl Read, name: &str) -> Result<Self> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|source| Error::Io { file: name.into(), source })?;
        Self::scanned(Bytes::Held(bytes), name)
    }

    /// A CSV file that stays where it is, which may be larger than memory: it is read now, and again whenever something of it is asked for, some of it at a time. It must not
    /// be changed while it is.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let cars = Table::open_csv("data/auto_mpg.csv")?;
    /// let mut rows = 0;
    /// for data in cars.regression_stream::<f32>("mpg")?.chunks(100) {
    ///     rows += data?.rows();                           // a `Dataset` of 100 rows, the last of 92
    /// }
    /// assert_eq!(rows, cars.rows());
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read_csv`](Self::read_csv), and [`Error::Io`] for what is no regular file, such as a pipe, which could be read only once. A row longer than 64 MB is
    /// [`TableError::LongRow`], here and everywhere. Whatever reads the file again has [`Error::Io`] and [`Error::ChangedFile`].
    pub fn open_csv(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::scanned(Bytes::of_file(path)?, &path.display().to_string())
    }

    /// As [`open_csv`](Self::open_csv), from anywhere, such as a compressed file: `open` is called each time that the file is to be read from its first byte on. Error
    /// messages call it `name`.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let table = Table::open_csv_with(|| Ok("weight,mpg\n3504,18\n2372,24\n".as_bytes()), "cars")?;
    /// assert_eq!(table.rows(), 2);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open_csv`](Self::open_csv), and whatever `open` returns, as [`Error::Io`].
    pub fn open_csv_with<R: Read + Send + 'static>(
        open: impl Fn() -> std::io::Result<R> + Send + Sync + 'static,
        name: &str,
    ) -> Result<Self> {
        let file = name.to_owned();
        let bytes = Bytes::Elsewhere(Arc::new(move || match open() {
            Ok(reader) => Ok(Box::new(reader)),
            Err(source) => Err(Error::Io { file: (&file).into(), source }),
        }));
        Self::scanned(bytes, name)
    }

    fn scanned(bytes: Bytes, name: &str) -> Result<Self> {
        let (headers, rows) = rows::scan(&bytes, name)?;
        Ok(Self { file: name.to_owned(), bytes, headers, rows })
    }

    /// The number of rows below the header.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns' names, in the file's order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns().map(|(_, header)| header.name.as_str())
    }

    /// The table without the columns of these names, however many have one: what identifies a row, or was not known when the target was to be predicted, is no feature.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let csv = "id,weight,mpg\nA7,3504,18\nB2,2372,24\nC9,1835,26\n";
    /// let data = Table::parse_csv(csv.as_bytes(), "cars")?.without(["id"])?.regression::<f32>("mpg")?;
    /// assert_eq!(data.feature_names(), ["weight"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TableError::UnknownColumn`].
    pub fn without(mut self, columns: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self> {
        for name in columns {
            let name = name.as_ref();
            let found = |header: &&mut Header| header.name == name && !header.left_out;
            let mut count = 0;
            for header in self.headers.iter_mut().filter(found) {
                header.left_out = true;
                count += 1;
            }
            if count == 0 {
                // Says that there is none.
                self.column(name)?;
            }
        }
        Ok(self)
    }

    /// The columns that are not left out, and their places in a row.
    fn columns(&self) -> impl Iterator<Item = (usize, &Header)> {
        self.headers.iter().enumerate().filter(|(_, header)| !header.left_out)
    }

    /// The text of each cell of a column, row by row, without quotes and without white space around it.
    ///
    /// ```
    /// # use densely::Table;
    /// let table = Table::parse_csv("name,mpg\n\"Datsun, 210\",37\nVW Pickup,44\n".as_bytes(), "cars")?;
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
        let mut rows = self.each_row()?;
        while let Some((_, record)) = rows.next()? {
            text.push(record.cell(index).to_owned());
        }
        Ok(text)
    }

    /// Which column has this name.
    fn column(&self, name: &str) -> Result<usize> {
        let (file, column) = (self.file.clone(), name.to_owned());
        let mut found = self.columns().filter(|(_, header)| header.name == name);
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(index),
            (Some(_), Some(_)) => Err(TableError::DuplicateColumn { file, column }.into()),
            (None, _) => {
                Err(TableError::UnknownColumn { file, column, columns: list(self.column_names()) }
                    .into())
            }
        }
    }

    /// One row after the other, from the first on.
    fn each_row(&self) -> Result<Rows<'_>> {
        Rows::new(&self.bytes, &self.file, (self.rows, self.headers.len()))
    }

    /// What is said of a cell that cannot be used.
    fn bad(&self, row: usize, index: usize, value: &str, problem: CellProblem) -> TableError {
        let (file, column) = (self.file.clone(), self.headers[index].name.clone());
        TableError::Cell { file, row, column, value: abbreviated(value), problem }
    }
}

/// Without the cells.
impl std::fmt::Debug for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Table")
            .field("file", &self.file)
            .field("headers", &self.headers)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
