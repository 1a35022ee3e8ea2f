//! A column of a CSV file.

use super::summary::ColumnSummary;

/// A column of a table: its name in the header, the summary of its cells, and what the user told.
#[derive(Clone, Debug, Default)]
pub(super) struct TableColumn {
    pub(super) name: String,
    /// Whether the table pretends not to have this column.
    pub(super) left_out: bool,
    pub(super) told: Option<Told>,
    pub(super) summary: ColumnSummary,
}

/// What the user says that a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Number,
    Category,
    /// In this form, or in the one that reads all its cells.
    Date(Option<String>),
}
