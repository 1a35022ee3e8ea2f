//! Limits on a model file's header. They bound what a forged file can make the library allocate.

use crate::{error::Result, model_file::damage::check};

/// Bytes of a header. Reading may hold five copies of it: the bytes of the file, the text without
/// escapes, the text of the structure, the names, and a message.
pub(crate) const MOST_HEADER_BYTES: u64 = 5 << 20;

/// Layers of a network.
const MOST_LAYERS: usize = 1_000;

/// Names of columns, categories, targets and classes together.
pub(crate) const MOST_NAMES: usize = 1 << 16;

/// JSON values in the structure: six for most names, as in
/// `{"name":"x","categories":[],"offset":1}`, six for most layers, and a few more.
pub(crate) const MOST_VALUES: usize = 6 * MOST_NAMES + 6 * MOST_LAYERS + 100;

/// JSON values in the header: nine for each of a layer's two tensors (name, type, shape and place),
/// and a few more.
pub(crate) const MOST_HEADER_VALUES: usize = 9 * 2 * MOST_LAYERS + 100;

pub(crate) fn check_layers(layers: usize) -> Result<()> {
    check(layers <= MOST_LAYERS, || format!("{layers} layers, a file holds up to {MOST_LAYERS}"))
}

/// Brackets inside one another: as `serde_json` has it.
const MOST_LEVELS: usize = 127;

/// Checks that JSON has at most `most` values, without keeping any: it counts the commas and colons
/// that stand before a value. Returns the number of names in the outermost object; a repeated name
/// counts each time. For what is not JSON, the numbers mean nothing.
pub(crate) fn check_values(json: &[u8], most: usize) -> Result<usize> {
    let (mut values, mut names, mut depth, mut deepest) = (1, 0, 0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'"' => in_text = !in_text,
            b'\\' => escaped = true,
            _ if in_text => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            b':' => {
                values += 1;
                names += usize::from(depth == 1);
            }
            _ => {}
        }
    }
    check(deepest <= MOST_LEVELS, || "recursion limit exceeded".to_owned())?;
    check(values <= most, || "too many values".to_owned())?;
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Eleven values, counted by hand: the object, and one after each comma and colon. Those in
    /// texts do not count. Of the three names in the object, one occurs twice.
    #[test]
    fn values_are_counted_outside_of_texts() {
        let json = br#"{"a,b:":[1,"\"]:,{\\",{"c":{}}],"":{"x":[[],[]]},"":null}"#;
        assert!(serde_json::from_slice::<serde_json::Value>(json).is_ok());
        assert_eq!(check_values(json, 11).unwrap(), 3);
        assert!(check_values(json, 10).is_err());
        assert_eq!(check_values(b"", 1).unwrap(), 0);
    }
}
