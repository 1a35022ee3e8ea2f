//! The command line.

use crate::command_line::count;
use crate::training::{self, Task};
use clap::{CommandFactory, FromArgMatches, Parser};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Trains one network on all ranks of an MPI job, each on its part of every batch
#[derive(Debug, Parser)]
#[command(name = "train_distributed", allow_negative_numbers = true)]
pub struct Options {
    /// Folder that all ranks see, with inputs-00000.npy, targets-00000.npy, more of them, and
    /// schema.json
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// What the targets are, where schema.json names no classes: binary for one column of 0 and 1,
    /// multiclass for one of them for each class [default: regression]
    #[arg(long, value_enum)]
    pub task: Option<Task>,
    /// Threads of each rank
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    pub threads: usize,
    #[command(flatten)]
    pub training: training::Options,
}

impl Options {
    pub fn parse() -> Result<Self, clap::Error> {
        let command = training::named(Self::command()).mut_arg("batch_size", |rows| {
            rows.help("Rows in a batch, those of all ranks together")
        });
        Self::from_arg_matches(&command.try_get_matches()?)
    }

    /// What a checkpoint belongs to: the options that determine the result, and the identity of the
    /// data. The number of ranks is not part of it, since another number can resume the training.
    pub fn belongs_to(&self, task: Task, data: &str) -> BTreeMap<String, String> {
        let mut options = self.training.that_decide(task);
        options.insert("data".to_owned(), data.to_owned());
        options
    }

    /// What must be the same on all ranks: otherwise they train different networks, or wait for
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
