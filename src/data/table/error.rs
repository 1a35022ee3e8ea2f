//! Errors of tables.

use crate::error::problem::{CellProblem, counted};

/// A CSV file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The file has no header.
    #[error("{file}: the file is empty")]
    EmptyFile {
        /// The file.
        file: String,
    },
    /// The file has no rows below its header.
    #[error("{file}: there are no rows below the header")]
    NoRows {
        /// The file.
        file: String,
    },
    /// A row is too long.
    #[error(
        "{file}: row {row} is longer than {megabytes} MB; is a quotation mark in it never closed?"
    )]
    LongRow {
        /// The file.
        file: String,
        /// The row, counted from 1; the header is 0.
        row: usize,
        /// The largest supported length.
        megabytes: usize,
    },
    /// A row does not have as many cells as the header.
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
    /// Two columns have the same name.
    #[error("{file}: column {column:?} occurs twice in the header")]
    DuplicateColumn {
        /// The file.
        file: String,
        /// The name.
        column: String,
    },
    /// A column has a blank name.
    #[error("{file}: column {number} has no name in the header; is it an index?")]
    UnnamedColumn {
        /// The file.
        file: String,
        /// The column, counted from 1.
        number: usize,
    },
    /// A column name is not UTF-8.
    #[error("{file}: the name of column {number} is not UTF-8: {value:?}")]
    HeaderNotUtf8 {
        /// The file.
        file: String,
        /// The column, counted from 1.
        number: usize,
        /// The name, with � for bytes that are not UTF-8.
        value: String,
    },
    /// A cell cannot be used.
    #[error("{file}: row {row}, column {column:?}: {value:?} {problem}")]
    Cell {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header.
        row: usize,
        /// The column's name.
        column: String,
        /// Content of the cell.
        value: String,
        /// What is wrong with it.
        problem: CellProblem,
    },
    /// The network does not know a category or class.
    #[error("{file}: row {row}, column {column:?}: {value:?} is none of {categories}")]
    UnknownCategory {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header.
        row: usize,
        /// The column's name.
        column: String,
        /// Content of the cell.
        value: String,
        /// The first of the network's categories.
        categories: String,
    },
    /// A column does not exist.
    #[error("{file}: there is no column {column:?}; there are {columns}")]
    UnknownColumn {
        /// The file.
        file: String,
        /// The requested name.
        column: String,
        /// The names of the columns.
        columns: String,
    },
    /// The target is the only column.
    #[error("{file}: there are no features: target {column:?} is the only column")]
    TargetAlone {
        /// The file.
        file: String,
        /// The target.
        column: String,
    },
    /// The features do not fit into memory.
    #[error("{file}: {rows} rows of {features} features do not fit into memory")]
    TooLarge {
        /// The file.
        file: String,
        /// Rows of the table.
        rows: usize,
        /// Its features; a text column has one for each category.
        features: usize,
    },
    /// The target of a regression is text.
    #[error("{file}: target {column:?} is text ({value:?} in row 1), a regression needs numbers")]
    TextTarget {
        /// The file.
        file: String,
        /// The target.
        column: String,
        /// Its first value.
        value: String,
    },
    /// A target has too few or too many classes.
    #[error("{file}: target {column:?} has {found} ({classes}), {needs}")]
    Classes {
        /// The file.
        file: String,
        /// The target.
        column: String,
        /// The number of classes, in words.
        found: String,
        /// The first of their names.
        classes: String,
        /// What is needed.
        needs: &'static str,
    },
    /// A text column has too many different values.
    #[error(
        "{file}: text column {column:?} has {} different values; at most {limit} are supported as categories",
        counted(*values)
    )]
    TooManyCategories {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// Number of different values; 10,001 stands for more than 10,000.
        values: usize,
        /// The largest supported number.
        limit: usize,
    },
}
