//! A table as the library understands it, column by column.

use super::report::{ColumnReport, TableReport};
use super::summary::{ColumnSummary, Counts};
use super::{Table, TableColumn, Told, feature::in_order};
use crate::data::cell::{abbreviated, list};
use crate::error::{Error, MOST_COUNTED, Remedy, Result, TableError, counted, with_remedies};
use crate::schema::{Column, Schema};
use serde::Serialize;
use std::fmt;

/// What a table has, column by column. `Display` writes an aligned line for each column.
///
/// ```
/// use densely::{Table, data::ColumnKind};
///
/// let csv = "weight,origin,mpg\n3504,USA,18\n2372,Japan,24\n1835,Europe,?\n";
/// let profile = Table::parse_csv(csv.as_bytes(), "cars")?.with_missing().profile()?;
/// assert_eq!((profile.rows, profile.columns[1].kind), (3, ColumnKind::Category));
/// println!("{profile}");
/// # assert!(profile.to_string().contains("1835 to 3504"), "{profile}");
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TableProfile {
    /// The file's name.
    pub file: String,
    /// The number of rows.
    pub rows: usize,
    /// What stands between cells, if the file has shown it.
    pub separator: Option<char>,
    /// The columns, in the table's order.
    pub columns: Vec<ColumnProfile>,
}

/// What a column has, and what is done with it if it is a feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnProfile {
    /// The name in the header.
    pub name: String,
    /// What it is.
    pub kind: ColumnKind,
    /// Whether [`Table::category`], [`Table::number`] or [`Table::date`] told it.
    pub told: bool,
    /// Smallest and largest number, or the categories: the most frequent first.
    pub values: String,
    /// The number of blank cells.
    pub blanks: usize,
    /// The number of different values that are not blank; at most 10,001.
    pub distinct: usize,
    /// The first three different values.
    pub examples: Vec<String>,
    /// What is done with the column if it is a feature, or the error that it then is.
    pub action: String,
    /// What can be done about the error.
    #[serde(skip)]
    pub remedies: Vec<Remedy>,
    /// Whether it cannot be a feature as it is.
    pub is_error: bool,
}

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
    /// Numbers or dates, with other text among them.
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
            Self::Mixed => "mixed",
            Self::Constant => "constant",
            Self::Empty => "empty",
        })
    }
}

impl Table {
    /// What the table has, column by column. Reads all rows once more, and again for a
    /// column whose cells may not be what the user told.
    ///
    /// # Errors
    ///
    /// [`Error::Io`](crate::Error::Io) and [`Error::ChangedFile`](crate::Error::ChangedFile) if the
    /// file cannot be read again.
    pub fn profile(&self) -> Result<TableProfile> {
        let used: Vec<_> = self.used().map(|(index, _)| index).collect();
        let counts = self.count(&used)?;
        let columns = used.iter().zip(&counts);
        let columns = columns
            .map(|(&index, counts)| self.column_profile(index, counts))
            .collect::<Result<_>>()?;
        let is_shown = self.format.separator.is_none();
        let (file, separator) = (self.file.clone(), self.dialect.separator.into());
        let separator = is_shown.then_some(separator);
        Ok(TableProfile { file, rows: self.rows, separator, columns })
    }

