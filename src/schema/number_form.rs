//! Numbers as people write them: `7.5 %`, `1,234.5`, `$ 1,200`, `(12)`, `1.234,5`, `−3`, `5 kg`.

use serde::{Deserialize, Serialize};

/// How the cells of a column are read as numbers.
///
/// The default reads `1,234.5`: a decimal point, and commas between groups of three digits. Spaces
/// and apostrophes group digits too. With a decimal comma it is `1.234,5`. Brackets make a number
/// negative, `(12)`; so do `-` and `−`. A unit is `%` or a currency sign, before or behind the
/// number, or letters behind it, such as `kg` or `°C`; then every cell has it. A percentage is the
/// number before its sign. A number before letters does not begin with `00` or `01`, as codes do.
///
/// `1.950` or `1,950` may have decimals or thousands. Only a column that has had marks between
/// thousands reads them: else a file with another decimal mark would have numbers a thousand times
/// as large.
///
/// ```
/// use densely::schema::NumberForm;
///
/// let mut form = NumberForm::default();
/// assert_eq!(form.number("1,234.5"), Some(1234.5));
/// assert_eq!(form.number("(12)"), Some(-12.0));
/// assert_eq!(form.number("12,5"), None);
/// assert_eq!(form.number("1,950"), None);
/// form.thousands = true;
/// assert_eq!(form.number("1,950"), Some(1950.0));
/// form.decimal_comma = true;
/// assert_eq!(form.number("1.234,5"), Some(1234.5));
/// form.unit = "%".to_owned();
/// assert_eq!(form.number("7,5 %"), Some(7.5));
/// form.unit = "°C".to_owned();
/// assert_eq!(form.number("-7,5 °C"), Some(-7.5));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NumberForm {
    /// Whether a comma stands before the decimals.
    #[serde(default, skip_serializing_if = "super::column::is_default")]
    pub decimal_comma: bool,
    /// `%`, a currency sign, the letters behind each number, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Whether a mark between thousands is read where it could be a decimal mark.
    #[serde(default, skip_serializing_if = "super::column::is_default")]
    pub thousands: bool,
}

/// Units that may stand before or behind a number.
const SIGNS: [char; 8] = ['%', '$', '€', '£', '¥', '₹', '₩', '₽'];

impl NumberForm {
    /// The number that the text stands for; nothing if it is written otherwise.
    pub fn number(&self, text: &str) -> Option<f64> {
        let (negative, unit, digits) = parts(text)?;
        let number = (unit == self.unit).then(|| magnitude(digits, self.decimal_comma))??;
        let groups = digits.contains(grouping(self.decimal_comma));
        let is_known =
            self.thousands || !groups || magnitude(digits, !self.decimal_comma).is_none();
        is_known.then_some(if negative { -number } else { number })
    }

    /// The forms in which this text is a number: with a decimal point, with a decimal comma.
    pub(crate) fn of(text: &str) -> [Option<Self>; 2] {
        let Some((_, unit, digits)) = parts(text) else { return [None, None] };
        [false, true].map(|decimal_comma| {
            magnitude(digits, decimal_comma)?;
            let thousands = digits.contains(grouping(decimal_comma));
            Some(Self { decimal_comma, unit: unit.to_owned(), thousands })
        })
    }

    /// The form of both; nothing if they differ.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        let thousands = self.thousands || other.thousands;
        let (one, other) = (Self { thousands, ..self }, Self { thousands, ..other });
        (one == other).then_some(one)
    }
}

/// As `decimal comma and %`.
impl std::fmt::Display for NumberForm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.decimal_comma { "decimal comma" } else { "decimal point" })?;
        if self.unit.is_empty() { Ok(()) } else { write!(formatter, " and {}", self.unit) }
    }
}

/// Whether the number is negative, its unit, and the text of its magnitude.
fn parts(text: &str) -> Option<(bool, &str, &str)> {
    let (mut rest, mut negative, mut unit) = (text.trim(), false, "");
    if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (rest, negative) = (inner.trim(), true);
    }
    // A sign and a unit, in either order, each once.
    let mut signed = negative;
    loop {
        let first = rest.chars().next()?;
        let (sign, behind) = rest.split_at(first.len_utf8());
        match first {
            '-' | '\u{2212}' | '+' if !signed => (signed, negative) = (true, first != '+'),
            _ if SIGNS.contains(&first) && unit.is_empty() => unit = sign,
            _ => break,
        }
        rest = behind.trim_start();
    }
    let number = rest.trim_end_matches(is_of_unit);
    let behind = rest[number.len()..].trim();
    let has_leading_zero = matches!(number.as_bytes(), [b'0', b'0'..=b'9', ..]);
    let is_code = has_leading_zero && !behind.chars().all(is_sign);
    if is_code || !(behind.is_empty() || unit.is_empty()) {
        return None;
    }
    number.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',')).then_some((
        negative,
        if behind.is_empty() { unit } else { behind },
        number,
    ))
}

