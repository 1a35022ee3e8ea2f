//! The text of a cell or a label, read as a number or as a category.

use crate::error::CellProblem;

/// The number that a text such as `12`, `-0.5` or `1e3` stands for; it may be infinite or NaN.
#[inline]
pub(super) fn plain_number(text: &str) -> Option<f64> {
    short_decimal(text.as_bytes()).or_else(|| text.parse().ok())
}

/// A number of few digits, with or without decimals: in a third of the time, with the same bits as
/// `parse`. Up to 2⁵³ the digits are an exact `f64`, and so is the power of ten; their quotient is
/// rounded once (Clinger 1990).
#[inline]
fn short_decimal(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    // 15 digits and a point.
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let (mut number, mut point) = (0_u64, None);
    for (place, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = 10 * number + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(place),
            _ => return None,
        }
    }
    let decimals = point.map_or(0, |point| digits.len() - 1 - point);
    let is_short = digits.len() - usize::from(point.is_some()) <= 15;
    if !is_short || digits == b"." {
        return None;
    }
    let number = number as f64 / POWERS[decimals];
    Some(if negative { -number } else { number })
}

/// The powers of ten up to 10^15.
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
            let short = short_decimal(text.as_bytes()).map(f64::to_bits);
            assert_eq!(short, text.parse::<f64>().ok().map(f64::to_bits), "{text}");
        }
        for text in
            ["", "-", ".", "-.", "1e3", "1.2.3", "+1", "1,5", " 1", "1234567890123456", "--1"]
        {
            assert_eq!(short_decimal(text.as_bytes()), None, "{text}");
        }
    }
}
