//! Which classes there are, in a column of a table or in labels.

use super::table::{category, number};
use crate::CellProblem;
use std::collections::BTreeSet;

/// More different values of a target than this are no classes, but identifiers or measurements.
const MOST_CLASSES: usize = 10_000;

/// The different values that were seen.
pub(super) struct Found {
    numeric: bool,
    numbers: Vec<f64>,
    texts: BTreeSet<String>,
}

impl Found {
    /// Whole numbers, or text.
    pub(super) fn new(numeric: bool) -> Self {
        Self { numeric, numbers: Vec::new(), texts: BTreeSet::new() }
    }

    pub(super) fn add(&mut self, text: &str) -> Result<(), CellProblem> {
        if self.numeric {
            let number = number(text)?;
            if number.fract() != 0.0 {
                return Err(CellProblem::NotAClass);
            }
            // Adding 0 turns -0 into 0.
            self.numbers.push(number + 0.0);
        } else if let text = category(text)?
            && !self.texts.contains(text)
        {
            self.texts.insert(text.to_owned());
        }
        Ok(())
    }

    /// Text by the alphabet, numbers by value.
    pub(super) fn in_order(mut self) -> Vec<String> {
        self.numbers.sort_by(f64::total_cmp);
        self.numbers.dedup();
        self.texts.into_iter().chain(self.numbers.iter().map(f64::to_string)).collect()
    }
}

/// Whether there are so many that one can learn to tell them apart; else, what is needed.
pub(super) fn check_number(classes: &[String]) -> Result<(), &'static str> {
    match classes.len() {
        0 | 1 => Err("a classifier needs at least two"),
        2..=MOST_CLASSES => Ok(()),
        _ => Err("a classifier here takes up to 10000"),
    }
}

/// In words.
pub(super) fn how_many(classes: &[String]) -> String {
    match classes.len() {
        1 => "only one class".to_owned(),
        count => format!("{count} classes"),
    }
}
