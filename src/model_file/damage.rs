//! The error of a file that is damaged or not a model.

use crate::error::{Error, ModelFileError, Result, check::ensure};

pub(crate) fn damaged(reason: impl ToString) -> Error {
    ModelFileError::Damaged { reason: start_of(&reason.to_string()) }.into()
}

/// Returns the error of a file that is damaged for this reason unless the condition holds.
pub(crate) fn check(holds: bool, reason: impl FnOnce() -> String) -> Result<()> {
    ensure(holds, || damaged(reason()))
}

/// The first 200 characters of a text from a file, on one line.
pub(crate) fn start_of(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
