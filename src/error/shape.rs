//! Errors of shapes.

/// The shape of a batch does not fit the network, or inputs and targets do not fit each other.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// The inputs do not have as many columns as the network has features.
    #[error("inputs have {found} features, the network takes {expected}{}", remedy_for_features(*found))]
    Features {
        /// Columns of the inputs.
        found: usize,
        /// Features of the network.
        expected: usize,
    },
    /// The targets do not have as many columns as the network has outputs.
    #[error("targets have {found} columns, the network has {outputs} outputs{}", remedy_for_targets(*found))]
    Targets {
        /// Columns of the targets.
        found: usize,
        /// Outputs of the network.
        outputs: usize,
    },
    /// Inputs and targets have different numbers of rows.
    #[error("inputs have {inputs} rows, targets have {targets}{}", remedy_for_rows(*targets))]
    Rows {
        /// Rows of the inputs.
        inputs: usize,
        /// Rows of the targets.
        targets: usize,
    },
    /// There are no rows.
    #[error("there are no rows")]
    NoRows,
    /// The inputs have no columns.
    #[error("the inputs have no columns")]
    NoFeatures,
    /// The rows do not fit into memory.
    #[error("{rows} rows of {columns} numbers do not fit into memory")]
    TooLarge {
        /// Rows.
        rows: usize,
        /// Numbers in each row.
        columns: usize,
    },
    /// A row does not exist.
    #[error("there is no row {row} (counted from 0): there are {rows} rows")]
    UnknownRow {
        /// The requested row, counted from 0.
        row: usize,
        /// Number of rows.
        rows: usize,
    },
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
