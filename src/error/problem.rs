//! What is wrong with a cell or label, and how different values are counted.

/// What is wrong with a cell of a CSV file.
///
/// ```
/// use densely::{Error, Table};
/// use densely::error::{CellProblem, TableError};
///
/// let table = Table::parse_csv("weight,mpg\n3504,18\n2372,\n".as_bytes(), "cars")?;
/// let error = table.regression::<f32>("mpg");
/// let Err(Error::Table(TableError::Cell { row, problem, .. })) = error else { panic!() };
/// assert_eq!((row, problem), (2, CellProblem::Blank));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CellProblem {
    /// Text in a numeric column.
    #[error("is not a number")]
    NotANumber,
    /// Not a number in the form that the column has.
    #[error("is not a number with a {0}, the form of this column")]
    OtherForm(String),
    /// White space or nothing.
    #[error("is blank")]
    Blank,
    /// A word for a missing value, such as `?` or `NA`.
    #[error("is a missing value")]
    Missing,
    /// Text in a column of dates, or a date in another form.
    #[error("is not a date in the form {0:?} of this column")]
    NotADate(String),
    /// A date, without the part of the library that reads it.
    #[error("may be a date, which needs the cargo feature `dates` of densely")]
    NeedsDates,
    /// NaN or infinity.
    #[error("is not a finite number")]
    NotFinite,
    /// A number beyond the range of an `f32` or `f64`.
    #[error("is too large for {0}")]
    TooLarge(&'static str),
    /// Bytes that are not UTF-8; the value shows them as �.
    #[error("is not UTF-8")]
    NotUtf8,
    /// A class that is a number with a fraction.
    #[error("is not a class: classes are text or whole numbers")]
    NotAClass,
}

/// Different values are counted up to this number, which bounds the memory for a large file.
pub(crate) const MOST_COUNTED: usize = 10_000;

/// The number of different values, as text.
pub(crate) fn counted(values: usize) -> String {
    match values {
        0..=MOST_COUNTED => values.to_string(),
        _ => format!("more than {MOST_COUNTED}"),
    }
}
