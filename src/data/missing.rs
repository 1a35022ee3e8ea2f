//! The words that stand for a missing value.

use super::cell::plain_number;
use crate::schema::NumberForm;

/// Words for missing values besides the usual ones; in place of them if the first is blank.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MissingWords {
    /// As a schema keeps them.
    pub(super) listed: Vec<String>,
    /// Those that are numbers.
    numbers: Vec<f64>,
}

/// Usual words, in every column.
const EVERYWHERE: [&str; 16] = [
    "?", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "#div/0!", "#name?", "#null!",
    "#num!", "#ref!", "#value!", "#spill!", "#calc!",
];

/// Usual words in columns of numbers and dates: elsewhere they may be values.
const IN_NUMBERS: [&str; 5] = ["-", "--", ".", "nil", "none"];

impl MissingWords {
    pub(super) fn new(words: impl IntoIterator<Item = String>) -> Self {
        let mut missing = Self::default();
        words.into_iter().for_each(|word| missing.add(&word));
        missing
    }

    pub(super) fn add(&mut self, word: &str) {
        self.numbers.extend(plain_number(word.trim()));
        self.listed.push(word.trim().to_owned());
    }

    fn takes_usual(&self) -> bool {
        self.listed.first().is_none_or(|first| !first.is_empty())
    }

    /// Whether the text stands for a missing value in a column of any kind.
    pub(super) fn has(&self, text: &str) -> bool {
        text.is_empty()
            || (is_one(&EVERYWHERE, text) && self.takes_usual())
            || (!self.listed.is_empty() && self.has_own(text))
    }

    /// Whether the text is one of the listed words, or a number among them in another form. What
    /// may be thousands or decimals, as in `9,999`, is thousands here.
    fn has_own(&self, text: &str) -> bool {
        let written = || {
            let forms = NumberForm::of(text).into_iter().flatten();
            forms.max_by_key(|form| form.thousands)?.number(text)
        };
        let number = || plain_number(text).or_else(written);
        is_one(&self.listed, text)
            || (!self.numbers.is_empty()
                && number().is_some_and(|number| self.numbers.contains(&number)))
    }

    /// Whether the text stands for a missing value among numbers and dates.
    pub(super) fn has_in_numbers(&self, text: &str) -> bool {
        self.has(text) || (is_one(&IN_NUMBERS, text) && self.takes_usual())
    }

    /// Whether this number stands for a missing value.
    #[inline]
    pub(super) fn has_number(&self, number: f64) -> bool {
        number.is_nan() || self.numbers.contains(&number)
    }
}

fn is_one(words: &[impl AsRef<str>], text: &str) -> bool {
    words.iter().any(|word| word.as_ref().eq_ignore_ascii_case(text))
}
