//! What the three training programs share: options, the training itself, and the summary.
//!
//! The part to read is [`train`]: everything else is command line and layout.

mod options;
mod progress;
mod summary;
mod task;

pub use task::Task;

use crate::command_line;
use densely::{EarlyStopping, Error, Mlp, Standardizer, Table, Trainer};
use options::Options;
use std::process::ExitCode;
use summary::Summary;

/// Runs the program.
pub fn main(task: Task) -> ExitCode {
    command_line::main(Options::parse(task), |options| {
        if let Some(path) = &options.save {
            command_line::check_can_write(path)?;
            if command_line::is_same_file(path, &options.data) {
                return Err(format!("{} is the data, it is not saved over", path.display()).into());
            }
        }
        let summary = train(task, options).map_err(|error| match error {
            // Told of the rows alone, where the reader has a file before them.
            Error::TooFewRows { .. } => format!("{}: {error}", options.data.display()).into(),
            error => Box::<dyn std::error::Error>::from(error),
        })?;
        Ok(if options.json { summary.json() } else { summary.to_string() })
    })
}

fn train(task: Task, options: &Options) -> Result<Summary, Error> {
    let data = task.data(&Table::read_csv(&options.data)?, &options.target)?;
    let (train, test) = data.split(options.test, options.seed)?;
    let scaler = Standardizer::fit(&train)?;

    let mut builder = Mlp::<f32>::builder(train.features());
    for &width in &options.hidden.0 {
        builder = builder.dense(width, options.activation.clone());
    }
    let mut net = task.output_layer(builder, train.outputs()).seed(options.seed).build()?;

    let progress = progress::bar(options.epochs, options.json);
    let report = Trainer::new(task.loss(), options.sgd())
        .epochs(options.epochs)
        .batch_size(options.batch_size)
        .validation_fraction(options.validation)
        .early_stopping(EarlyStopping::patience(options.patience))
        .seed(options.seed)
        .observer(progress::observer(progress.clone()))
        .fit(&mut net, &scaler.apply(&train)?);
    progress.finish_and_clear();
    let report = report?;

    scaler.fold_into(&mut net)?;
    let predicted = net.predict(test.inputs())?;
    let scores = task.scores(predicted.view(), &test)?;
    if let Some(path) = &options.save {
        net.save(path)?;
    }
    Ok(Summary::new(task, options, &net, report, &test, scores))
}
