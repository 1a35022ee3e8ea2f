//! Trains a network on a CSV file.

use crate::input;
use crate::training::{self, Plan, Prepared, Subject, Task, Tested};
use clap::Args;
use densely::{Dataset, Table};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  densely train cars.csv --target mpg
  densely train digits.csv --target digit --task multiclass --optimizer adam --dropout 0.2
  densely train claims.csv --target claims --loss poisson --hidden none --optimizer lbfgs
  densely train cars.csv --target mpg --checkpoint state --plot pictures --save mpg.safetensors";

/// Trains a network on a CSV file, judges it on rows set aside, and saves it
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = EXAMPLES)]
pub struct Options {
    /// CSV file with a header; every column but the target is a feature
    data: PathBuf,
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    target: String,
    /// What the target is [default: binary for two different values, else regression for numbers
    /// and multiclass for texts]
    #[arg(long, value_enum)]
    task: Option<Task>,
    /// Columns that are not features, such as an identifier
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    without: Vec<String>,
    #[command(flatten)]
    training: training::Options,
}

/// Returns the summary.
pub fn run(options: &Options) -> Result<String, Box<dyn Error>> {
    let file = input::find(&options.data);
    let table = Table::read_csv(&file)?.without(&options.without)?;
    let (task, data) = match options.task {
        Some(task) => (task, table.dataset(task.target(&options.target))?),
        None => Task::of_target(&options.target, |target| table.dataset(target))?,
    };
    drop(table);
    let mut plan = Plan::new(task, &options.training, &file, subject(options, &file, task))?;
    plan.belongs_to.extend(belongs_to(options, &data));
    train(&plan, &data).map_err(|error| plan.in_context(error))
}

fn subject(options: &Options, file: &Path, task: Task) -> Subject {
    let told = || {
        let target = &options.target;
        let why = match task {
            Task::Regression => "holds numbers",
            Task::BinaryClassification => "has two different values",
            Task::Multiclass => "holds texts",
        };
        format!("{}, since {target:?} {why}; --task chooses another", task.option())
    };
    Subject {
        data: file.display().to_string(),
        target: options.target.clone(),
        taken_for: options.task.is_none().then(told),
    }
}

/// The options and the data to which a checkpoint belongs, besides the options of every training.
fn belongs_to(options: &Options, data: &Dataset<f32>) -> BTreeMap<String, String> {
    let numbers = data.inputs().into_iter().chain(data.targets());
    let hash = training::hash(numbers.map(|number| number.to_bits().into()));
    BTreeMap::from([
        ("--target".to_owned(), options.target.clone()),
        ("--without".to_owned(), options.without.join(",")),
        ("data".to_owned(), format!("{hash:016x}")),
    ])
}

fn train(plan: &Plan<'_>, data: &Dataset<f32>) -> Result<String, Box<dyn Error>> {
    let mut prepared = Prepared::new(plan, data)?;
    let report = prepared.run()?;
    prepared.save()?;
    let test = prepared.test(Tested::of)?;
    prepared.finish(report, &test)
}
