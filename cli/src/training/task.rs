//! The three kinds of task, and their targets in a table.

use clap::ValueEnum;
use densely::{Error, Table, data::Target, error::TableError};
use std::collections::BTreeMap;

/// What the targets of a training are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Numbers
    Regression,
    /// Two classes, with one output: the probability of the second
    #[value(name = "binary")]
    BinaryClassification,
    /// Two or more classes, with the probability of each as an output
    Multiclass,
}

impl Task {
    /// The name in summaries and checkpoints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::BinaryClassification => "binary_classification",
            Self::Multiclass => "multiclass",
        }
    }

    /// The name on the command line.
    pub fn option(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The target in a table.
    pub fn target(self, column: &str) -> Target {
        match self {
            Self::Regression => Target::number(column),
            Self::BinaryClassification => Target::binary(column),
            Self::Multiclass => Target::classes(column),
        }
    }

    /// Tells the task from a column: binary for two different values, else regression for numbers
    /// and multiclass for texts that are no dates. Returns it with what `read` makes of its target.
    ///
    /// # Errors
    ///
    /// The error of `read`.
    pub fn of_target<T>(
        column: &str,
        read: impl Fn(Target) -> Result<T, Error>,
    ) -> Result<(Self, T), Error> {
        let read = |task: Self| read(task.target(column)).map(|data| (task, data));
        if let Ok(binary) = read(Self::BinaryClassification) {
            return Ok(binary);
        }
        match read(Self::Regression) {
            Err(Error::Table(TableError::TextTarget { .. })) => read(Self::Multiclass),
            regression => regression,
        }
    }

    /// As [`of_target`](Self::of_target), of a table in memory. Numbers are classes if they are
    /// codes such as `01`, or if they [`are_classes`].
    ///
    /// # Errors
    ///
    /// The error of `read`.
    pub fn of_column<T>(
        table: &Table,
        column: &str,
        read: impl Fn(Target) -> Result<T, Error>,
    ) -> Result<(Self, T), Error> {
        let told = Self::of_target(column, &read)?;
        if told.0 == Self::Regression {
            let numbers = table.order(column)?.into_iter().filter(|number| !number.is_nan());
            if table.has_codes(column)? || are_classes(numbers) {
                return read(Self::Multiclass.target(column)).map(|data| (Self::Multiclass, data));
            }
        }
        Ok(told)
    }
}

/// The most classes that are told from numbers, and the fewest rows of each.
const MOST_CLASSES: usize = 10;
const FEWEST_ROWS: usize = 10;

/// Whether numbers are those of classes: they count from 0 or 1 to at most ten different ones
/// without a gap, and each is in ten rows or more. Counts, such as those of children, thin out;
/// amounts have gaps.
pub fn are_classes(numbers: impl IntoIterator<Item = f64>) -> bool {
    let mut rows = BTreeMap::new();
    for number in numbers {
        if number.fract() != 0.0 || !(0.0..=MOST_CLASSES as f64).contains(&number) {
            return false;
        }
        *rows.entry(number as usize).or_insert(0_usize) += 1;
    }
    let first = rows.keys().next().copied().unwrap_or(0);
    let in_sequence = rows.keys().copied().eq(first..first + rows.len());
    first <= 1
        && in_sequence
        && (2..=MOST_CLASSES).contains(&rows.len())
        && rows.values().all(|&rows| rows >= FEWEST_ROWS)
}
