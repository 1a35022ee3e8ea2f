//! Tables of numbers and text, read from CSV files.

mod cell;
mod encoding;
mod learned;
mod reader;
mod record;

use crate::{CellProblem, Dataset, Error, Float, Result};
pub(super) use cell::{Kinds, abbreviated, category, list, number};
use reader::Header;
use record::Record;
use std::io::Read;
use std::path::Path;

/// A CSV file: a header, then rows of cells separated by commas; every column numbers or text.
///
/// Cells may be quoted, and white space around them does not count. A column of features is numeric where at least half of its cells are
/// numbers, or all that are not say that a value is missing (`NA`, `?`, `-`, `null`, …); a cell in it that is not a number is then an error. In any other
/// column the cells are text. Blank cells and NaN are
/// errors in every column that is used: there is no silent treatment of missing values.
///
/// [`regression`](Self::regression), [`binary`](Self::binary) and [`multiclass`](Self::multiclass) turn it into a
/// [`Dataset`], with every column but the target as features, in the file's order. A text column becomes a
/// column of 0 and 1 for each of its values, in alphabetical order, named `origin=Europe`.
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
    bytes: Vec<u8>,
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
    /// [`Error::EmptyFile`], [`Error::NoRowsInFile`]; [`Error::RaggedRow`]; [`Error::HeaderNotUtf8`]; [`Error::Cell`] for a cell that is not UTF-8. What else
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
    /// use densely::{Error, Table};
    ///
    /// let table = Table::parse_csv("weight,mpg\n3504,18\n2372,24\n".as_bytes(), "cars")?;
    /// assert_eq!(table.rows(), 2);
    /// assert_eq!(table.column_names().collect::<Vec<_>>(), ["weight", "mpg"]);
    /// let error = Table::parse_csv("weight,mpg\n3504\n".as_bytes(), "cars");
    /// assert!(matches!(error, Err(Error::RaggedRow { row: 1, found: 1, expected: 2, .. })));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`read_csv`](Self::read_csv).
    pub fn parse_csv(mut reader: impl Read, name: &str) -> Result<Self> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(|source| Error::Io { file: name.into(), source })?;
        let (headers, rows) = reader::scan(&bytes, name)?;
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
    /// [`Error::UnknownColumn`].
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
    /// [`Error::UnknownColumn`], [`Error::DuplicateColumn`].
    pub fn text(&self, column: &str) -> Result<Vec<String>> {
        let index = self.column(column)?;
        let mut text = Vec::with_capacity(self.rows);
        self.each_row(|_, record| {
            text.push(record.cell(index).to_owned());
            Ok(())
        })?;
        Ok(text)
    }

    /// The data set whose target is this numeric column.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let table = Table::parse_csv("weight,mpg,cylinders\n3504,18,8\n2372,24,4\n".as_bytes(), "cars")?;
    /// let data = table.regression::<f32>("mpg")?;
    /// assert_eq!(data.inputs(), array![[3504.0, 8.0], [2372.0, 4.0]]);
    /// assert_eq!(data.targets(), array![[18.0], [24.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`]; [`Error::UnnamedColumn`], [`Error::DuplicateColumn`]; [`Error::TextTarget`] if it is text; [`Error::TargetAlone`] if there is no other column;
    /// [`Error::TooManyCategories`] for a text feature with more different values than half of the rows (at least 20) or than 1,000;
    /// [`Error::TableTooLarge`];
    /// [`Error::Cell`] for a cell that is blank or NaN, or, in a numeric column, no finite number of `F`.
    pub fn regression<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        self.regression_of([target])
    }

    /// The data set whose targets are these numeric columns, in this order.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let csv = "weight,mpg,acceleration\n3504,18,12\n2372,24,15\n1835,26,20.5\n";
    /// let data = Table::parse_csv(csv.as_bytes(), "cars")?.regression_of::<f32>(["mpg", "acceleration"])?;
    /// assert_eq!((data.features(), data.outputs()), (1, 2));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`regression`](Self::regression); [`Error::Targets`] for none, [`Error::NameTwice`] for one that stands twice.
    pub fn regression_of<F: Float>(
        &self,
        targets: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Dataset<F>> {
        let targets: Vec<String> =
            targets.into_iter().map(|target| target.as_ref().to_owned()).collect();
        if targets.is_empty() {
            return Err(Error::Targets { found: 0, outputs: 1 });
        }
        for target in &targets {
            let index = self.column(target)?;
            if !self.headers[index].kinds.is_numeric(self.rows) {
                let text = self.text(target)?;
                let value = text.first().map(|text| abbreviated(text)).unwrap_or_default();
                let (file, column) = (self.file.clone(), target.to_owned());
                return Err(Error::TextTarget { file, column, value });
            }
        }
        let outputs = targets.len();
        self.dataset(&self.schema(targets, Vec::new())?, outputs)
    }

    /// The data set of a classifier with two classes: the target is one column, 1 for the class that is second in
    /// alphabetical order.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let table = Table::parse_csv("radius,diagnosis\n18,malignant\n13,benign\n".as_bytes(), "tumours")?;
    /// let data = table.binary::<f32>("diagnosis")?;
    /// assert_eq!(data.classes(), ["benign", "malignant"]);
    /// assert_eq!(data.targets(), array![[1.0], [0.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`regression`](Self::regression); [`Error::Classes`] unless the column has exactly two different values;
    /// [`Error::Cell`] for a class that is a number with a fraction.
    pub fn binary<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        let mut classes = self.classes(target)?;
        if classes.len() != 2 {
            return Err(self.wrong_classes(target, &classes, "a binary classifier needs two"));
        }
        // Numbers are in the order of their values, which for "10" and "9" is not the alphabet's.
        classes.sort();
        self.dataset(&self.schema(vec![target.to_owned()], classes)?, 1)
    }

    /// The data set of a classifier with two or more classes: the target is a column of 0 and 1 for each class, in
    /// alphabetical order, or in that of their values if they are numbers.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let table = Table::parse_csv("petal,species\n1.4,setosa\n4.7,versicolor\n6.0,virginica\n".as_bytes(), "iris")?;
    /// let data = table.multiclass::<f32>("species")?;
    /// assert_eq!(data.classes(), ["setosa", "versicolor", "virginica"]);
    /// assert_eq!(data.targets(), array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`binary`](Self::binary), but for two or more classes.
    pub fn multiclass<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        let classes = self.several_classes(target)?;
        let outputs = classes.len();
        self.dataset(&self.schema(vec![target.to_owned()], classes)?, outputs)
    }

    /// Which column has this name.
    fn column(&self, name: &str) -> Result<usize> {
        let (file, column) = (self.file.clone(), name.to_owned());
        let mut found = self.columns().filter(|(_, header)| header.name == name);
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(index),
            (Some(_), Some(_)) => Err(Error::DuplicateColumn { file, column }),
            (None, _) => {
                Err(Error::UnknownColumn { file, column, columns: list(self.column_names()) })
            }
        }
    }

    /// Hands each row to `visit`, with its number, counted from 1.
    fn each_row(&self, visit: impl FnMut(usize, &Record) -> Result<()>) -> Result<()> {
        reader::each_row(&self.bytes, visit)
    }

    /// What is said of a cell that cannot be used.
    fn bad(&self, row: usize, index: usize, value: &str, problem: CellProblem) -> Error {
        let (file, column) = (self.file.clone(), self.headers[index].name.clone());
        Error::Cell { file, row, column, value: abbreviated(value), problem }
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
