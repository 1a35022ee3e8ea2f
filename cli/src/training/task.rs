//! The three kinds of task, and their targets in a table.

use clap::ValueEnum;
use densely::{Error, Table, data::Target, error::TableError};

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
    /// and multiclass for texts. Returns it with what `read` makes of its target.
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

    /// As [`of_target`](Self::of_target), of a table in memory: numbers of which one begins with a
    /// zero, as `01` does, are codes, hence classes.
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
        if told.0 == Self::Regression && table.text(column)?.iter().any(|cell| is_code(cell)) {
            return read(Self::Multiclass.target(column)).map(|data| (Self::Multiclass, data));
        }
        Ok(told)
    }
}

/// Whether a cell has only digits, and begins with a zero that a number would not have.
fn is_code(cell: &str) -> bool {
    cell.len() > 1 && cell.starts_with('0') && cell.bytes().all(|byte| byte.is_ascii_digit())
}
