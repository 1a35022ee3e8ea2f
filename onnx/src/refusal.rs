//! The error of this crate, and the texts from a file that it quotes.

use densely::Error;
use densely::error::ModelFileError;

/// The model cannot be read, or the network cannot be written.
pub(crate) fn refused(reason: impl ToString) -> Error {
    ModelFileError::Interchange { format: "ONNX", reason: reason.to_string() }.into()
}

/// The first 100 characters of a name: a forged name can be as long as the file.
pub(crate) fn short(name: &str) -> &str {
    let end = name.char_indices().nth(100).map_or(name.len(), |(end, _)| end);
    name.get(..end).unwrap_or_default()
}
