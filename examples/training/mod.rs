//! What all training programs share, wherever their rows come from: options, the training itself,
//! and the summary.
//!
//! The part to read is [`Prepared`]: everything else is command line and layout.

mod checkpoint;
mod choices;
mod files;
mod hash;
mod options;
mod pictures;
mod prepared;
mod progress;
mod scores;
mod summary;
mod task;
mod tested;

pub use files::Files;
pub use hash::hash;
pub use options::{Options, named};
pub use prepared::Prepared;
pub use summary::Subject;
pub use task::Task;
pub use tested::Tested;

use choices::LossName;
use densely::{
    Error,
    error::{DataError, TrainingError},
};
use std::collections::BTreeMap;
use std::error::Error as AnyError;

/// The task and the options of a training.
pub struct Plan<'o> {
    pub task: Task,
    pub options: &'o Options,
    pub files: Files,
    /// The subject of the summary.
    pub subject: Subject,
    /// What a checkpoint belongs to: the options that determine the result, and the data.
    pub belongs_to: BTreeMap<String, String>,
}

impl Plan<'_> {
    fn loss(&self) -> LossName {
        self.options.loss.unwrap_or(LossName::of(self.task))
    }

    /// Adds the file to an error.
    pub fn in_context(&self, error: Box<dyn AnyError>) -> Box<dyn AnyError> {
        match (error.downcast_ref(), self.files.kept()) {
            (Some(Error::Training(TrainingError::StateMismatch { .. })), Some(kept)) => {
                format!("{}: {error}", kept.state.display()).into()
            }
            // The error only counts rows, so the name of the file is added.
            (Some(Error::Data(DataError::TooFewRows { .. })), _) => {
                format!("{}: {error}", self.subject.data).into()
            }
            _ => error,
        }
    }
}
