//! Errors of data sets.

use crate::error::problem::CellProblem;

/// Examples, labels or weights cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum DataError {
    /// A number of a data set is NaN or infinite.
    #[error(
        "row {row}, column {column} of the {matrix} (counted from 0) is {value}, not a finite number"
    )]
    NotFiniteAt { matrix: &'static str, row: usize, column: usize, value: f64 },
    /// The number of weights is wrong.
    #[error("{weights} weights for {count} {what}: give one for each")]
    Weights { weights: usize, count: usize, what: &'static str },
    /// A weight is negative or not finite, or the sum of all weights is not finite.
    #[error(
        "weight {index} (counted from 0) is {value}: weights must be non-negative and have a finite sum"
    )]
    Weight { index: usize, value: f64 },
    /// All weights are 0.
    #[error("all weights are 0: there is nothing to learn from")]
    NoWeight,
    /// Class weights were given for targets that are numbers.
    #[error("class weights need class targets; these targets are numbers")]
    NoClasses,
    /// A row of the targets is not one-hot.
    #[error(
        "row {row} (counted from 0) of the targets belongs to no class: {}",
        if *columns == 1 { "its number must be 0 or 1" } else { "exactly one of its columns must be 1, the others 0" }
    )]
    NotOneHot { row: usize, columns: usize },
    /// The labels have too few or too many classes.
    #[error("the labels have {found} ({classes}), {needs}")]
    Labels { found: String, classes: String, needs: &'static str },
    /// A label cannot be a class.
    #[error("label {row} (counted from 0): {label:?} {problem}")]
    Label { row: usize, label: String, problem: CellProblem },
    /// The network does not know the class of a label.
    #[error("label {row} (counted from 0) is {label:?}, which is none of {classes}")]
    UnknownLabel { row: usize, label: String, classes: String },
    /// One part of a split would have no rows.
    #[error(
        "{rows} rows are too few to set aside a fraction of {fraction}: at least one row must stay, or one of each class"
    )]
    TooFewRows { rows: usize, fraction: f64 },
    /// The number of keys of a split is wrong.
    #[error("{keys} {what} for {rows} rows: give one for each row")]
    Keys { keys: usize, rows: usize, what: &'static str },
    /// A split by groups has one group.
    #[error("all rows belong to one group, which cannot be split")]
    OneGroup,
    /// The mean or standard deviation of a column is too large for an `f64`.
    #[error("the mean or standard deviation of {column:?} is too large for an f64")]
    NoScale { column: String },
}
