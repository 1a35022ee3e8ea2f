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

    /// Tells the task from a column: binary for two different values, multiclass for texts that are
    /// no dates, for codes such as `01` and numbers that count few classes, else regression.
    ///
    /// # Errors
    ///
    /// Those of `Table::stream`.
    pub fn of_column(table: &Table, column: &str) -> Result<Self, Error> {
        let stream = |task: Self| table.stream::<f32>(task.target(column));
        if stream(Self::BinaryClassification).is_ok() {
            return Ok(Self::BinaryClassification);
        }
        let stream = match stream(Self::Regression) {
            Err(Error::Table(TableError::TextTarget { .. })) => return Ok(Self::Multiclass),
            stream => stream?,
        };
        let chunks = stream.chunks(CHUNK).map_while(Result::ok);
        let numbers = chunks.flat_map(|data| data.targets().column(0).to_vec()).map(f64::from);
        Ok(match table.has_codes(column)? || are_classes(numbers) {
            true => Self::Multiclass,
            false => Self::Regression,
        })
    }
}

/// The rows in memory while the task is found out.
const CHUNK: usize = 1024;

/// The most classes that are told from numbers, and the fewest rows of each.
const MOST_CLASSES: usize = 10;
const FEWEST_ROWS: usize = 10;

/// Whether numbers are those of classes: they count from 0 or 1 to at most ten different ones
/// without a gap, and each is in ten rows or more. Counts, such as those of children, thin out;
/// amounts have gaps.
fn are_classes(numbers: impl IntoIterator<Item = f64>) -> bool {
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
