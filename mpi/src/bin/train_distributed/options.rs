//! The command line.

use crate::command_line::count;
use crate::training;
use clap::{CommandFactory, FromArgMatches, Parser};
use densely::{Dataset, NpyFiles};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Trains one network on all ranks of an MPI job, each on its part of every batch
#[derive(Debug, Parser)]
#[command(name = "train_distributed", allow_negative_numbers = true)]
pub struct Options {
    /// Folder that all ranks see, with inputs-00000.npy, targets-00000.npy, more of them, and schema.json
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
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

    /// What a checkpoint belongs to. Not how many ranks there are: others can go on with it.
    pub fn belongs_to(
        &self,
        task: training::Task,
        data: &Dataset<f32, NpyFiles<f32>>,
    ) -> BTreeMap<String, String> {
        let mut options = self.training.that_decide(task);
        // Not every number, as of a CSV file: reading all of it may take as long as an epoch.
        let (rows, features, outputs) = (data.rows(), data.features(), data.outputs());
        let shape = format!("of {rows} rows, {features} features and {outputs} outputs");
        options.insert("data".to_owned(), shape);
        options
    }
}
