//! Errors of tables.

use crate::error::problem::{CellProblem, counted};

/// A CSV file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum TableError {
    /// The file has no header.
    #[error("{file}: the file is empty")]
    EmptyFile { file: String },
    /// The file has no rows below its header.
    #[error("{file}: there are no rows below the header")]
    NoRows { file: String },
    /// A row is too long.
    #[error(
        "{file}: row {row} is longer than {megabytes} MB; is a quotation mark in it never closed?"
    )]
    LongRow { file: String, row: usize, megabytes: usize },
    /// A row does not have as many cells as the header.
    #[error("{file}: row {row} has {found} cells, the header has {expected}")]
    RaggedRow { file: String, row: usize, found: usize, expected: usize },
    /// Two columns have the same name.
    #[error("{file}: column {column:?} occurs twice in the header")]
    DuplicateColumn { file: String, column: String },
    /// A column has a blank name.
    #[error("{file}: column {number} has no name in the header; is it an index?")]
    UnnamedColumn { file: String, number: usize },
    /// A column name is not UTF-8.
    #[error("{file}: the name of column {number} is not UTF-8: {value:?}")]
    HeaderNotUtf8 { file: String, number: usize, value: String },
    /// A cell cannot be used.
    #[error("{file}: row {row}, column {column:?}: {value:?} {problem}")]
    Cell { file: String, row: usize, column: String, value: String, problem: CellProblem },
    /// The network does not know a category or class.
    #[error("{file}: row {row}, column {column:?}: {value:?} is none of {categories}")]
    UnknownCategory { file: String, row: usize, column: String, value: String, categories: String },
    /// A column does not exist.
    #[error("{file}: there is no column {column:?}; there are {columns}")]
    UnknownColumn { file: String, column: String, columns: String },
    /// The target is the only column.
    #[error("{file}: there are no features: target {column:?} is the only column")]
    TargetAlone { file: String, column: String },
    /// The features do not fit into memory.
    #[error("{file}: {rows} rows of {features} features do not fit into memory")]
    TooLarge { file: String, rows: usize, features: usize },
    /// The target of a regression is text.
    #[error("{file}: target {column:?} is text ({value:?} in row 1), a regression needs numbers")]
    TextTarget { file: String, column: String, value: String },
    /// A target has too few or too many classes.
    #[error("{file}: target {column:?} has {found} ({classes}), {needs}")]
    Classes { file: String, column: String, found: String, classes: String, needs: &'static str },
    /// A text column has too many different values.
    #[error("{file}: text column {column:?} has {} different values; at most {limit} are supported as categories", counted(*values))]
    TooManyCategories { file: String, column: String, values: usize, limit: usize },
}
