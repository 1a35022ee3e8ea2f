//! Errors of names.

/// Names of columns, targets or classes are missing or do not fit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum SchemaError {
    /// The number of names is wrong.
    #[error("{names} names for {columns} {what}{}", remedy_for_names(*names, *columns, what))]
    Names { names: usize, columns: usize, what: &'static str },
    /// A name occurs twice.
    #[error("{name:?} occurs twice among the names of the {what}")]
    DuplicateName { what: &'static str, name: String },
    /// The data has other columns or classes than the training data of the network.
    #[error(
        "{what} {number} (counted from 0) is {found:?}, the network was trained with {expected:?}: `Table::dataset_for` brings columns and classes into the network's order, `Mlp::set_schema` renames them"
    )]
    Mismatch { what: &'static str, number: usize, expected: String, found: String },
    /// The network has no such column.
    #[error("the network has no column {column:?}; its columns: {columns}")]
    UnknownColumn { column: String, columns: String },
    /// All rows are blank in a column whose values are needed.
    #[error("column {column:?} is blank in all rows, so there is no value to try")]
    NoValues { column: String },
    /// The network has no names for its columns, targets or classes.
    #[error(
        "the network does not know the names of its {what}: {}; `Mlp::set_schema` sets them",
        if *what == "classes" { "it predicts numbers, or was trained without names" } else { "it was trained on data without names" }
    )]
    Unnamed { what: &'static str },
}

/// Follows the message if the mistake is a usual one.
fn remedy_for_names(names: usize, columns: usize, what: &str) -> &'static str {
    match (names, columns, what) {
        (0, _, "classes") => " (`Dataset::with_classes` names them)",
        (3.., 2, "classes") => {
            " (one column of targets has two; `Dataset::multiclass` makes labels one-hot)"
        }
        _ => "",
    }
}
