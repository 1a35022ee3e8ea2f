//! What the three training programs on a CSV file share: where the rows come from. The training itself is in `training`.

mod options;
mod task;

use crate::command_line;
use crate::training::{Files, Plan, Prepared, Subject, Task};
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
            subject: Subject { data, target },
            belongs_to: options.that_decide(task),
        };
        train(options, &mut plan).map_err(|error| plan.in_context(error))
    })
}

fn train(options: &Options, plan: &mut Plan<'_>) -> Result<String, Box<dyn Error>> {
    let table = Table::read_csv(&options.data)?.without(&options.without)?;
    let data = plan.task.data(&table, &options.target)?;
    plan.belongs_to.insert("data".to_owned(), format!("{:016x}", hash(&data)));
    let mut prepared = Prepared::new(plan, &data)?;
    let report = prepared.run()?;
    let summary = prepared.finish(report, Ok)?;
    Ok(if plan.options.json { summary.json() } else { summary.to_string() })
}

/// Of all inputs and targets, by the function of Fowler, Noll and Vo: to notice other data, not to withstand an attack.
fn hash(data: &Dataset<f32>) -> u64 {
    let numbers = data.inputs().into_iter().chain(data.targets()).map(|number| number.to_bits());
    numbers.fold(0xcbf2_9ce4_8422_2325, |hash, bits| {
        (hash ^ u64::from(bits)).wrapping_mul(0x0100_0000_01b3)
    })
}
