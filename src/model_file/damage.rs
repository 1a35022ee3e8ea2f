//! The error of a file that is damaged or not a model.

use crate::error::{Error, ModelFileError};

pub(crate) fn damaged(reason: impl ToString) -> Error {
    ModelFileError::Damaged { reason: start_of(&reason.to_string()) }.into()
}

/// The first 200 characters of a text from a file, on one line.
pub(crate) fn start_of(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
