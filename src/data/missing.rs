//! The words that stand for a missing value.

use super::cell::plain_number;
use crate::schema::NumberForm;

/// Words for missing values: the usual ones, or a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MissingWords {
    /// Without it, the usual words and `more`.
    only: bool,
    more: Vec<String>,
    /// Those of `more` that are numbers.
    numbers: Vec<f64>,
}

/// Usual words, in every column.
const EVERYWHERE: [&str; 7] = ["?", "na", "n/a", "#n/a", "<na>", "nan", "null"];

/// Usual words in columns of numbers and dates: elsewhere they may be values.
const IN_NUMBERS: [&str; 5] = ["-", "--", ".", "nil", "none"];

/// No usual word is longer.
const LONGEST: usize = 4;

impl MissingWords {
    /// Only blank cells.
    pub(super) fn none() -> Self {
        Self { only: true, ..Self::default() }
    }

    /// The words of a schema. If the first is blank, the usual ones do not count.
    pub(super) fn of(words: &[String]) -> Self {
        let (mut of, more) = match words {
            [first, more @ ..] if first.is_empty() => (Self::none(), more),
            more => (Self::default(), more),
        };
        of.add(more.iter().cloned());
        of
    }

    pub(super) fn add(&mut self, words: impl Iterator<Item = String>) {
        for word in words.filter(|word| !word.trim().is_empty()) {
            self.numbers.extend(plain_number(word.trim()));
            self.more.push(word.trim().to_owned());
        }
    }

    /// As a schema keeps them.
    pub(super) fn listed(&self) -> Vec<String> {
        self.only.then(String::new).into_iter().chain(self.more.iter().cloned()).collect()
    }

    /// Whether the text stands for a missing value in a column of any kind.
    pub(super) fn has(&self, text: &str) -> bool {
        let usual = !self.only && text.len() <= LONGEST && is_one(&EVERYWHERE, text);
        text.is_empty() || usual || (!self.more.is_empty() && self.has_own(text))
    }

    /// Whether the text is one of the listed words, or a number among them in another form.
    fn has_own(&self, text: &str) -> bool {
        let is_listed = |number: f64| self.numbers.contains(&number);
        let written =
            || NumberForm::of(text).into_iter().flatten().filter_map(|form| form.number(text));
        is_one(&self.more, text)
            || (!self.numbers.is_empty()
                && (plain_number(text).is_some_and(is_listed) || written().any(is_listed)))
    }

    /// Whether the text stands for a missing value among numbers and dates.
    pub(super) fn has_in_numbers(&self, text: &str) -> bool {
        self.has(text) || (!self.only && text.len() <= LONGEST && is_one(&IN_NUMBERS, text))
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
