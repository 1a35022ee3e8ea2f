//! What was left out and filled in when a table became a data set.

use serde::Serialize;
use std::fmt;

/// What was left out, filled in or read in an unusual way when a [`Table`](crate::Table) became
/// rows of numbers. `Display` writes one line for each topic, with its columns.
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
///      blank cells count as the centre of the training rows: age (1)"
/// );
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TableReport {
    /// The number of rows that were taken.
    pub rows: usize,
    /// The number of blank rows at the end of the file. They were left out.
    pub blank_rows_at_end: usize,
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
    /// The known category that differs from it only in upper and lower case, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
}

/// The columns that a line names.
const MOST_SHOWN: usize = 10;

/// The different unknown categories of a column that are kept.
const MOST_UNKNOWN: usize = 1_000;

impl ColumnReport {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Of the column at this place, counted from 0.
    pub(super) fn of(index: usize, name: &str) -> Self {
        Self::new(if name.is_empty() { format!("column {}", index + 1) } else { name.to_owned() })
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::new(&self.name)
    }

    pub(super) fn add_unknown(&mut self, cell: &str, row: usize, known: &[String]) {
        if let Some(known) = self.unknown.iter_mut().find(|known| known.category == cell) {
            known.count += 1;
        } else if self.unknown.len() < MOST_UNKNOWN {
            let like = known.iter().find(|known| known.eq_ignore_ascii_case(cell)).cloned();
            self.unknown.push(UnknownCategory { category: cell.to_owned(), count: 1, row, like });
        }
    }
}

impl TableReport {
    /// Whether there is nothing to be said.
    pub fn is_empty(&self) -> bool {
        let all_rows = self.rows_without_target.is_empty() && self.blank_rows_at_end == 0;
        all_rows && self.columns.is_empty()
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
        if self.blank_rows_at_end > 0 {
            let rows = with_plural(self.blank_rows_at_end, "blank row");
            lines.push(format!("left out: {rows} at the end of the file"));
        }
        if let [first, more @ ..] = &self.rows_without_target[..] {
            let more = if more.is_empty() { "" } else { ", …" };
            let rows = with_plural(self.rows_without_target.len(), "row");
            let are = if more.is_empty() { "is" } else { "are" };
            lines.push(format!("{rows} without a target {are} left out: row {first}{more}"));
        }
        // Columns share a line for each topic.
        let mut topics: Vec<(String, Vec<String>)> = Vec::new();
        for column in &self.columns {
            for (topic, here) in column.notes() {
                let name = &column.name;
                let here = if here.is_empty() { name.clone() } else { format!("{name} ({here})") };
                match topics.iter_mut().find(|(known, _)| *known == topic) {
                    Some((_, columns)) => columns.push(here),
                    None => topics.push((topic, vec![here])),
                }
            }
        }
        for (topic, columns) in topics {
            let more = columns.get(MOST_SHOWN).map(|_| format!("… {} in all", columns.len()));
            let shown = columns.into_iter().take(MOST_SHOWN).chain(more);
            lines.push(format!("{topic}: {}", shown.collect::<Vec<_>>().join(", ")));
        }
        formatter.write_str(&lines.join("\n"))
    }
}

impl ColumnReport {
    /// The notes on this column: a topic that columns may share, and the details here.
    pub(super) fn notes(&self) -> Vec<(String, String)> {
        let mut notes = Vec::new();
        if let Some(why) = &self.left_out {
            notes.push(("left out".to_owned(), why.clone()));
        }
        if let Some(form) = &self.read_as {
            notes.push((format!("read as {form}"), String::new()));
        }
        if let (1.., Some(with)) = (self.blanks, self.filled_with) {
            notes.push((format!("blank cells count as {with}"), self.blanks.to_string()));
        }
        if let [first, others @ ..] = &self.rare[..] {
            let topic = "categories of a single row count as none".to_owned();
            notes.push((topic, format!("{first:?}{}", and_more(others.len()))));
        }
        if let [UnknownCategory { category, count, row, like }, others @ ..] = &self.unknown[..] {
            let topic = "unknown categories count as none of the known ones".to_owned();
            let cells = with_plural(*count, "cell");
            let like = like.as_ref().map(|like| format!(", {like:?} is known")).unwrap_or_default();
            let more = and_more(others.len());
            notes.push((topic, format!("{category:?} in row {row}, {cells}{like}{more}")));
        }
        notes
    }
}

fn and_more(others: usize) -> String {
    if others == 0 { String::new() } else { format!("; and {others} more") }
}

fn with_plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
