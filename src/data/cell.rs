//! The text of a cell or a label, read as a number or as a category.

use crate::error::CellProblem;

/// The number that a text such as `12`, `-0.5` or `1e3` stands for; it may be infinite or NaN.
#[inline]
pub(super) fn plain_number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The number with which a text begins, and its length in bytes, if it has at most 15 digits, with
/// or without decimals. The bits are those of `parse`: below 2⁵³ the digits are an exact `f64`,
/// and so is the power of ten; their quotient is rounded once (Clinger 1990).
#[inline]
pub(super) fn short_decimal(text: &[u8]) -> Option<(f64, usize)> {
    let mut number = 0_u64;
    let mut end_of_digits = |mut place: usize| {
        while let Some(digit) = text.get(place).filter(|byte| byte.is_ascii_digit()) {
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            place += 1;
        }
        place
    };
    let negative = text.first() == Some(&b'-');
    let first = usize::from(negative);
    let whole = end_of_digits(first);
    let (length, decimals) = match text.get(whole) {
        Some(b'.') => {
            let end = end_of_digits(whole + 1);
            (end, end - whole - 1)
        }
        _ => (whole, 0),
    };
    if !(1..=15).contains(&(whole - first + decimals)) {
        return None;
    }
    // An `i64` is converted in one instruction, a `u64` in many.
    let magnitude = number.cast_signed() as f64 / POWERS[decimals];
    Some((if negative { -magnitude } else { magnitude }, length))
}

/// Whether a text begins as codes do and numbers do not: with a zero before another digit.
#[inline]
pub(super) fn has_leading_zero(text: &[u8]) -> bool {
    matches!(text, [b'0', b'0'..=b'9', ..])
}

/// The powers of ten up to 10^15, which are exact.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

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

/// The first 40 characters, so that a message stays one short line.
pub(super) fn abbreviated(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A cell of a CSV file in quotation marks, whatever it has.
pub(crate) fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// Quotes up to ten names for a message.
pub(crate) fn list(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let quoted = |name: &str| format!("{:?}", abbreviated(name));
    let names = names.into_iter().take(11).map(|name| quoted(name.as_ref()));
    let mut names: Vec<String> = names.collect();
    if names.len() > 10 {
        names[10] = "…".to_owned();
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_decimals_have_the_bits_of_parse() {
        let mut texts: Vec<String> =
            ["0", "-0", "1.", ".5", "-.5", "-0.000", "007", "0.1", "999999999999999"]
                .map(str::to_owned)
                .to_vec();
        // A sequence of digits without a pattern, cut at every place.
        let mut state = 1_u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut digits = (state >> 12).to_string();
            digits.truncate(1 + (state % 15) as usize);
            let place = (state >> 7) as usize % (digits.len() + 1);
            digits.insert(place, '.');
            texts.push(if state & 64 == 0 { format!("-{digits}") } else { digits });
        }
        for text in texts {
            let number = text.parse::<f64>().unwrap().to_bits();
            for cells in [text.clone(), format!("{text},1.5")] {
                let short = short_decimal(cells.as_bytes()).unwrap();
                assert_eq!((short.0.to_bits(), short.1), (number, text.len()), "{cells}");
            }
        }
        for (text, begins) in [
            ("1e3", (1.0, 1)),
            ("1.2.3", (1.2, 3)),
            ("-7.25é", (-7.25, 5)),
            ("1.25é,12345", (1.25, 4)),
            ("1.25:345678", (1.25, 4)),
            ("1.2/345678", (1.2, 3)),
        ] {
            assert_eq!(short_decimal(text.as_bytes()), Some(begins), "{text}");
        }
        for text in
            ["", "-", ".", "-.", "+1", " 1", "1234567890123456", "0.1234567890123456", "--1"]
        {
            assert_eq!(short_decimal(text.as_bytes()), None, "{text}");
        }
    }
}