    /// The error of the first cell that is not what the user told of its column, or that is blank
    /// and may not be.
    fn refused_cell(&self, index: usize, feature: &Column) -> Result<Option<Error>> {
        let column @ TableColumn { told, summary, .. } = &self.columns[index];
        let may_fail = match told {
            Some(Told::Number) => !self.holds_numbers(column),
            Some(Told::Date(form)) => form.is_some(),
            _ => summary.extremes.is_some_and(|ends| ends.iter().any(|end| end.is_infinite())),
        };
        if !may_fail && (self.settings.missing || summary.blanks_in_numbers() == 0) {
            return Ok(None);
        }
        let mut schema = Schema::new([feature.clone()]);
        schema.missing.clone_from(&self.format.missing.listed);
        let checked = || {
            let mut encoder = self.encoder(&schema, None, TableReport::default())?;
            while encoder.next::<f64>(CHUNK)?.0.nrows() > 0 {}
            Ok(())
        };
        match checked() {
            Ok(()) => Ok(None),
            Err(error @ Error::Table(_)) => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }

    fn column_profile(&self, index: usize, counts: &Counts) -> Result<ColumnProfile> {
        let TableColumn { name, told, summary, .. } = &self.columns[index];
        let mut report = ColumnReport::of(index, name);
        let feature = self.feature(index, counts, &mut report);
        let is_empty = told.is_none() && summary.is_empty();
        let (values, is_text) = match &feature {
            _ if is_empty => (String::new(), false),
            Ok(Some(feature)) if feature.categories.is_empty() => {
                (ends(feature, summary, counts), false)
            }
            Err(Error::Table(TableError::AmbiguousDates { .. })) => (frequent(counts), false),
            _ => (frequent(counts), true),
        };
        let blanks = if is_text { summary.blanks } else { summary.blanks_in_numbers() };
        let distinct = counts.values.len();
        let kind = match &feature {
            _ if is_empty => ColumnKind::Empty,
            _ if distinct == 1 && blanks == 0 => ColumnKind::Constant,
            Ok(Some(Column { date: Some(_), .. })) => ColumnKind::Date,
            Err(Error::Table(TableError::AmbiguousDates { .. })) => ColumnKind::AmbiguousDate,
            Err(Error::Table(TableError::NotDates { .. })) => ColumnKind::Text,
            Err(Error::Table(TableError::MixedColumn { .. })) => ColumnKind::Mixed,
            _ if distinct == 2 => ColumnKind::TwoValues,
            Ok(Some(feature)) if feature.categories.is_empty() => ColumnKind::Number,
            Ok(Some(_)) => ColumnKind::Category,
            _ if told.is_none() && summary.numbers > 0 => ColumnKind::Mixed,
            _ if distinct == self.rows - blanks => ColumnKind::Identifier,
            _ => ColumnKind::Text,
        };
        let mut first: Vec<_> = counts.values.iter().collect();
        first.sort_by_key(|(_, count)| count.row);
        let examples = first.iter().take(3).map(|(text, _)| abbreviated(text)).collect();
        let refused = match &feature {
            Ok(Some(feature)) => self.refused_cell(index, feature)?,
            _ => None,
        };
        let feature = refused.map_or(feature, Err);
        let is_error = feature.is_err();
        let (action, remedies) = match feature {
            Ok(feature) => {
                let becomes = feature.iter().flat_map(|feature| becomes(feature, kind));
                let notes = report.notes().into_iter().map(|(topic, here)| match &here[..] {
                    "" => topic,
                    _ => format!("{topic} ({here})"),
                });
                (becomes.chain(notes).collect::<Vec<_>>().join("; "), Vec::new())
            }
            Err(Error::Table(error)) => (error.to_string(), error.remedies()),
            Err(error) => (error.to_string(), Vec::new()),
        };
        Ok(ColumnProfile {
            name: name.clone(),
            kind,
            told: told.is_some(),
            values,
            blanks,
            distinct,
            examples,
            action,
            remedies,
            is_error,
        })
    }
}

/// The rows in memory while cells are checked.
const CHUNK: usize = 1024;

/// What a column becomes.
fn becomes(feature: &Column, kind: ColumnKind) -> Vec<String> {
    let mut becomes = vec![match &feature.categories[..] {
        _ if kind == ColumnKind::Constant => "nothing is learned from it".to_owned(),
        [] if feature.date.is_some() => format!("{} features", feature.values()),
        [] if feature.offset != 0.0 => format!("the number {}", feature.named()[0].0),
        [] => "a number".to_owned(),
        [first, second] if feature.two => format!("-1 for {first:?}, 1 for {second:?}"),
        categories => format!("{} features, each 1 for its category, else 0", categories.len()),
    }];
    if feature.blanks {
        let is_text = !feature.categories.is_empty();
        let filled = if is_text { "" } else { "the centre of the training rows, and " };
        becomes.push(format!("where it is blank, {filled}1 in one more feature"));
    }
    becomes
}

/// The four most frequent values, each with its number of cells.
fn frequent(counts: &Counts) -> String {
    let mut values: Vec<_> = counts.values.iter().collect();
    values.sort_by(|a, b| b.1.cells.cmp(&a.1.cells).then_with(|| a.0.cmp(b.0)));
    let shown = values.iter().take(4);
    let mut shown: Vec<String> =
        shown.map(|(text, count)| format!("{} ({})", abbreviated(text), count.cells)).collect();
    shown.extend(values.get(4).map(|_| "…".to_owned()));
    shown.join(", ")
}

/// The smallest and the largest number, or the first and the last date, as written.
fn ends(feature: &Column, summary: &ColumnSummary, counts: &Counts) -> String {
    let (date, form) = (feature.date.as_ref().map(|date| &date.format[..]), feature.form.as_ref());
    if let (None, None, Some([smallest, largest])) = (date, form, summary.extremes) {
        return format!("{smallest} to {largest}");
    }
    let numbers = counts.values.keys().map(|text| (in_order(date, form, text), text));
    let mut values: Vec<_> =
        numbers.filter_map(|(number, text)| Some((number.ok()?, text))).collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    match values[..] {
        [(_, first), .., (_, last)] if values.len() <= MOST_COUNTED => format!("{first} to {last}"),
        _ => list(values.first().map(|(_, text)| text)),
    }
}

/// A line for the file, then one for each column.
impl fmt::Display for TableProfile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["column", "kind", "values", "examples", "blank", "distinct", "what is done"];
        let mut lines = vec![header.map(str::to_owned)];
        lines.extend(self.columns.iter().map(|column| {
            let told = if column.told { " (told)" } else { "" };
            let examples = match column.kind {
                // Its values are already there.
                ColumnKind::TwoValues | ColumnKind::Category | ColumnKind::Constant => "",
                _ => &column.examples.join(", "),
            };
            let count = |count: usize| if count == 0 { String::new() } else { count.to_string() };
            [
                abbreviated(&column.name),
                format!("{}{told}", column.kind),
                column.values.clone(),
                examples.to_owned(),
                count(column.blanks),
                counted(column.distinct),
                with_remedies(&column.action, &column.remedies),
            ]
            .map(|cell| cell.replace(['\n', '\r'], " "))
        }));
        let lengths = |cell: usize| lines.iter().map(move |line| line[cell].chars().count());
        let widths: [usize; 7] = std::array::from_fn(|cell| lengths(cell).max().unwrap_or(0));
        let (file, rows, columns) = (&self.file, self.rows, self.columns.len());
        write!(formatter, "{file}: {rows} rows, {columns} columns")?;
        match self.separator {
            Some('\t') => formatter.write_str(", separated by tabs")?,
            Some(other) => write!(formatter, ", separated by {other:?}")?,
            None => {}
        }
        for line in lines {
            writeln!(formatter)?;
            for (place, (cell, width)) in line.iter().zip(widths).enumerate() {
                match place {
                    4 | 5 => write!(formatter, "{cell:>width$}  ")?,
                    6 => formatter.write_str(cell)?,
                    _ => write!(formatter, "{cell:width$}  ")?,
                }
            }
        }
        Ok(())
    }
}
