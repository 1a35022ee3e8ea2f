//! What the three training programs share: options, the training itself, and the summary.
//!
//! The part to read is [`train`]: everything else is command line and layout.

mod options;
mod progress;
mod summary;
mod task;

pub use task::Task;

use densely::{EarlyStopping, Error, Mlp, Standardizer, Table, Trainer};
use options::Options;
use std::io::Write;
use std::process::ExitCode;
use summary::Summary;

/// Runs the program; whatever goes wrong is one line on stderr.
pub fn main(task: Task) -> ExitCode {
    let options = match Options::parse(task) {
        Ok(options) => options,
        Err(exit_code) => return exit_code,
    };
    let summary = match train(task, &options) {
        Ok(summary) => summary,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let text = if options.json { summary.json() } else { summary.to_string() };
    // A reader that has gone away, as in `… | head -1`, is no failure.
    let _ = writeln!(std::io::stdout(), "{text}");
    ExitCode::SUCCESS
}

fn train(task: Task, options: &Options) -> Result<Summary, Error> {
    if let Some(path) = &options.save {
        options::check_can_write(path)?;
    }
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
