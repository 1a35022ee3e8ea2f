//! Tables of numbers and text, read from CSV files.

mod categories;
mod data_set;
mod dialect;
mod doubts;
mod encoding;
pub(crate) mod error;
mod feature;
mod format;
mod infer;
mod majority;
mod parser;
mod profile;
mod reading;
mod report;
mod rows;
mod settings;
mod source;
mod stream;
mod summary;
mod target;

use super::cell::{abbreviated, list};
use crate::error::{CellProblem, Error, Result, TableError};
pub use format::CsvFormat;
use parser::Dialect;
pub use profile::{ColumnKind, ColumnProfile, TableProfile};
pub use report::{ColumnReport, TableReport, UnknownCategory};
use source::CsvSource;
use std::{cmp::Reverse, iter::zip};
pub use stream::RowStream;
use summary::ColumnSummary;
pub use target::Target;

/// A CSV file: a header, then rows of cells. [`CsvFormat`] tells how it is read.
///
/// [`dataset`](Self::dataset) and its short forms [`regression`](Self::regression),
/// [`binary`](Self::binary) and [`multiclass`](Self::multiclass) turn a table into a
/// [`Dataset`](crate::data::Dataset). Every column but the target is a feature, in the file's
/// order. A file larger than memory is opened by [`open_csv`](Self::open_csv) and read in chunks
/// by [`stream`](Self::stream).
///
/// What a column is follows from all its cells that are not blank. [`profile`](Self::profile) shows
/// it, and the [schema](crate::schema) keeps it: rows for a prediction are read as it says.
///
/// | all cells of the column | the column is |
/// |---|---|
/// | `18`, `-0.5`, `1e3` | a number |
/// | `7.5 %`, `1,234.5`, `$ 1,200`, `(12)`, `1.234,5`, `5 kg` in one form | a [number] |
/// | `2024-03-05`, `31.12.2024 14:30`, `5 March 2024`, `14:30` in one form | a [date] |
/// | two different texts: `no`, `yes` | two values: -1 and 1, in alphabetical order |
/// | other texts that repeat: `USA`, `Japan`, `Europe` | categories, such as `origin=Europe` |
/// | numbers and texts, at most 20 and each twice on average: `0`, `a`, `b` | categories |
/// | other numbers with texts among them, or dates with a few cells of another form | an error |
/// | `03/04/2024`, and no day above 12 | an error: [`date_format`](Self::date_format) tells |
/// | over 1,000 texts, or over 20 that are more than half the rows | an error |
/// | all blank | an error; left out if it has no name |
///
/// A category becomes a feature that is 1 in its rows, else 0.
///
/// - Cells may be quoted. White space around them is ignored.
/// - A blank cell or a word for a missing value ([`CsvFormat`]) is an error, unless the table is
///   [`with_missing`](Self::with_missing).
/// - In a table of 50 rows or more, a category that one row alone has is taken for none of the
///   categories: nothing can be learned from it.
/// - The [report](TableReport) names columns that may be something else than they look, unless they
///   are told: row numbers, from 0 or 1 on, in a table of 50 rows or more; numbers with a zero in
///   front; numbers from -999, -9999 or -99999 on; three numbers or more such as `7.116`, if other
///   columns have decimal commas, or beside others such as `241` in a file with semicolons;
///   categories or classes that differ only in upper and lower case.
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
/// assert_eq!(
///     error.to_string(),
///     "cars: row 2, column \"weight\": \"?\" is a missing value; \
///      `Table::with_missing` takes missing values"
/// );
/// # Ok::<(), densely::Error>(())
/// ```
///
/// [number]: crate::schema::NumberForm
/// [date]: crate::schema::DateForm
#[derive(Clone, Debug)]
pub struct Table {
    /// The file's name in messages.
    file: String,
    /// Cells are parsed whenever they are needed.
    source: CsvSource,
    format: CsvFormat,
    dialect: Dialect,
    columns: Vec<TableColumn>,
    rows: usize,
    /// The number of blank rows at the end of the file, which are left out.
    blank_rows: usize,
    settings: Allowed,
}

/// A column of a table: its name in the header, the summary of its cells, and what the user told.
#[derive(Clone, Debug, Default)]
struct TableColumn {
    name: String,
    told: Option<Told>,
    summary: ColumnSummary,
}

/// What the user says that a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Number,
    Category,
    /// In this form, or in the one that reads all its cells.
    Date(Option<String>),
    /// The table pretends not to have it.
    LeftOut,
}

/// What is no error.
#[derive(Clone, Copy, Debug, Default)]
struct Allowed {
    /// Missing values.
    missing: bool,
    /// Categories that a network does not know.
    unknown: bool,
    /// Columns of text that cannot be features: they are left out.
    unusable: bool,
}

impl Table {
    /// The number of rows below the header.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns' names, in the file's order.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.used().map(|(_, column)| column.name.as_str())
    }

    /// The columns that are not left out, with their places in a row.
    fn used(&self) -> impl Iterator<Item = (usize, &TableColumn)> {
        self.columns.iter().enumerate().filter(|(_, column)| column.told != Some(Told::LeftOut))
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
        let (index, mut text) = (self.column(column)?, Vec::with_capacity(self.rows));
        self.each_row(|_, record| {
            text.push(record.cell(index).to_owned());
            Ok(())
        })?;
        Ok(text)
    }

    /// Whether a number of a column is written as codes are: in digits, with a zero in front.
    ///
    /// ```
    /// # use densely::Table;
    /// let csv = "code,mpg\n01,37\n12,44\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "cars")?;
    /// assert_eq!((table.has_codes("code")?, table.has_codes("mpg")?), (true, false));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text).
    pub fn has_codes(&self, column: &str) -> Result<bool> {
        Ok(self.columns[self.column(column)?].summary.doubts.codes)
    }

    /// The place of the one column that has this name.
    fn column(&self, name: &str) -> Result<usize> {
        let mut found = self.used().filter(|(_, column)| column.name == name);
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(index),
            (Some(_), Some(_)) => Err(self.duplicate(name)),
            (None, _) => Err(self.unknown(name)),
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let (file, column) = (self.file.clone(), name.to_owned());
        let mut names: Vec<_> = self.column_names().collect();
        // Those that begin alike come first: a message has room for ten.
        names.sort_by_key(|other| {
            let pairs = zip(name.bytes(), other.bytes());
            Reverse(pairs.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count())
        });
        TableError::UnknownColumn { file, column, columns: list(names) }.into()
    }

    fn duplicate(&self, name: &str) -> Error {
        TableError::DuplicateColumn { file: self.file.clone(), column: name.to_owned() }.into()
    }

    fn bad(&self, row: usize, index: usize, value: &str, problem: CellProblem) -> Error {
        let (file, column) = (self.file.clone(), self.columns[index].name.clone());
        TableError::Cell { file, row, column, value: abbreviated(value), problem }.into()
    }
}
