//! The CSV files from which the three training programs read their rows.

mod options;
mod task;

use crate::command_line;
use crate::training::{self, Files, Plan, Prepared, Subject, Task, Tested};
use densely::{Dataset, Table};
use options::Options;
use std::error::Error;
use std::process::ExitCode;

/// Runs the program.
pub fn main(task: Task) -> ExitCode {
    command_line::main(Options::parse(task), |options| {
        let files = Files::prepare(&options.training, task, &options.data)?;
        options.training.check(task)?;
        let (data, target) = (options.data.display().to_string(), options.target.clone());
        let mut plan = Plan {
            task,
            options: &options.training,
            files,
            subject: Subject { data, target, taken_for: None },
            belongs_to: options.that_decide(task),
        };
        train(options, &mut plan).map_err(|error| plan.in_context(error))
    })
}

fn train(options: &Options, plan: &mut Plan<'_>) -> Result<String, Box<dyn Error>> {
    let table = Table::read_csv(&options.data)?.without(&options.without)?;
    let data = table.dataset(plan.task.target(&options.target))?;
    plan.belongs_to.insert("data".to_owned(), format!("{:016x}", hash(&data)));
    let mut prepared = Prepared::new(plan, &data)?;
    let report = prepared.run()?;
    prepared.save()?;
    let test = prepared.test(Tested::of)?;
    let summary = prepared.finish(report, &test)?;
    Ok(if plan.options.json { summary.json() } else { summary.to_string() })
}

/// Returns the hash of all inputs and targets.
fn hash(data: &Dataset<f32>) -> u64 {
    let (inputs, targets) = (data.inputs(), data.targets());
    training::hash(inputs.iter().chain(targets).map(|number| number.to_bits().into()))
}
