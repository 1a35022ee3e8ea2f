//! The plan of a training.

use super::choices::LossName;
use super::files::Files;
use super::interval::IntervalPlan;
use super::options::Options;
use super::task::Task;
use super::tested::Tested;
use densely::{
    Error, Mlp,
    error::{DataError, TrainingError},
    mlp::Interval,
};
use ndarray::ArrayView2;
use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error as AnyError;
use std::path::Path;

/// The subject of a training.
pub struct Subject {
    /// The source of the rows.
    pub data: String,
    /// The target.
    pub target: String,
    /// The task and the reason for it, if the user did not choose it.
    pub taken_for: Option<String>,
}

/// The task, the options and the files of a training.
pub struct Plan<'o> {
    /// What the targets are.
    pub task: Task,
    /// The options of the command line.
    pub options: &'o Options,
    /// The files that it writes.
    pub files: Files,
    /// The subject of the summary.
    pub subject: Subject,
    /// What a checkpoint belongs to: the options that determine the result, and the data.
    pub belongs_to: BTreeMap<String, String>,
    /// What was done with the table, for `--json`; nothing if the rows are of no table.
    pub table: Option<Value>,
    /// What was done with the table of the test rows, if they have one.
    pub test_table: Option<Value>,
    /// The interval around the predictions, if there is to be one.
    pub interval: Option<IntervalPlan>,
    /// The scores of a cross-validation, for `--json`.
    pub folds: Option<Value>,
}

impl<'o> Plan<'o> {
    /// Plans a training on this file or folder, and prepares the files that it will write. Without
    /// `data`: a training of a process that does not write, since another one does.
    ///
    /// # Errors
    ///
    /// Options that do not suit each other or the task, and files that cannot be written or must
    /// not be written over.
    pub fn new(
        task: Task,
        options: &'o Options,
        data: Option<&Path>,
        subject: Subject,
    ) -> Result<Self, Box<dyn AnyError>> {
        options.check(task)?;
        let files = Files::prepare(options, task, data, &subject.target)?;
        let belongs_to = options.that_decide(task);
        let (table, test_table, folds, interval) = (None, None, None, None);
        Ok(Self { task, options, files, subject, belongs_to, table, test_table, interval, folds })
    }

    /// Measures the interval around the predictions by the test rows, if there is to be one, and
    /// saves the network with it.
    ///
    /// # Errors
    ///
    /// As `Mlp::set_scaled_interval` and `Mlp::save`.
    pub(crate) fn measure_interval(
        &self,
        net: &mut Mlp<f32>,
        inputs: ArrayView2<'_, f32>,
        test: &Tested,
    ) -> densely::Result<()> {
        let Some(IntervalPlan { level, of_errors }) = &self.interval else { return Ok(()) };
        let (outputs, targets) = (test.predicted.view(), test.targets());
        match of_errors {
            None => net.set_interval(Some(Interval::of(outputs, targets, *level)?))?,
            Some(of) => net.set_scaled_interval(of.clone(), (inputs, targets), *level)?,
        }
        self.save(net)
    }

    /// Saves the network, if this process writes files.
    ///
    /// # Errors
    ///
    /// As `Mlp::save`.
    pub fn save(&self, net: &Mlp<f32>) -> densely::Result<()> {
        self.files.network.as_ref().map_or(Ok(()), |path| net.save(path))
    }

    pub(super) fn loss(&self) -> LossName {
        self.options.loss.unwrap_or(LossName::of(self.task))
    }

    /// Adds the file to an error.
    pub fn in_context(&self, error: Box<dyn AnyError>) -> Box<dyn AnyError> {
        match (error.downcast_ref(), &self.files.kept) {
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
