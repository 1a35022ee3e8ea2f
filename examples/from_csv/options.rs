//! The command line.

use crate::training::{self, Task};
use clap::{CommandFactory, FromArgMatches, Parser};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The options, the same in all three programs.
#[derive(Debug, Parser)]
#[command(allow_negative_numbers = true)]
pub struct Options {
    /// CSV file with a header; every column but the target is a feature
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    pub target: String,
    /// Columns that are not features, such as an identifier
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub without: Vec<String>,
    #[command(flatten)]
    pub training: training::Options,
}

impl Options {
    /// Parses the command line. The default file and target depend on the task.
    pub fn parse(task: Task) -> Result<Self, clap::Error> {
        let command = training::named(Self::command())
            .about(task.about())
            .mut_arg("data", |data| data.required(false).default_value(task.default_data()))
            .mut_arg("target", |target| {
                target.required(false).default_value(task.default_target())
            });
        Self::from_arg_matches(&command.try_get_matches()?)
    }

    /// The options that decide what is learned from the data.
    pub fn that_decide(&self, task: Task) -> BTreeMap<String, String> {
        let mut options = self.training.that_decide(task);
        options.insert("--target".to_owned(), self.target.clone());
        options.insert("--without".to_owned(), self.without.join(","));
        options
    }
}
