//! What a column is, by its cells and by what the user told.

use super::Table;
use super::rows::{TableColumn, Told};
use crate::error::{Result, TableError};
use crate::schema::NumberForm;
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

/// How a column's cells are read, by the column's summary.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reading {
    Empty,
    Numbers(Option<NumberForm>),
    Dates(String),
    /// Forms of dates that read a day as a month.
    Ambiguous(Vec<String>),
    Texts,
    /// Texts, with numbers among them.
    Mixed,
}

/// A text column with more values holds names or notes, not categories.
pub(super) fn most_categories(rows: usize) -> usize {
    (rows / 2).clamp(20, 1_000)
}

/// In a table with at least this number of rows, categories of one row alone are left out.
pub(super) const ROWS_FOR_RARE: usize = 50;

impl Table {
    /// How a column is read.
    pub(super) fn reading(&self, column: &TableColumn) -> Result<Reading> {
        let summary = &column.summary;
        let form = self.form(column);
        let is_number = summary.is_plain() || form.is_some();
        match &column.told {
            Some(Told::Category) => return Ok(Reading::Mixed),
            Some(Told::Number) => return Ok(Reading::Numbers(form)),
            Some(Told::Date(Some(format))) => return Ok(Reading::Dates(format.clone())),
            _ => {}
        }
        if column.told.is_none() {
            if summary.blanks_in_numbers() >= summary.cells() && summary.blanks() > 0 {
                return Ok(Reading::Empty);
            }
            if is_number {
                return Ok(Reading::Numbers(form));
            }
            if summary.texts().is_some_and(|texts| texts.len() == 1) && summary.numbers() == 0 {
                return Ok(Reading::Texts);
            }
        }
        let mut dates = self.date_formats(column)?;
        match (dates.len(), &column.told) {
            (0, Some(_)) => Err(TableError::NotDates {
                file: self.file.clone(),
                column: column.name.clone(),
                row: summary.first_text().0,
                value: summary.first_text().1.to_owned(),
            }
            .into()),
            (0, None) if summary.numbers() > 0 => Ok(Reading::Mixed),
            (0, None) => Ok(Reading::Texts),
            (1, _) => Ok(Reading::Dates(dates.swap_remove(0))),
            _ => Ok(Reading::Ambiguous(dates)),
        }
    }

    #[cfg(feature = "dates")]
    fn date_formats(&self, column: &TableColumn) -> Result<Vec<String>> {
        Ok(column.summary.dates())
    }

    /// Text that looks like dates is an error: it would be taken for categories.
    #[cfg(not(feature = "dates"))]
    fn date_formats(&self, column: &TableColumn) -> Result<Vec<String>> {
        let sign = |byte: u8| matches!(byte, b'-' | b'/' | b'.' | b':' | b' ' | b'T' | b'Z' | b'+');
        let looks = |text: &str| {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let signs = text.bytes().filter(|&byte| sign(byte)).count();
            digits >= 4 && signs > 1 && digits + signs == text.len()
        };
        let told = matches!(column.told, Some(Told::Date(_)));
        if looks(column.summary.first_text().1) || told {
            return Err(self.needs_dates());
        }
        Ok(Vec::new())
    }

    /// The form in which all cells of a column are numbers, unless they are plain.
    fn form(&self, column: &TableColumn) -> Option<NumberForm> {
        if column.summary.is_plain() {
            return self.format.decimal_comma.then(|| NumberForm::default().with_decimal_comma());
        }
        let forms = column.summary.forms().map(Option::<&NumberForm>::cloned);
        match forms {
            [Some(point), Some(comma)] => Some(if self.decimal_comma() { comma } else { point }),
            [point, comma] => point.or(comma),
        }
    }

    /// Whether a comma stands before the decimals where a column itself does not tell.
    fn decimal_comma(&self) -> bool {
        let forms = || self.scan.columns.iter().map(|column| column.summary.forms());
        let point = forms().any(|form| matches!(form, [Some(_), None]));
        let comma = forms().any(|form| matches!(form, [None, Some(_)]));
        let semicolons = self.scan.dialect.separator == b';';
        self.format.decimal_comma || if point == comma { semicolons } else { comma }
    }
}
