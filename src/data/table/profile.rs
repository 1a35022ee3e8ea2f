//! A table as the library understands it, column by column.

use super::kind::{ColumnKind, Reading};
use super::report::ColumnReport;
use super::rows::{TableColumn, Told};
use super::{Table, categories::Counts};
use crate::data::cell::{abbreviated, list, plain_number};
use crate::error::{MOST_COUNTED, Result};
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
    /// What stands between cells.
    pub separator: char,
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
    /// The cells of up to three rows that are different.
    pub examples: Vec<String>,
    /// What is done with the column if it is a feature, or the error that it then is.
    pub action: String,
    /// Whether it cannot be a feature as it is.
    pub is_error: bool,
}

impl Table {
    /// What the table has, column by column. Reads all rows once more.
    ///
    /// # Errors
    ///
    /// [`Error::Io`](crate::Error::Io) and [`Error::ChangedFile`](crate::Error::ChangedFile) if the
    /// file cannot be read again.
    pub fn profile(&self) -> Result<TableProfile> {
        let all = self.count(self.columns().map(|(index, _)| index))?;
        let mut examples = vec![Vec::<String>::new(); self.scan.columns.len()];
        let mut rows = self.row_reader()?;
        let mut seen = 0;
        while let Some((_, record)) = rows.next()? {
            seen += 1;
            for (index, examples) in examples.iter_mut().enumerate() {
                let cell = abbreviated(record.cell(index));
                if examples.len() < 3 && !cell.is_empty() && !examples.contains(&cell) {
                    examples.push(cell);
                }
            }
            if seen == ROWS_OF_EXAMPLES {
                break;
            }
        }
        let columns = self.columns().zip(all).map(|((index, column), counts)| {
            self.column_profile(index, column, &counts, std::mem::take(&mut examples[index]))
        });
        Ok(TableProfile {
            file: self.file.clone(),
            rows: self.scan.rows,
            separator: self.scan.dialect.separator.into(),
            columns: columns.collect(),
        })
    }

    fn column_profile(
        &self,
        index: usize,
        column: &TableColumn,
        counts: &Counts,
        examples: Vec<String>,
    ) -> ColumnProfile {
        let summary = &column.summary;
        let reading = self.reading(column);
        let is_text = matches!(reading, Ok(Reading::Texts | Reading::Mixed));
        let blanks = if is_text { summary.blanks() } else { summary.blanks_in_numbers() };
        let mut report = ColumnReport::of(&column.name);
        let feature = reading.as_ref().map_err(ToString::to_string).and_then(|reading| {
            let feature = self.feature(index, reading.clone(), Some(counts), &mut report);
            feature.map_err(|error| error.to_string())
        });
        let distinct = counts.len();
        let filled = self.scan.rows - blanks;
        let kind = match &reading {
            Ok(Reading::Empty) => ColumnKind::Empty,
            _ if distinct == 1 && blanks == 0 => ColumnKind::Constant,
            Ok(Reading::Dates(_)) => ColumnKind::Date,
            Ok(Reading::Ambiguous(_)) => ColumnKind::AmbiguousDate,
            Err(_) => ColumnKind::Text,
            _ if distinct == 2 => ColumnKind::TwoValues,
            Ok(Reading::Numbers(_)) => ColumnKind::Number,
            _ if matches!(&feature, Ok(Some(_))) => ColumnKind::Category,
            Ok(Reading::Mixed) if column.told != Some(Told::Category) => ColumnKind::Mixed,
            _ if distinct == filled => ColumnKind::Identifier,
            _ => ColumnKind::Text,
        };
        let is_error = feature.is_err();
        let action = match feature {
            Err(error) => error,
            Ok(None) => format!("left out: {}", report.left_out.unwrap_or_default()),
            Ok(Some(feature)) => action(&feature, kind, report.rare.len()),
        };
        let values = match (summary.extremes(), is_text) {
            (Some([smallest, largest]), false) if report.read_as.is_none() => {
                format!("{smallest} to {largest}")
            }
            _ if kind == ColumnKind::Empty => String::new(),
            (_, false) => ends(&reading, counts, self),
            _ => frequent(counts),
        };
        let (name, told) = (column.name.clone(), column.told.is_some());
        ColumnProfile { name, kind, told, values, blanks, distinct, examples, action, is_error }
    }
}

