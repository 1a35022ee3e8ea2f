//! Which classes there are, in a column of a table or in labels.

use super::table::{category, number};
use super::values::Texts;
use crate::error::CellProblem;
use crate::error::{MOST_COUNTED, counted};

/// More different values of a target than this are no classes, but identifiers or measurements.
const MOST_CLASSES: usize = MOST_COUNTED;

/// So many numbers are kept before they are looked through for those that are there already.
const MOST_KEPT: usize = 8 * MOST_COUNTED;

/// The different values that were seen; where they are more than can be counted, the first of them in order, and one more than can be counted.
pub(super) struct Found {
    numeric: bool,
    numbers: Vec<f64>,
    texts: Texts,
}

impl Found {
    /// Whole numbers, or text.
    pub(super) fn new(numeric: bool) -> Self {
        Self { numeric, numbers: Vec::new(), texts: Texts::default() }
    }

    pub(super) fn add(&mut self, text: &str) -> Result<(), CellProblem> {
        if self.numeric {
            let number = number(text)?;
            if number.fract() != 0.0 {
                return Err(CellProblem::NotAClass);
            }
            // Adding 0 turns -0 into 0.
            self.numbers.push(number + 0.0);
            if self.numbers.len() >= MOST_KEPT {
                self.keep_different_numbers();
            }
        } else {
            self.texts.add(category(text)?);
        }
        Ok(())
    }

    fn keep_different_numbers(&mut self) {
        self.numbers.sort_unstable_by(f64::total_cmp);
        self.numbers.dedup();
        self.numbers.truncate(MOST_COUNTED + 1);
    }

    /// Text by the alphabet, numbers by value.
    pub(super) fn in_order(mut self) -> Vec<String> {
        self.keep_different_numbers();
        self.texts.in_order().into_iter().chain(self.numbers.iter().map(f64::to_string)).collect()
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
        count => format!("{} classes", counted(count)),
    }
}
