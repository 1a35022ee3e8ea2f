//! Names of columns, targets and classes that do not fit.

/// Names of columns, targets or classes that are missing or do not fit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Names of another number than that of the columns.
    #[error("{names} names for {columns} {what}{}", remedy_for_names(*names, *columns, what))]
    Names {
        /// Names given.
        names: usize,
        /// Columns to be named.
        columns: usize,
        /// "features", "targets" or "classes".
        what: &'static str,
    },
    /// A name that stands twice.
    #[error("{name:?} stands twice among the names of the {what}")]
    DuplicateName {
        /// "columns", "categories", "targets" or "classes".
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Data with other columns or classes than those that the network was trained on.
    #[error(
        "{what} {number} (counted from 0) is {found:?}, the network was trained with {expected:?}: `Table::dataset_for` brings columns and classes into the network's order, `Mlp::set_schema` renames them"
    )]
    Mismatch {
        /// "feature" or "class".
        what: &'static str,
        /// Which one, counted from 0.
        number: usize,
        /// What the network knows.
        expected: String,
        /// What the data has.
        found: String,
    },
    /// A network that does not know the names of its columns, targets or classes.
    #[error(
        "the network does not know the names of its {what}: it was trained on arrays without; `Mlp::set_schema` names them"
    )]
    Unnamed {
        /// "columns", "targets" or "classes".
        what: &'static str,
    },
}

/// Behind the message of so many names for so many columns.
fn remedy_for_names(names: usize, columns: usize, what: &str) -> &'static str {
    match (names, columns, what) {
        (0, _, "classes") => " (`Dataset::with_classes` names them)",
        (3.., 2, "classes") => {
            " (one column of targets has two; `Dataset::multiclass` makes labels one-hot)"
        }
        _ => "",
    }
}
