//! The command line.

use clap::{CommandFactory, FromArgMatches, Parser};
use densely_cli::training::{self, Task};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Trains one network on all ranks of an MPI job, each on its part of every batch
#[derive(Debug, Parser)]
#[command(name = "train_distributed", allow_negative_numbers = true)]
pub struct Options {
    /// Folder that all ranks see, with inputs-00000.npy, targets-00000.npy, more of them, and
    /// schema.json
    pub data: PathBuf,
    /// What the targets are, where schema.json names no classes: binary for one column of 0 and 1,
    /// multiclass for one of them for each class [default: regression]
    #[arg(long, value_enum)]
    pub task: Option<Task>,
    #[command(flatten)]
    pub training: training::Options,
}

impl Options {
    pub fn parse() -> Result<Self, clap::Error> {
        let command = Self::command().mut_arg("batch_size", |rows| {
            rows.help("Rows in a batch, those of all ranks together")
        });
        Self::from_arg_matches(&command.try_get_matches()?)
    }

    /// What a checkpoint belongs to: the options that decide, and what tells the data from other
    /// data. Not how many ranks there are: others can go on with it.
    pub fn belongs_to(&self, task: Task, data: &str) -> BTreeMap<String, String> {
        let mut options = self.training.that_decide(task);
        options.insert("data".to_owned(), data.to_owned());
        options
    }

    /// What has to be the same on all ranks, which otherwise train different networks or wait for
    /// each other.
    pub fn alike(&self, task: Task, data: &str) -> BTreeMap<String, String> {
        let mut options = self.belongs_to(task, data);
        let checkpoint = self.training.checkpoint.as_ref();
        let checkpoint = checkpoint.map_or("none".to_owned(), |path| path.display().to_string());
        let more = [
            ("--epochs", self.training.epochs.to_string()),
            ("--checkpoint", checkpoint),
            ("--checkpoint-every", self.training.checkpoint_every.to_string()),
        ];
        options.extend(more.map(|(name, value)| (name.to_owned(), value)));
        options
    }
}
