//! What is wrong with a data set.

use crate::error::problem::CellProblem;

/// Examples, labels or weights that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A number of a data set that is NaN or infinite.
    #[error(
        "row {row}, column {column} of the {matrix} (counted from 0) is {value}, not a finite number"
    )]
    NotFiniteAt {
        /// "inputs", "targets", or these standardized.
        matrix: &'static str,
        /// The row, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
        /// Its value.
        value: f64,
    },
    /// Weights of another number than that of what they are for.
    #[error("{weights} weights for {count} {what}")]
    Weights {
        /// Weights given.
        weights: usize,
        /// What there is.
        count: usize,
        /// "rows" or "classes".
        what: &'static str,
    },
    /// A weight that is negative, not finite, or so large that their sum is not.
    #[error(
        "weight {index} (counted from 0) is {value}, it must be at least 0, and the sum of all finite"
    )]
    Weight {
        /// Of which row or class, counted from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// Weights that are all 0.
    #[error("all weights are 0: there is nothing to learn from")]
    NoWeight,
    /// Weights of classes for targets that are no classes.
    #[error("the targets are numbers, not classes, which could be weighed")]
    NoClasses,
    /// Targets of a classifier that are not one-hot.
    #[error(
        "row {row} (counted from 0) of the targets belongs to no class: {}",
        if *columns == 1 { "its number must be 0 or 1" } else { "exactly one of its columns must be 1, the others 0" }
    )]
    NotOneHot {
        /// The row, counted from 0.
        row: usize,
        /// Columns of the targets.
        columns: usize,
    },
    /// Labels that are not so many classes as are needed.
    #[error("the labels have {found} ({classes}), {needs}")]
    Labels {
        /// How many classes there are, in words.
        found: String,
        /// Their names, or the first of them.
        classes: String,
        /// What is needed.
        needs: &'static str,
    },
    /// A label that is no class.
    #[error("label {row} (counted from 0): {label:?} {problem}")]
    Label {
        /// The row, counted from 0.
        row: usize,
        /// The label.
        label: String,
        /// What is wrong with it.
        problem: CellProblem,
    },
    /// A label that is none of the classes that a network knows.
    #[error("label {row} (counted from 0) is {label:?}, which is none of {classes}")]
    UnknownLabel {
        /// The row, counted from 0.
        row: usize,
        /// The label.
        label: String,
        /// The classes there are, or the first of them.
        classes: String,
    },
    /// A split of which one part would have no rows.
    #[error(
        "{rows} rows are too few to set aside a fraction of {fraction} (a row of each class stays)"
    )]
    TooFewRows {
        /// Rows there are.
        rows: usize,
        /// The fraction asked for.
        fraction: f64,
    },
    /// A column whose mean or deviation is too large for an `f64`.
    #[error("the mean or the deviation of {column:?} is too large for a number")]
    NoScale {
        /// The column.
        column: String,
    },
}
