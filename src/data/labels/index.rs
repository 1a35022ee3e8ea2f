//! The places of categories or classes by their names.

use super::classes::is_code;
use crate::data::cell::plain_number;
use std::collections::HashMap;

/// Finds the place of a text in a list of names.
pub(in crate::data) struct LabelIndex<'s> {
    pub(in crate::data) names: &'s [String],
    places: HashMap<&'s str, usize>,
    /// The names that are numbers.
    numbers: Vec<(f64, usize)>,
}

impl<'s> LabelIndex<'s> {
    /// Names are found by their text. A number is also found by its value: `1.0` is `1`, unless it
    /// has leading zeros or more digits than an `f64` holds.
    pub(in crate::data) fn new(names: &'s [String]) -> Self {
        let places = names.iter().zip(0..).map(|(name, place)| (name.as_str(), place)).collect();
        let number = |(name, place): (&'s String, _)| Some((value(name)?, place));
        let numbers = names.iter().zip(0..).filter_map(number).collect();
        Self { names, places, numbers }
    }

    pub(in crate::data) fn place(&self, text: &str) -> Option<usize> {
        self.places.get(text).copied().or_else(|| {
            let number = value(text).filter(|_| !self.numbers.is_empty())?;
            self.numbers.iter().find(|(name, _)| *name == number).map(|&(_, place)| place)
        })
    }
}

/// The number, if only its value counts.
fn value(text: &str) -> Option<f64> {
    plain_number(text).filter(|&number| !is_code(text, number))
}
