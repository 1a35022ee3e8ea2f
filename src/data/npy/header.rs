//! What stands before the numbers of a `.npy` file.

/// What a header says.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// NumPy's name of the numbers' type; for rows of several types the list of them.
    pub(super) dtype: String,
    pub(super) column_major: bool,
    pub(super) shape: Vec<usize>,
}

impl Header {
    /// Parses the text of a header: a dictionary of Python with these three entries in any order.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mut dtype, mut column_major, mut shape) = (None, None, None);
        let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
        while !rest.is_empty() {
            let (key, value) = quoted(rest)?;
            let value = value.trim_start().strip_prefix(':')?.trim_start();
            let after = match key {
                "descr" => {
                    let (name, after) = quoted(value).or_else(|| list(value))?;
                    dtype = Some(name.to_owned());
                    after
                }
                "fortran_order" => {
                    column_major = Some(value.starts_with("True"));
                    value.strip_prefix("True").or_else(|| value.strip_prefix("False"))?
                }
                "shape" => {
                    let (lengths, after) = value.strip_prefix('(')?.split_once(')')?;
                    shape = Some(numbers(lengths)?);
                    after
                }
                _ => return None,
            };
            let after = after.trim_start();
            // The last entry may be without a comma.
            rest = if after.is_empty() { after } else { after.strip_prefix(',')?.trim_start() };
        }
        Some(Self { dtype: dtype?, column_major: column_major?, shape: shape? })
    }
}

/// A text in quotation marks, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    text[1..].split_once(quote)
}

/// A list with its brackets, and what follows it.
fn list(text: &str) -> Option<(&str, &str)> {
    let mut open = 0_usize;
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => open += 1,
            b']' => open = open.checked_sub(1)?,
            _ => {}
        }
        if open == 0 {
            return (byte == b']').then(|| text.split_at(place + 1));
        }
    }
    None
}

/// The numbers of a tuple; a comma may follow the last one.
fn numbers(text: &str) -> Option<Vec<usize>> {
    let text = text.trim();
    let text = text.strip_suffix(',').unwrap_or(text);
    match text {
        "" => Some(Vec::new()),
        text => text.split(',').map(|number| number.trim().parse().ok()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each text is that of a file of NumPy.
    #[test]
    fn headers_of_numpy_are_understood() {
        for (text, dtype, column_major, shape) in [
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }    \n",
                "<f4",
                false,
                &[2, 3][..],
            ),
            (
                "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2, 3), }",
                "|u1",
                true,
                &[1, 2, 3],
            ),
            ("{'descr': '<i8', 'fortran_order': False, 'shape': (4,), }", "<i8", false, &[4]),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", "<f8", false, &[]),
            (
                "{'descr': [('age', '<i4'), ('at', '<f8', (2,))], 'fortran_order': False, 'shape': (4,), }",
                "[('age', '<i4'), ('at', '<f8', (2,))]",
                false,
                &[4],
            ),
            // Other programs write other orders and quotation marks.
            (
                "{\"shape\": (3, 4), \"fortran_order\": False, \"descr\": \"<f4\"}",
                "<f4",
                false,
                &[3, 4],
            ),
        ] {
            let (dtype, shape) = (dtype.to_owned(), shape.to_vec());
            assert_eq!(Header::parse(text), Some(Header { dtype, column_major, shape }), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_header() {
        for text in [
            "",
            "{}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': [[], 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': ], 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr' '<f4' 'fortran_order' False 'shape' (2, 3)}",
            "{'descr': é",
        ] {
            assert_eq!(Header::parse(text), None, "{text}");
        }
    }
}
