//! What a column is, by its cells and by what the user told.

use super::Table;
use super::rows::{TableColumn, Told};
use crate::data::{cell, dates};
use crate::error::{CellProblem, Result, TableError};
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
    /// Values of any kind, which the user told to be categories.
    Categories,
}

impl Reading {
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Texts | Self::Mixed | Self::Categories)
    }

    /// The number that a cell stands for, or by which a date stands in order.
    pub(super) fn number(&self, cell: &str) -> Result<f64, CellProblem> {
        match self {
            Self::Numbers(Some(form)) => form.number(cell).ok_or(CellProblem::NotANumber),
            Self::Dates(format) => dates::moment(format, cell).map(|moment| moment.in_order()),
            _ => cell::number(cell),
        }
    }
}

impl Table {
    /// How a column is read.
    pub(super) fn reading(&self, column: &TableColumn) -> Result<Reading> {
        let (summary, form) = (&column.summary, self.form(column));
        let is_one_text = summary.texts.values.len() == 1 && summary.numbers == 0;
        match &column.told {
            Some(Told::Category) => return Ok(Reading::Categories),
            Some(Told::Number) => return Ok(Reading::Numbers(form)),
            Some(Told::Date(Some(format))) => return Ok(Reading::Dates(format.clone())),
            Some(Told::Date(None)) => {}
            None if summary.is_empty() => return Ok(Reading::Empty),
            None if summary.is_plain() || form.is_some() => return Ok(Reading::Numbers(form)),
            None if is_one_text => return Ok(Reading::Texts),
            None => {}
        }
        #[cfg(not(feature = "dates"))]
        self.check_no_dates(column)?;
        let mut dates = summary.dates();
        match (dates.len(), &column.told) {
            (0, Some(_)) => {
                let (file, column) = (self.file.clone(), column.name.clone());
                let (row, value) = (summary.first_text().0, summary.first_text().1.to_owned());
                Err(TableError::NotDates { file, row, column, value }.into())
            }
            (0, None) if summary.numbers > 0 => Ok(Reading::Mixed),
            (0, None) => Ok(Reading::Texts),
            (1, _) => Ok(Reading::Dates(dates.swap_remove(0))),
            _ => Ok(Reading::Ambiguous(dates)),
        }
    }

    /// Text that looks like dates is an error: it would be taken for categories.
    #[cfg(not(feature = "dates"))]
    fn check_no_dates(&self, column: &TableColumn) -> Result<()> {
        let sign = |byte: u8| matches!(byte, b'-' | b'/' | b'.' | b':' | b' ' | b'T' | b'Z' | b'+');
        let text = column.summary.first_text().1;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let signs = text.bytes().filter(|&byte| sign(byte)).count();
        let looks = digits >= 4 && signs > 1 && digits + signs == text.len();
        crate::error::check::ensure(!looks && column.told.is_none(), || {
            let (file, what) = (self.file.clone(), "has a column of dates");
            TableError::NeedsFeature { file, what, feature: "dates" }
        })
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
        let forms = || self.columns.iter().map(|column| column.summary.forms());
        let point = forms().any(|form| matches!(form, [Some(_), None]));
        let comma = forms().any(|form| matches!(form, [None, Some(_)]));
        let semicolons = self.dialect.separator == b';';
        self.format.decimal_comma || if point == comma { semicolons } else { comma }
    }
}
