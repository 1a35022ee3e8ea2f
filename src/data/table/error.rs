//! What is wrong with a CSV file.

use crate::error::problem::{CellProblem, counted};

/// A CSV file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A file without a header.
    #[error("{file}: the file is empty")]
    EmptyFile {
        /// The file.
        file: String,
    },
    /// A file with a header and nothing below it.
    #[error("{file}: there are no rows below the header")]
    NoRows {
        /// The file.
        file: String,
    },
    /// A row that goes on and on.
    #[error(
        "{file}: row {row} is longer than {megabytes} MB; is a quotation mark in it never closed?"
    )]
    LongRow {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header, which is 0.
        row: usize,
        /// How long a row may be.
        megabytes: usize,
    },
    /// A row of another length than the header.
    #[error("{file}: row {row} has {found} cells, the header has {expected}")]
    RaggedRow {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header.
        row: usize,
        /// Cells in the row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// A header with a name twice.
    #[error("{file}: column {column:?} stands twice in the header")]
    DuplicateColumn {
        /// The file.
        file: String,
        /// The name.
        column: String,
    },
    /// A header with a blank name.
    #[error("{file}: column {number} has no name in the header; is it an index?")]
    UnnamedColumn {
        /// The file.
        file: String,
        /// The column, counted from 1.
        number: usize,
    },
    /// A header that is not UTF-8.
    #[error("{file}: the name of column {number} is not UTF-8: {value:?}")]
    HeaderNotUtf8 {
        /// The file.
        file: String,
        /// The column, counted from 1.
        number: usize,
        /// The name, with � for what is not UTF-8.
        value: String,
    },
    /// A cell that cannot be used.
    #[error("{file}: row {row}, column {column:?}: {value:?} {problem}")]
    Cell {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header.
        row: usize,
        /// The column's name.
        column: String,
        /// What stands in the cell.
        value: String,
        /// What is wrong with it.
        problem: CellProblem,
    },
    /// Text that is none of the categories or classes that a network knows.
    #[error("{file}: row {row}, column {column:?}: {value:?} is none of {categories}")]
    UnknownCategory {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header.
        row: usize,
        /// The column's name.
        column: String,
        /// What stands in the cell.
        value: String,
        /// The categories there are, or the first of them.
        categories: String,
    },
    /// A column that is not there.
    #[error("{file}: there is no column {column:?}; there are {columns}")]
    UnknownColumn {
        /// The file.
        file: String,
        /// The name asked for.
        column: String,
        /// The names there are.
        columns: String,
    },
    /// A table with no column but the target.
    #[error("{file}: there are no features: target {column:?} is the only column")]
    TargetAlone {
        /// The file.
        file: String,
        /// The target.
        column: String,
    },
    /// A table whose features do not fit into memory.
    #[error("{file}: {rows} rows of {features} features do not fit into memory")]
    TooLarge {
        /// The file.
        file: String,
        /// Its rows.
        rows: usize,
        /// Its columns, with text columns one-hot.
        features: usize,
    },
    /// A text column as the target of a regression.
    #[error("{file}: target {column:?} is text ({value:?} in row 1), a regression needs numbers")]
    TextTarget {
        /// The file.
        file: String,
        /// The target.
        column: String,
        /// Its first value.
        value: String,
    },
    /// A target with too few or too many classes.
    #[error("{file}: target {column:?} has {found} ({classes}), {needs}")]
    Classes {
        /// The file.
        file: String,
        /// The target.
        column: String,
        /// How many classes it has, in words.
        found: String,
        /// Their names, or the first of them.
        classes: String,
        /// What is needed.
        needs: &'static str,
    },
    /// A text column with so many different values that they are no categories.
    #[error(
        "{file}: text column {column:?} has {} different values; up to {limit} would be categories",
        counted(*values)
    )]
    TooManyCategories {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// How many different values it has; 10,001 if it has more than 10,000.
        values: usize,
        /// How many there may be.
        limit: usize,
    },
}
