//! Infers the classes of a classifier from the labels in a column or an array.

use super::distinct::DistinctTexts;
use crate::data::cell::{category, list, number};
use crate::error::{CellProblem, MOST_COUNTED, counted};

/// A target with more distinct values holds identifiers or measurements, not classes.
const MOST_CLASSES: usize = MOST_COUNTED;

/// Duplicates among the numbers are removed whenever there are this many.
const MOST_KEPT: usize = 8 * MOST_COUNTED;

/// Collects distinct labels. Of more than 10,000 it keeps the first 10,001 in order.
pub(in crate::data) struct ClassSet {
    numeric: bool,
    numbers: Vec<f64>,
    texts: DistinctTexts,
}

/// The parts of the message about labels that are not the classes of a classifier.
pub(in crate::data) struct WrongClasses {
    pub(in crate::data) found: String,
    pub(in crate::data) classes: String,
    pub(in crate::data) needs: &'static str,
}

impl ClassSet {
    /// Classes are whole numbers if `numeric`, else texts.
    pub(in crate::data) fn new(numeric: bool) -> Self {
        Self { numeric, numbers: Vec::new(), texts: DistinctTexts::default() }
    }

    pub(in crate::data) fn add(&mut self, text: &str) -> Result<(), CellProblem> {
        if self.numeric {
            let number = number(text)?;
            if number.fract() != 0.0 {
                return Err(CellProblem::NotAClass);
            }
            // Adding 0 turns -0 into 0.
            self.numbers.push(number + 0.0);
            if self.numbers.len() >= MOST_KEPT {
                self.sort_numbers();
            }
        } else {
            self.texts.add(category(text)?);
        }
        Ok(())
    }

    fn sort_numbers(&mut self) {
        self.numbers.sort_unstable_by(f64::total_cmp);
        self.numbers.dedup();
        self.numbers.truncate(MOST_COUNTED + 1);
    }

    /// Two classes in alphabetical order.
    pub(in crate::data) fn two(self) -> Result<Vec<String>, WrongClasses> {
        let mut classes = self.sorted();
        if classes.len() != 2 {
            return Err(WrongClasses::new(&classes, "a binary classifier needs two"));
        }
        classes.sort();
        Ok(classes)
    }

    /// Two or more classes: texts in alphabetical order, numbers by value.
    pub(in crate::data) fn several(self) -> Result<Vec<String>, WrongClasses> {
        let classes = self.sorted();
        match classes.len() {
            0 | 1 => Err(WrongClasses::new(&classes, "a classifier needs at least two")),
            2..=MOST_CLASSES => Ok(classes),
            _ => Err(WrongClasses::new(&classes, "a classifier here takes up to 10000")),
        }
    }

    fn sorted(mut self) -> Vec<String> {
        self.sort_numbers();
        self.texts.sorted().into_iter().chain(self.numbers.iter().map(f64::to_string)).collect()
    }
}

impl WrongClasses {
    pub(in crate::data) fn new(classes: &[String], needs: &'static str) -> Self {
        let found = match classes.len() {
            1 => "only one class".to_owned(),
            count => format!("{} classes", counted(count)),
        };
        Self { found, classes: list(classes), needs }
    }
}
