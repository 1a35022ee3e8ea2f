//! The places of categories or classes by their names.

use std::collections::HashMap;

/// Finds the place of a text in a list of names.
pub(in crate::data) struct LabelIndex<'s> {
    pub(in crate::data) names: &'s [String],
    places: HashMap<&'s str, usize>,
    /// The names that are numbers, of classes only.
    numbers: Vec<(f64, usize)>,
}

impl<'s> LabelIndex<'s> {
    /// Categories are found by their exact text.
    pub(in crate::data) fn of_categories(names: &'s [String]) -> Self {
        let places = names.iter().zip(0..).map(|(name, place)| (name.as_str(), place)).collect();
        Self { names, places, numbers: Vec::new() }
    }

    /// Classes that are numbers are found by value: `1.0` is the class `1`.
    pub(in crate::data) fn of_classes(names: &'s [String]) -> Self {
        let number = |(name, place): (&String, _)| Some((name.parse::<f64>().ok()?, place));
        let numbers = names.iter().zip(0..).filter_map(number).collect();
        Self { numbers, ..Self::of_categories(names) }
    }

    pub(in crate::data) fn place(&self, text: &str) -> Option<usize> {
        self.places.get(text).copied().or_else(|| {
            let number = text.parse::<f64>().ok().filter(|_| !self.numbers.is_empty())?;
            self.numbers.iter().find(|(class, _)| *class == number).map(|&(_, place)| place)
        })
    }
}
