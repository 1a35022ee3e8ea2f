//! The text of a cell or a label, read as a number or as a category.

use crate::error::CellProblem;

/// The number that a text such as `12`, `-0.5` or `1e3` stands for; it may be infinite or NaN.
pub(super) fn plain_number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The finite number that the text stands for.
pub(super) fn number(text: &str) -> Result<f64, CellProblem> {
    if text.is_empty() {
        return Err(CellProblem::Blank);
    }
    let number = plain_number(text).ok_or(CellProblem::NotANumber)?;
    if number.is_finite() {
        Ok(number)
    } else if number.is_infinite() && text.contains(|c: char| c.is_ascii_digit()) {
        Err(CellProblem::TooLarge("f64"))
    } else {
        Err(CellProblem::NotFinite)
    }
}

/// The text of a class.
pub(super) fn class(text: &str) -> Result<&str, CellProblem> {
    match text {
        "" => Err(CellProblem::Blank),
        text if text.eq_ignore_ascii_case("nan") => Err(CellProblem::NotFinite),
        text => Ok(text),
    }
}

/// The first 40 characters, so that a message stays one short line.
pub(super) fn abbreviated(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Quotes up to ten names for a message.
pub(super) fn list(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let quoted = |name: &str| format!("{:?}", abbreviated(name));
    let names = names.into_iter().take(11).map(|name| quoted(name.as_ref()));
    let mut names: Vec<String> = names.collect();
    if names.len() > 10 {
        names[10] = "…".to_owned();
    }
    names.join(", ")
}
