//! Infers the classes of a classifier from the labels in a column or an array.

use crate::data::cell::{has_leading_zero, list, number};
use crate::error::{CellProblem, MOST_COUNTED, counted};
use std::collections::BTreeMap;

/// A target with more distinct values holds identifiers or measurements, not classes.
const MOST_CLASSES: usize = MOST_COUNTED;

/// Collects distinct labels, with their text. Of more than 10,000 it keeps the first 10,001 in
/// order.
pub(in crate::data) struct ClassSet {
    numeric: bool,
    /// The text of each class, by its place in order.
    texts: BTreeMap<(i64, String), String>,
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
        Self { numeric, texts: BTreeMap::new() }
    }

    pub(in crate::data) fn add(&mut self, text: &str) -> Result<(), CellProblem> {
        let key = match text {
            text if self.numeric => whole_number(text)?,
            "" => return Err(CellProblem::Blank),
            text if text.eq_ignore_ascii_case("nan") => return Err(CellProblem::NotFinite),
            text => (0, text.to_owned()),
        };
        let known = self.texts.entry(key).or_insert_with(|| text.to_owned());
        if (known.len(), known.as_str()) > (text.len(), text) {
            text.clone_into(known);
        }
        if self.texts.len() > MOST_CLASSES + 1 {
            self.texts.pop_last();
        }
        Ok(())
    }

    /// Two classes in alphabetical order if they are `binary`; else two or more, texts in
    /// alphabetical order, numbers by value.
    pub(in crate::data) fn classes(self, binary: bool) -> Result<Vec<String>, WrongClasses> {
        let mut classes: Vec<_> = self.texts.into_values().collect();
        let needs = match classes.len() {
            2 if binary => {
                classes.sort();
                return Ok(classes);
            }
            _ if binary => "a binary classifier needs two",
            0 | 1 => "a classifier needs at least two",
            2..=MOST_CLASSES => return Ok(classes),
            _ => "a classifier here takes up to 10000",
        };
        Err(WrongClasses::new(&classes, needs))
    }
}

/// The place of a whole number in order. `9` and `9.0` are the same class; `01` and `1` are not,
/// nor are numbers of more digits than an `f64` holds.
fn whole_number(text: &str) -> Result<(i64, String), CellProblem> {
    let number = number(text)?;
    if number.fract() != 0.0 {
        return Err(CellProblem::NotAClass);
    }
    // The bits of an f64, in an order of their own for negative numbers; adding 0 turns -0 into 0.
    let bits = (number + 0.0).to_bits() as i64;
    let place = if bits < 0 { bits ^ i64::MAX } else { bits };
    Ok((place, if is_code(text, number) { text.to_owned() } else { String::new() }))
}

/// Whether the digits of a number mean more than its value.
pub(super) fn is_code(text: &str, number: f64) -> bool {
    let digits = text.trim_start_matches(['-', '+']).as_bytes();
    has_leading_zero(digits) || number.abs() > 2.0_f64.powi(53)
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
