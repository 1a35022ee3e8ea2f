//! Errors of shapes.

/// The shape of a batch does not fit the network, or inputs and targets do not fit each other.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum ShapeError {
    /// The inputs do not have as many columns as the network has features.
    #[error("inputs have {found} features, the network takes {expected}{}", remedy_for_features(*found))]
    Features { found: usize, expected: usize },
    /// The targets do not have as many columns as the network has outputs.
    #[error("targets have {found} columns, the network has {outputs} outputs{}", remedy_for_targets(*found))]
    Targets { found: usize, outputs: usize },
    /// Inputs and targets have different numbers of rows.
    #[error("inputs have {inputs} rows, targets have {targets}{}", remedy_for_rows(*targets))]
    Rows { inputs: usize, targets: usize },
    /// There are no rows.
    #[error("there are no rows")]
    NoRows,
    /// The inputs have no columns.
    #[error("the inputs have no columns")]
    NoFeatures,
    /// The rows do not fit into memory.
    #[error("{rows} rows of {columns} numbers do not fit into memory")]
    TooLarge { rows: usize, columns: usize },
    /// A row does not exist.
    #[error("there is no row {row} (counted from 0): there are {rows} rows")]
    UnknownRow { row: usize, rows: usize },
}

/// Follows the message if a single example was probably given as a column.
fn remedy_for_features(found: usize) -> &'static str {
    if found == 1 { " (an example is a row: 1 × features)" } else { "" }
}

/// Follows the message if the targets are probably class numbers.
fn remedy_for_targets(found: usize) -> &'static str {
    match found {
        1 => " (a column of class numbers? `Dataset::multiclass` makes them one-hot)",
        _ => "",
    }
}

/// Follows the message if the targets were probably given as a row.
fn remedy_for_rows(targets: usize) -> &'static str {
    if targets == 1 { " (targets are rows × outputs; is this a row, 1 × outputs?)" } else { "" }
}
