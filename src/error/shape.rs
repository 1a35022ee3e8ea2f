//! Errors of shapes.

/// The shape of a batch does not fit the network, or inputs and targets do not fit each other.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum ShapeError {
    /// The inputs do not have as many columns as the network has features.
    #[error("inputs have {found} features, the network takes {expected}{}", if *found == 1 { " (an example is a row: 1 × features)" } else { "" })]
    Features { found: usize, expected: usize },
    /// The targets do not have as many columns as the network has outputs.
    #[error("targets have {found} columns, the network has {outputs} outputs{}", if *found == 1 { " (a column of class numbers? `Dataset::multiclass` makes them one-hot)" } else { "" })]
    Targets { found: usize, outputs: usize },
    /// Inputs and targets have different numbers of rows.
    #[error("inputs have {inputs} rows, targets have {targets}{}", if *targets == 1 { " (targets are rows × outputs; is this a row, 1 × outputs?)" } else { "" })]
    Rows { inputs: usize, targets: usize },
    /// An array for outputs has another shape than the outputs.
    #[error("the array for outputs has the shape {found:?}, the outputs have {needed:?}")]
    Outputs { found: (usize, usize), needed: (usize, usize) },
    /// There are no rows.
    #[error("there are no rows")]
    NoRows,
    /// The inputs have no columns.
    #[error("the inputs have no columns")]
    NoFeatures,
    /// The targets have no columns.
    #[error("the targets have no columns")]
    NoTargets,
    /// The rows do not fit into memory.
    #[error("{rows} rows of {columns} numbers do not fit into memory")]
    TooLarge { rows: usize, columns: usize },
    /// A row does not exist.
    #[error("there is no row {row} (counted from 0): there are {rows} rows")]
    UnknownRow { row: usize, rows: usize },
}