impl ColumnProfile {
    /// The examples, unless the values are already there.
    fn shown_examples(&self) -> String {
        match self.kind {
            ColumnKind::TwoValues | ColumnKind::Category | ColumnKind::Constant => String::new(),
            _ => self.examples.join(", "),
        }
    }
}

/// Examples are taken from the first rows.
const ROWS_OF_EXAMPLES: usize = 1_000;

/// What is done with a column.
fn action(feature: &Column, kind: ColumnKind, rare: usize) -> String {
    let names = Schema::new([feature.clone()]).feature_names();
    let mut action = match (feature.categories.len(), &feature.date, &feature.form) {
        _ if kind == ColumnKind::Constant => "nothing is learned from it".to_owned(),
        (0, Some(date), _) => {
            format!("{} features of dates in the form {}", feature.values(), date.format)
        }
        (0, None, Some(form)) => format!("a number, read with a {form}"),
        (0, None, None) if feature.offset != 0.0 => format!("the number {}", names[0]),
        (0, None, None) => "a number".to_owned(),
        (2, ..) if feature.two => {
            format!("-1 for {:?}, 1 for {:?}", feature.categories[0], feature.categories[1])
        }
        (count, ..) => format!("{count} features of 0 and 1"),
    };
    match rare {
        0 => {}
        1 => action.push_str("; 1 category of one row alone is none of them"),
        _ => action.push_str(&format!("; {rare} categories of one row alone are none of them")),
    }
    if feature.blanks {
        action.push_str("; a feature says where it is blank");
    }
    action
}

/// The first [`MOST_SHOWN`] of the most frequent values, each with its number of cells.
fn frequent(counts: &Counts) -> String {
    let mut values: Vec<_> = counts.iter().collect();
    values.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
    let more = values.len() > MOST_SHOWN;
    let shown = values.iter().take(MOST_SHOWN);
    let shown: Vec<String> =
        shown.map(|(text, count)| format!("{} ({count})", abbreviated(text))).collect();
    shown.join(", ") + if more { ", …" } else { "" }
}

const MOST_SHOWN: usize = 4;

/// The first and the last of some written numbers or dates.
fn ends<E>(reading: &std::result::Result<Reading, E>, counts: &Counts, table: &Table) -> String {
    let place = |text: &str| match reading {
        Ok(Reading::Numbers(Some(form))) => form.number(text),
        Ok(Reading::Dates(format)) => table.moment(format, text).ok(),
        _ => plain_number(text),
    };
    let mut values: Vec<_> = counts.keys().filter_map(|text| Some((place(text)?, text))).collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    match (&values[..], counts.len() > MOST_COUNTED) {
        ([(_, first), .., (_, last)], false) => format!("{first} to {last}"),
        _ => list(counts.keys().take(1)),
    }
}

/// A line for the file, then one for each column.
impl fmt::Display for TableProfile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["column", "kind", "values", "examples", "blank", "different", "what is done"];
        let mut lines = vec![header.map(str::to_owned)];
        lines.extend(self.columns.iter().map(|column| {
            let told = if column.told { " (told)" } else { "" };
            let count = |count: usize| if count == 0 { String::new() } else { count.to_string() };
            let distinct = crate::error::counted(column.distinct);
            [
                abbreviated(&column.name),
                format!("{}{told}", column.kind),
                column.values.clone(),
                column.shown_examples(),
                count(column.blanks),
                distinct,
                column.action.clone(),
            ]
        }));
        let width =
            |cell: usize| lines.iter().map(|line| line[cell].chars().count()).max().unwrap_or(0);
        let widths: [usize; 7] = std::array::from_fn(width);
        let separator = match self.separator {
            '\t' => "tabs".to_owned(),
            other => format!("{other:?}"),
        };
        let (file, rows, columns) = (&self.file, self.rows, self.columns.len());
        write!(formatter, "{file}: {rows} rows, {columns} columns, separated by {separator}")?;
        for line in lines {
            writeln!(formatter)?;
            for (place, (cell, width)) in line.iter().zip(widths).enumerate() {
                match place {
                    4 | 5 => write!(formatter, "{cell:>width$}  ")?,
                    6 => write!(formatter, "{cell}")?,
                    _ => write!(formatter, "{cell:width$}  ")?,
                }
            }
        }
        Ok(())
    }
}
