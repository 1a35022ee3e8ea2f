//! One cell of a table.

use crate::error::CellProblem;

/// What is in the cells of a column, as far as that tells whether it is one of numbers.
#[derive(Clone, Debug, Default)]
pub(in crate::data) struct Kinds {
    /// How many cells are numbers, NaN and infinity included.
    numbers: usize,
    /// How many say that a number is missing.
    missing: usize,
}

impl Kinds {
    pub(in crate::data) fn add(&mut self, text: &str) {
        // No number says that it is missing.
        match text.parse::<f64>() {
            Ok(_) => self.numbers += 1,
            Err(_) => self.missing += usize::from(is_missing(text)),
        }
    }

    /// Whether it is numbers, as far as a feature goes: at least half of its cells are, or all that do not say that one is missing.
    pub(super) fn is_numeric(&self, rows: usize) -> bool {
        2 * self.numbers >= rows || self.is_numeric_throughout(rows)
    }

    /// Whether all of its cells are numbers, but for those that say that one is missing.
    pub(in crate::data) fn is_numeric_throughout(&self, rows: usize) -> bool {
        self.numbers > 0 && self.numbers + self.missing >= rows
    }
}

/// Whether the text is one of those that stand for a missing number.
fn is_missing(text: &str) -> bool {
    ["", "?", "-", "--", ".", "na", "n/a", "#n/a", "nil", "none", "null"]
        .iter()
        .any(|missing| text.eq_ignore_ascii_case(missing))
}

/// The finite number that the text stands for.
pub(in crate::data) fn number(text: &str) -> Result<f64, CellProblem> {
    if text.is_empty() {
        return Err(CellProblem::Blank);
    }
    let number: f64 = text.parse().map_err(|_| CellProblem::NotANumber)?;
    if number.is_finite() {
        Ok(number)
    } else if number.is_infinite() && text.contains(|c: char| c.is_ascii_digit()) {
        Err(CellProblem::TooLarge("f64"))
    } else {
        Err(CellProblem::NotFinite)
    }
}

/// The text of a category or class.
pub(in crate::data) fn category(text: &str) -> Result<&str, CellProblem> {
    match text {
        "" => Err(CellProblem::Blank),
        text if text.eq_ignore_ascii_case("nan") => Err(CellProblem::NotFinite),
        text => Ok(text),
    }
}

/// The first 40 characters, so that a message stays one short line.
pub(in crate::data) fn abbreviated(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The names, quoted; the first ten of them if there are more.
pub(in crate::data) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names = names.into_iter().take(11).map(|name| format!("{:?}", abbreviated(name)));
    let mut names: Vec<String> = names.collect();
    if names.len() > 10 {
        names[10] = "…".to_owned();
    }
    names.join(", ")
}
