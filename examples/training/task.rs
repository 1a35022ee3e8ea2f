//! The three kinds of task, and their targets in a table.
#![allow(dead_code)] // No program uses all of it.

use clap::ValueEnum;
use densely::data::Target;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Task {
    Regression,
    #[value(name = "binary")]
    BinaryClassification,
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

    pub fn target(self, column: &str) -> Target {
        match self {
            Self::Regression => Target::number(column),
            Self::BinaryClassification => Target::binary(column),
            Self::Multiclass => Target::classes(column),
        }
    }
}
