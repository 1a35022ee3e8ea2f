//! What was left out and filled in when a table became a data set.

use serde::Serialize;
use std::fmt;

/// What was left out, filled in or read in an unusual way when a [`Table`](crate::Table) became
/// rows of numbers. `Display` writes a line for each, and nothing if there is none.
///
/// ```
/// use densely::{Table, data::Target};
///
/// let csv = "age,city,price\n30,Oslo,7\n,Lima,8\n50,Oslo,\n";
/// let table = Table::parse_csv(csv.as_bytes(), "sales")?.with_missing();
/// let (data, report) = table.dataset_and_report::<f32>(Target::number("price"))?;
/// assert_eq!(data.rows(), 2);
/// assert_eq!(
///     report.to_string(),
///     "1 row without a target is left out: row 3\n\
///      age: 1 blank cell, in place of which stands the centre of the training rows"
/// );
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TableReport {
    /// The number of rows that were taken.
    pub rows: usize,
    /// The rows without a target, counted from 1. They were left out.
    pub rows_without_target: Vec<usize>,
    /// The columns with something to be said, in the table's order.
    pub columns: Vec<ColumnReport>,
}

/// What was done with a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnReport {
    /// The column's name; its number if it has none.
    pub name: String,
    /// Why the column was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// How the cells were read, if not as plain numbers or categories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_as: Option<String>,
    /// The number of blank cells.
    pub blanks: usize,
    /// What stands in place of a blank cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filled_with: Option<&'static str>,
    /// Categories that are left out because they occur in one row alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rare: Vec<String>,
    /// Categories that the network does not know, up to 1,000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<UnknownCategory>,
}

/// A category that a network does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnknownCategory {
    /// The text of the cells.
    pub category: String,
    /// The number of cells.
    pub count: usize,
    /// The first row, counted from 1.
    pub row: usize,
}

/// The different unknown categories of a column that are kept.
const MOST_UNKNOWN: usize = 1_000;

impl ColumnReport {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::new(&self.name)
    }

    pub(super) fn add_unknown(&mut self, cell: &str, row: usize) {
        if let Some(known) = self.unknown.iter_mut().find(|known| known.category == cell) {
            known.count += 1;
        } else if self.unknown.len() < MOST_UNKNOWN {
            self.unknown.push(UnknownCategory { category: cell.to_owned(), count: 1, row });
        }
    }
}

impl TableReport {
    /// Whether there is nothing to be said.
    pub fn is_empty(&self) -> bool {
        self.rows_without_target.is_empty() && self.columns.is_empty()
    }

    /// Of one value for each row of the table, those of the rows that were taken.
    ///
    /// ```
    /// use densely::{Table, data::Target};
    ///
    /// let csv = "day,size,price\nMon,30,7\nTue,40,\nWed,50,9\n";
    /// let table = Table::parse_csv(csv.as_bytes(), "sales")?.with_missing();
    /// let (_, report) = table.dataset_and_report::<f32>(Target::number("price"))?;
    /// assert_eq!(report.taken(table.text("day")?), ["Mon", "Wed"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn taken<T>(&self, values: impl IntoIterator<Item = T>) -> Vec<T> {
        let mut left_out = self.rows_without_target.iter().peekable();
        let mut is_taken = |row: usize| left_out.next_if_eq(&&row).is_none();
        let rows = values.into_iter().zip(1..).filter(|&(_, row)| is_taken(row));
        rows.map(|(value, _)| value).collect()
    }
}

impl fmt::Display for TableReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if let [first, more @ ..] = &self.rows_without_target[..] {
            let more = if more.is_empty() { "" } else { ", …" };
            let rows = with_plural(self.rows_without_target.len(), "row");
            let are = if more.is_empty() { "is" } else { "are" };
            lines.push(format!("{rows} without a target {are} left out: row {first}{more}"));
        }
        for column in &self.columns {
            lines.extend(column.notes().iter().map(|note| format!("{}: {note}", column.name)));
        }
        formatter.write_str(&lines.join("\n"))
    }
}

impl ColumnReport {
    /// What is to be said about the column.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(reason) = &self.left_out {
            lines.push(format!("left out, {reason}"));
        }
        if let Some(form) = &self.read_as {
            lines.push(format!("read as {form}"));
        }
        if let (1.., Some(with)) = (self.blanks, self.filled_with) {
            let cells = with_plural(self.blanks, "blank cell");
            lines.push(format!("{cells}, in place of which stands {with}"));
        }
        if let [first, ..] = &self.rare[..] {
            lines.push(match self.rare.len() {
                1 => format!("the category {first:?}, of a single row, is 0 in all features"),
                count => format!(
                    "{count} categories of a single row each, such as {first:?}, are 0 in all features"
                ),
            });
        }
        for UnknownCategory { category, count, row } in self.unknown.iter().take(10) {
            let cells = with_plural(*count, "cell");
            lines.push(format!(
                "{category:?} in row {row} ({cells}) is none of the categories of the training rows"
            ));
        }
        if let Some(more @ 1..) = self.unknown.len().checked_sub(10) {
            lines.push(format!("{more} more such categories"));
        }
        lines
    }
}

fn with_plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
