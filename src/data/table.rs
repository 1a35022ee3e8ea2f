//! Tables of numbers and text, read from CSV files.

mod column;
mod reader;

pub(super) use column::{Column, Values};

use super::encoding;
use crate::{Dataset, Error, Float, Result};
use column::abbreviated;
use std::io::Read;
use std::path::Path;

/// A CSV file: a header, then rows of cells separated by commas; every column numbers or text.
///
/// Cells may be quoted, and white space around them does not count. A column is numeric where at least half of its cells are
/// numbers, or all that are not say that a value is missing (`NA`, `?`, `-`, `null`, …); a cell in it that is not a number is then an error. In any other
/// column the cells are text. Blank cells and NaN are
/// errors everywhere: there is no silent treatment of missing values.
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
/// let error = Table::parse_csv("weight,mpg\n3504,18\n?,24\n1835,26\n".as_bytes(), "cars").unwrap_err();
/// assert_eq!(error.to_string(), r#"cars: row 2, column "weight": "?" is not a number"#);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    /// What messages call it.
    file: String,
    columns: Vec<Column>,
    rows: usize,
}

impl Table {
    /// Reads a CSV file.
    ///
    /// # Errors
    ///
    /// Each names the file, and the row and column as far as they exist. [`Error::Io`] if it cannot be read;
    /// [`Error::EmptyFile`], [`Error::NoRowsInFile`]; [`Error::RaggedRow`]; [`Error::DuplicateColumn`],
    /// [`Error::UnnamedColumn`], [`Error::HeaderNotUtf8`]; [`Error::Cell`] for a cell that is blank, not UTF-8, or, in a numeric
    /// column, not a finite number.
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
    /// # Errors
    ///
    /// As [`read_csv`](Self::read_csv).
    pub fn parse_csv(reader: impl Read, name: &str) -> Result<Self> {
        let (columns, rows) = reader::read(reader, name)?;
        Ok(Self { file: name.to_owned(), columns, rows })
    }

    /// The number of rows below the header.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns' names, in the file's order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The data set whose target is this numeric column.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownColumn`]; [`Error::TextTarget`] if it is text; [`Error::TargetAlone`] if there is no other column;
    /// [`Error::TooManyCategories`] for a text feature with more different values than half of the rows (at least 20) or than 1,000;
    /// [`Error::TableTooLarge`];
    /// [`Error::Cell`] for a number that is too large for `F`.
    pub fn regression<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        let column = self.column(target)?;
        let targets = match &column.values {
            Values::Numbers(_) => encoding::numbers(&self.file, column)?,
            Values::Text(text) => {
                return Err(Error::TextTarget {
                    file: self.file.clone(),
                    column: target.to_owned(),
                    value: text.first().map(|value| abbreviated(value)).unwrap_or_default(),
                });
            }
        };
        self.dataset(target, targets)
    }

    /// The data set of a classifier with two classes: the target is one column, 1 for the class that is second in
    /// alphabetical order.
    ///
    /// # Errors
    ///
    /// As [`regression`](Self::regression); [`Error::Classes`] unless the column has exactly two different values;
    /// [`Error::Cell`] for a class that is a number with a fraction.
    pub fn binary<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        let (mut classes, mut members) = encoding::classes(&self.file, self.column(target)?)?;
        if classes.len() != 2 {
            return Err(self.wrong_classes(target, &classes, "a binary classifier needs two"));
        }
        if classes[0] > classes[1] {
            // Numbers are in the order of their values, which for "10" and "9" is not the alphabet's.
            classes.swap(0, 1);
            members.iter_mut().for_each(|class| *class = 1 - *class);
        }
        self.dataset(target, encoding::indicator(&members))?.with_classes(classes)
    }

    /// The data set of a classifier with two or more classes: the target is a column of 0 and 1 for each class, in
    /// alphabetical order, or in that of their values if they are numbers.
    ///
    /// # Errors
    ///
    /// As [`binary`](Self::binary), but for two or more classes.
    pub fn multiclass<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        let (classes, members) = encoding::classes(&self.file, self.column(target)?)?;
        if classes.len() < 2 {
            return Err(self.wrong_classes(target, &classes, "a classifier needs at least two"));
        }
        if classes.len() > MOST_CLASSES {
            return Err(self.wrong_classes(
                target,
                &classes,
                "a classifier here takes up to 10000",
            ));
        }
        self.dataset(target, encoding::one_hot(&members, classes.len()))?.with_classes(classes)
    }

    fn column(&self, name: &str) -> Result<&Column> {
        self.columns.iter().find(|column| column.name == name).ok_or_else(|| Error::UnknownColumn {
            file: self.file.clone(),
            column: name.to_owned(),
            columns: list(self.column_names()),
        })
    }

    fn dataset<F: Float>(&self, target: &str, targets: ndarray::Array2<F>) -> Result<Dataset<F>> {
        if self.columns.len() == 1 {
            let (file, column) = (self.file.clone(), target.to_owned());
            return Err(Error::TargetAlone { file, column });
        }
        let features = self.columns.iter().filter(|column| column.name != target);
        let (names, inputs) = encoding::features(&self.file, features, self.rows)?;
        Dataset::new(inputs, targets)?.with_feature_names(names)
    }

    fn wrong_classes(&self, target: &str, classes: &[String], needs: &'static str) -> Error {
        let found = match classes.len() {
            1 => "only one class".to_owned(),
            count => format!("{count} classes"),
        };
        Error::Classes {
            file: self.file.clone(),
            column: target.to_owned(),
            found,
            classes: list(classes.iter().map(String::as_str)),
            needs,
        }
    }
}

/// More different values of a target than this are no classes, but identifiers or measurements.
const MOST_CLASSES: usize = 10_000;

/// The names, quoted; the first ten of them if there are more.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<String> =
        names.take(11).map(|name| format!("{:?}", abbreviated(name))).collect();
    if names.len() > 10 {
        names[10] = "…".to_owned();
    }
    names.join(", ")
}
