//! The kinds of columns.

use serde::Serialize;
use std::fmt;

/// What a column of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnKind {
    /// Numbers: `12`, `-0.5`, `1e3`, or all in one [form](crate::schema::NumberForm).
    Number,
    /// Two different values.
    TwoValues,
    /// Text that repeats.
    Category,
    /// Dates, times of day, or both.
    Date,
    /// Dates whose day and month cannot be told apart.
    AmbiguousDate,
    /// Text that is different in every row: it identifies rows.
    Identifier,
    /// More texts than there may be categories.
    Text,
    /// Numbers, with other text among them.
    Mixed,
    /// The same value in every row.
    Constant,
    /// Blank in every row.
    Empty,
}

/// As `two values`.
impl fmt::Display for ColumnKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Number => "number",
            Self::TwoValues => "two values",
            Self::Category => "category",
            Self::Date => "date or time",
            Self::AmbiguousDate => "day or month first?",
            Self::Identifier => "identifies rows",
            Self::Text => "text",
            Self::Mixed => "numbers and text",
            Self::Constant => "constant",
            Self::Empty => "empty",
        })
    }
}
