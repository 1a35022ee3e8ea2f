//! Trains with densely's recipe on the rows of one CSV file, and scores the network on another's.

use crate::workload::Result;
use clap::ValueEnum;
use densely::metrics::{log_loss, root_mean_squared_error};
use densely::{Recipe, Table};
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

#[derive(clap::Args)]
pub struct Options {
    train: PathBuf,
    test: PathBuf,
    target: String,
    task: Task,
    training: Training,
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Task {
    Regression,
    Binary,
    Multiclass,
}

#[derive(Clone, Copy, ValueEnum)]
enum Training {
    Default,
    Quick,
    /// The plain candidate alone, without a refit: what RealMLP-TD-S trains.
    Plain,
}

impl Options {
    pub fn measure(&self) -> Result<()> {
        let recipe = match self.training {
            Training::Default => Recipe::default(),
            Training::Quick => Recipe::quick(),
            Training::Plain => Recipe::default().few_rows(0).without_encoding().without_refit(),
        };
        let start = Instant::now();
        let train = Table::read_csv(&self.train)?.with_missing();
        let rows = match self.task {
            Task::Regression => train.regression::<f32>(&self.target)?,
            Task::Binary => train.binary(&self.target)?,
            Task::Multiclass => train.multiclass(&self.target)?,
        };
        let (net, _) = recipe.threads(self.threads).seed(self.seed).fit(&rows)?;
        let seconds = start.elapsed().as_secs_f64();
        let rows = Table::read_csv(&self.test)?.with_missing().dataset_for(&net)?;
        let score = match self.task {
            Task::Regression => net.evaluate(&rows, root_mean_squared_error)?,
            Task::Binary | Task::Multiclass => net.evaluate(&rows, log_loss)?,
        };
        println!("{}", json!({ "seconds": seconds, "score": score }));
        Ok(())
    }
}
