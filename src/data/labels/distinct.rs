//! The distinct texts of a column.

use crate::error::MOST_COUNTED;
use std::collections::BTreeSet;

/// Collects distinct texts. Of more than 10,000 it keeps the first 10,001 in alphabetical order.
#[derive(Default)]
pub(in crate::data) struct DistinctTexts(BTreeSet<String>);

impl DistinctTexts {
    pub(in crate::data) fn add(&mut self, text: &str) {
        let last = if self.len() > MOST_COUNTED { self.0.last() } else { None };
        if self.0.contains(text) || last.is_some_and(|last| last.as_str() < text) {
            return;
        }
        self.0.insert(text.to_owned());
        if self.len() > MOST_COUNTED + 1 {
            self.0.pop_last();
        }
    }

    pub(in crate::data) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::data) fn sorted(self) -> Vec<String> {
        self.0.into_iter().collect()
    }
}