fn is_sign(c: char) -> bool {
    SIGNS.contains(&c)
}

/// Whether a unit behind a number may have this character.
fn is_of_unit(c: char) -> bool {
    is_sign(c) || c.is_alphabetic() || c.is_whitespace() || matches!(c, '°' | '²' | '³' | '/')
}

/// The mark between groups of three digits.
fn grouping(decimal_comma: bool) -> char {
    if decimal_comma { '.' } else { ',' }
}

/// The number without sign and unit.
fn magnitude(text: &str, decimal_comma: bool) -> Option<f64> {
    let grouping = grouping(decimal_comma);
    let number = match text.split_once(if decimal_comma { ',' } else { '.' }) {
        None => without_groups(text, grouping)?,
        Some((whole, decimals)) => format!("{}.{decimals}", without_groups(whole, grouping)?),
    };
    let plain = number.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    // `parse` takes no second point, sign or group.
    number.parse().ok().filter(|number: &f64| plain && number.is_finite())
}

/// Whole digits without the signs between groups of three; nothing for other groups.
fn without_groups(digits: &str, grouping: char) -> Option<String> {
    let between = |c: char| c == grouping || matches!(c, ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}');
    let Some(separator) = digits.chars().find(|&c| between(c)) else {
        return Some(digits.to_owned());
    };
    let mut groups = digits.split(separator);
    // No thousands begin with 0: `0,125` has decimals.
    let is_first = |first: &&str| (1..=3).contains(&first.len()) && !first.starts_with('0');
    let first = groups.next().filter(is_first)?;
    let is_number = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let whole = groups.clone().all(|group| group.len() == 3 && is_number(group));
    (whole && is_number(first)).then(|| digits.replace(separator, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let point = NumberForm::default();
        for (text, number) in [
            ("1,234.5", 1234.5),
            ("-1,234,567", -1_234_567.0),
            ("\u{2212}3", -3.0),
            ("(1,200.50)", -1200.5),
            ("1 234", 1234.0),
            ("1'234.5", 1234.5),
            ("+7", 7.0),
            (".5", 0.5),
            ("1e3", 1000.0),
        ] {
            assert_eq!(point.number(text), Some(number), "{text}");
        }
        for text in [
            "", "1,23", "12,5", "1,2345", "1.2.3", "1,234,5", "abc", "5 kg", "--3", "(-3)", "7 %",
            "$", "1.5e", "0,125", "0,125.5", "000,125",
        ] {
            assert_eq!(point.number(text), None, "{text}");
        }
        let comma = NumberForm { decimal_comma: true, ..NumberForm::default() };
        assert_eq!(comma.number("1.234,5"), Some(1234.5));
        assert_eq!(comma.number("10"), Some(10.0));
        assert_eq!(comma.number("1.5"), None);
        assert_eq!([point.number("332,500"), comma.number("332.500")], [None, None]);
        assert_eq!([point.number("332.500"), comma.number("332,500")], [Some(332.5); 2]);
        let comma = NumberForm { thousands: true, ..comma };
        assert_eq!(comma.number("332.500"), Some(332_500.0));
        let dollars = NumberForm { decimal_comma: false, unit: "$".to_owned(), ..comma };
        for (text, number) in
            [("$ 1,200", 1200.0), ("-$5", -5.0), ("$-5", -5.0), ("($12)", -12.0), ("3$", 3.0)]
        {
            assert_eq!(dollars.number(text), Some(number), "{text}");
        }
        assert_eq!(dollars.number("12"), None);
        let form = |unit: &str| NumberForm { unit: unit.to_owned(), ..NumberForm::default() };
        assert_eq!(form("°C").number("-12.5 °C"), Some(-12.5));
        assert_eq!(form("km/h").number("1,200.5km/h"), Some(1200.5));
        assert_eq!(form("kg").number("1e3 kg"), Some(1000.0));
        for text in ["12", "12 g", "$ 12 kg", "012 kg", "1-2 kg", "kg 12", "12 kg 3"] {
            assert_eq!(form("kg").number(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_may_have_two_forms() {
        let decimal_commas =
            |text: &str| NumberForm::of(text).map(|form| form.map(|form| form.decimal_comma));
        assert_eq!(decimal_commas("1,950"), [Some(false), Some(true)]);
        assert_eq!(decimal_commas("1,95"), [None, Some(true)]);
        assert_eq!(decimal_commas("1,234.5"), [Some(false), None]);
        assert_eq!(decimal_commas("0,125"), [None, Some(true)]);
        assert_eq!(decimal_commas("00.00.00"), [None, None]);
    }
}
