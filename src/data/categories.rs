//! The texts that may stand in a column, and their numbers.

use std::collections::HashMap;

/// The texts that may stand in a column.
pub(super) struct Categories<'s> {
    pub(super) names: &'s [String],
    places: HashMap<&'s str, usize>,
    /// Those that are numbers, where `1.0` is as good as `1`.
    numbers: Vec<(f64, usize)>,
}

impl<'s> Categories<'s> {
    pub(super) fn new(names: &'s [String]) -> Self {
        let places = names.iter().zip(0..).map(|(name, place)| (name.as_str(), place)).collect();
        Self { names, places, numbers: Vec::new() }
    }

    /// Whole numbers are classes whatever way they are written.
    pub(super) fn of_classes(names: &'s [String]) -> Self {
        let numbers = names.iter().zip(0..).filter_map(|(name, place)| {
            let number = name.parse::<f64>().ok()?;
            Some((number, place))
        });
        Self { numbers: numbers.collect(), ..Self::new(names) }
    }

    pub(super) fn place(&self, text: &str) -> Option<usize> {
        self.places.get(text).copied().or_else(|| {
            let number = text.parse::<f64>().ok().filter(|_| !self.numbers.is_empty())?;
            self.numbers.iter().find(|(class, _)| *class == number).map(|&(_, place)| place)
        })
    }
}
