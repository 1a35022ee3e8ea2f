//! One column of a table.

use crate::{CellProblem, Error, Result};

/// A named column.
#[derive(Clone, Debug)]
pub(in crate::data) struct Column {
    pub(in crate::data) name: String,
    pub(in crate::data) values: Values,
}

/// A column's cells: all of them finite numbers, or all of them text that is not blank.
#[derive(Clone, Debug)]
pub(in crate::data) enum Values {
    Numbers(Vec<f64>),
    Text(Vec<String>),
}

impl Column {
    /// Decides between numbers and text, and checks every cell.
    pub(super) fn parse<'a>(
        file: &str,
        name: &str,
        cells: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<Self> {
        let bad_cell = |row: usize, value: &str, problem| {
            let (file, column, value) = (file.to_owned(), name.to_owned(), abbreviated(value));
            Error::Cell { file, row: row + 1, column, value, problem }
        };
        let (mut count, mut numeric, mut missing) = (0, 0, 0);
        for (row, cell) in cells.clone().enumerate() {
            if cell.is_empty() {
                return Err(bad_cell(row, cell, CellProblem::Blank));
            }
            count += 1;
            numeric += usize::from(cell.parse::<f64>().is_ok());
            missing += usize::from(is_missing(cell));
        }
        let numbers_with_gaps = numeric > 0 && numeric + missing >= count;
        let values = if 2 * numeric >= count || numbers_with_gaps {
            let numbers = cells
                .enumerate()
                .map(|(row, cell)| number(cell).map_err(|problem| bad_cell(row, cell, problem)));
            Values::Numbers(numbers.collect::<Result<_>>()?)
        } else {
            let text = cells.enumerate().map(|(row, cell)| {
                if cell.eq_ignore_ascii_case("nan") {
                    return Err(bad_cell(row, cell, CellProblem::NotFinite));
                }
                Ok(cell.to_owned())
            });
            Values::Text(text.collect::<Result<_>>()?)
        };
        Ok(Self { name: name.to_owned(), values })
    }
}

/// Whether the text is one of those that stand for a missing number.
fn is_missing(text: &str) -> bool {
    ["?", "-", "--", ".", "na", "n/a", "#n/a", "nil", "none", "null"]
        .iter()
        .any(|missing| text.eq_ignore_ascii_case(missing))
}

/// The finite number that the text stands for.
fn number(text: &str) -> Result<f64, CellProblem> {
    let number: f64 = text.parse().map_err(|_| CellProblem::NotANumber)?;
    if number.is_finite() {
        Ok(number)
    } else if number.is_infinite() && text.contains(|c: char| c.is_ascii_digit()) {
        Err(CellProblem::TooLarge("f64"))
    } else {
        Err(CellProblem::NotFinite)
    }
}

/// The first 40 characters, so that a message stays one short line.
pub(in crate::data) fn abbreviated(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
