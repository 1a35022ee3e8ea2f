//! Trains one network on all ranks of an MPI job, on a folder of `.npy` files: `mpirun -n 4
//! train_distributed shards/`.
//!
//! `train_distributed --help` lists the options, which are those of `densely train`.

mod data;
mod options;
mod test_rows;

use data::Data;
use densely_cli::command_line;
use densely_cli::training::{Plan, Prepared, Subject};
use densely_mpi::{Job, Mistake};
use options::Options;
use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    densely_mpi::run(|job| {
        let options = Options::parse();
        // Each rank has a command line of its own: those with options would wait for one that has
        // none.
        job.check_alike("a command line with", &outcome(&options))?;
        match options {
            Ok(options) => train(job, options),
            Err(error) if job.rank() == 0 => Ok(command_line::explain(&error)),
            Err(error) => Ok(ExitCode::from(if error.use_stderr() { 2 } else { 0 })),
        }
    })
}

/// Describes what a command line holds.
fn outcome(options: &Result<Options, clap::Error>) -> String {
    match options {
        Ok(_) => "no mistake".to_owned(),
        Err(error) if !error.use_stderr() => "a request for help".to_owned(),
        Err(error) => {
            let message = error.to_string();
            let lines = message.lines().take_while(|line| !line.is_empty()).map(str::trim);
            let line = lines.collect::<Vec<_>>().join(" ");
            format!("the mistake \"{}\"", line.trim_start_matches("error: "))
        }
    }
}

fn train(job: &Job, mut options: Options) -> Result<ExitCode, Mistake> {
    let first = job.rank() == 0;
    if !first {
        // Only one process prints.
        options.training.json = true;
    }
    let data = job.agreed(Data::open(&options))?;
    for (name, value) in options.alike(data.task, &data.identity) {
        job.check_alike(&name, &value)?;
    }
    let plan = job.agreed(plan(&options, &data, first))?;
    let in_context = |error| plan.in_context(error);
    let prepared = Prepared::new(&plan, &data.rows);
    let mut prepared = job.agreed(prepared.map_err(in_context))?;
    prepared.trainer = prepared.trainer.workers(job.workers());
    let report = job.agreed(prepared.run().map_err(|error| in_context(error.into())))?;
    job.agreed(plan.save(&prepared.net))?;
    let (rank, ranks) = (job.rank(), job.count());
    let part = test_rows::part(&prepared.net, &prepared.test, (rank, ranks));
    let test = job.agreed(test_rows::gathered(job.agreed(part)?, &mut job.workers()))?;
    let text = match first {
        true => prepared.finish(report, &test),
        false => Ok(String::new()),
    };
    let text = job.agreed(text.map_err(in_context))?;
    Ok(if first { command_line::finish(Ok(text)) } else { ExitCode::SUCCESS })
}

fn plan<'o>(options: &'o Options, data: &Data, first: bool) -> Result<Plan<'o>, Box<dyn Error>> {
    let targets = &data.rows.schema().targets;
    let target = if targets.is_empty() { "target".to_owned() } else { targets.join(", ") };
    let (folder, taken_for) = (options.data.display().to_string(), data.taken_for.clone());
    let subject = Subject { data: folder, target, taken_for };
    let written = first.then_some(&*options.data);
    let mut plan = Plan::new(data.task, &options.training, written, subject)?;
    plan.belongs_to = options.belongs_to(data.task, &data.identity);
    Ok(plan)
}
