//! The different texts in a column.

use crate::error::MOST_COUNTED;
use std::collections::BTreeSet;

/// The different texts that were seen; where they are more than can be counted, the first of them in order, and one more than can be counted.
#[derive(Default)]
pub(super) struct Texts(BTreeSet<String>);

impl Texts {
    pub(super) fn add(&mut self, text: &str) {
        let last = if self.len() > MOST_COUNTED { self.0.last() } else { None };
        if self.0.contains(text) || last.is_some_and(|last| last.as_str() < text) {
            return;
        }
        self.0.insert(text.to_owned());
        if self.len() > MOST_COUNTED + 1 {
            self.0.pop_last();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// By the alphabet.
    pub(super) fn in_order(self) -> Vec<String> {
        self.0.into_iter().collect()
    }
}
