//! Shapes that do not fit together.

/// A batch whose shape does not fit the network, or inputs and targets that do not fit each other.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// Inputs of another width than the network's.
    #[error("inputs have {found} features, the network takes {expected}{}", remedy_for_features(*found))]
    Features {
        /// Columns of the inputs.
        found: usize,
        /// Features that the network takes.
        expected: usize,
    },
    /// Targets of another width than the network's outputs.
    #[error("targets have {found} columns, the network has {outputs} outputs{}", remedy_for_targets(*found))]
    Targets {
        /// Columns of the targets.
        found: usize,
        /// Outputs of the network.
        outputs: usize,
    },
    /// Inputs and targets of different numbers of rows.
    #[error("inputs have {inputs} rows, targets have {targets}{}", remedy_for_rows(*targets))]
    Rows {
        /// Rows of the inputs.
        inputs: usize,
        /// Rows of the targets.
        targets: usize,
    },
    /// No rows at all.
    #[error("there are no rows")]
    NoRows,
    /// Inputs without a column.
    #[error("the inputs have no columns")]
    NoFeatures,
    /// A row that does not exist.
    #[error("there is no row {row} (counted from 0), there are {rows}")]
    UnknownRow {
        /// The row asked for, counted from 0.
        row: usize,
        /// Rows there are.
        rows: usize,
    },
}

/// Behind the message of inputs with so many features.
fn remedy_for_features(found: usize) -> &'static str {
    if found == 1 { " (an example is a row: 1 × features)" } else { "" }
}

/// Behind the message of targets with so many columns.
fn remedy_for_targets(found: usize) -> &'static str {
    match found {
        1 => " (a column of class numbers? `Dataset::multiclass` makes them one-hot)",
        _ => "",
    }
}

/// Behind the message of targets with so many rows.
fn remedy_for_rows(targets: usize) -> &'static str {
    if targets == 1 { " (targets are rows × outputs; is this a row, 1 × outputs?)" } else { "" }
}
