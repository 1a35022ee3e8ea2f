//! What the three training programs share: options, the training itself, and the summary.
//!
//! The part to read is [`train`]: everything else is command line and layout.

mod checkpoint;
mod choices;
mod options;
mod pictures;
mod progress;
mod summary;
mod task;

pub use task::Task;

use crate::command_line;
use checkpoint::Kept;
use choices::{LossName, OptimizerName};
use densely::{EarlyStopping, Error, Mlp, Moment, Standardizer, Table};
use options::Options;
use pictures::{Outcome, Pictures};
use std::process::ExitCode;
use summary::Summary;

/// Runs the program.
pub fn main(task: Task) -> ExitCode {
    command_line::main(Options::parse(task), |options| {
        let kept = options.checkpoint.as_deref().map(Kept::in_folder).transpose()?;
        let pictures = options.plot.as_deref().map(|folder| Pictures::in_folder(folder, task));
        let pictures = pictures.transpose()?;
        if let Some(path) = &options.save {
            densely::check_can_write(path)?;
            if let Some(kept) = &kept {
                kept.check_is_not(path)?;
            }
            if let Some(pictures) = &pictures {
                pictures.check_is_not(path)?;
            }
            if command_line::is_same_file(path, &options.data) {
                return Err(format!("{} is the data, it is not saved over", path.display()).into());
            }
        }
        options.optimizer.check(options.rates())?;
        let loss = options.loss.unwrap_or(LossName::of(task));
        let summary = train(task, options, loss, kept.as_ref(), pictures.as_ref());
        let summary = summary.map_err(|error| {
            match error.downcast_ref() {
                Some(Error::OtherState { .. }) if kept.is_some() => {
                    let state = kept.as_ref().map(|kept| kept.state.display().to_string());
                    format!("{}: {error}", state.unwrap_or_default()).into()
                }
                // Told of the rows alone, where the reader has a file before them.
                Some(Error::TooFewRows { .. }) => {
                    format!("{}: {error}", options.data.display()).into()
                }
                _ => error,
            }
        })?;
        Ok(if options.json { summary.json() } else { summary.to_string() })
    })
}

fn train(
    task: Task,
    options: &Options,
    loss_name: LossName,
    kept: Option<&Kept>,
    pictures: Option<&Pictures>,
) -> Result<Summary, Box<dyn std::error::Error>> {
    let loss = loss_name.loss(task)?;
    let table = Table::read_csv(&options.data)?.without(&options.without)?;
    let data = task.data(&table, &options.target)?;
    let (mut train, test) = data.split(options.test, options.seed)?;
    // Counts keep their unit: the exponential of the outputs is what scales them.
    let counts = loss_name == LossName::Poisson;
    let scaler = match counts {
        true => Standardizer::fit_features(&train)?,
        false => Standardizer::fit(&train)?,
    };
    if let Some(weights) = &options.class_weight {
        train = weights.apply(train)?;
    }

    let mut builder = Mlp::<f32>::builder(train.features());
    for &width in &options.hidden.0 {
        builder = builder.dense(width, options.activation.clone()).dropout(options.dropout);
    }
    let builder = task.output_layer(builder, train.outputs(), counts);
    let mut net = builder.seed(options.seed).build()?;

    let progress = progress::bar(options.epochs, options.json);
    let gentle = counts && options.optimizer != OptimizerName::Lbfgs;
    let mut trainer = options
        .optimizer
        .trainer(loss, options.rates())
        .schedule(options.schedule.schedule(options.epochs, options.warm_up))
        .epochs(options.epochs)
        .batch_size(options.batch_size)
        .seed(options.seed)
        .on(Moment::EpochEnd, progress::observer(progress.clone()));
    if options.validation > 0.0 {
        trainer = trainer
            .validation_fraction(options.validation)
            .early_stopping(EarlyStopping::patience(options.patience));
    }
    // From outputs of 1, the first steps to counts of 20 or more would be far too long.
    if let Some(limit) = options.clip_norm.or(gentle.then_some(1.0)) {
        trainer = trainer.clip_norm(limit);
    }
    if let Some(kept) = kept {
        trainer = kept.trainer(trainer, task, options, &data)?;
    }
    let report = trainer.resume(&mut net, &scaler.apply(&train)?);
    progress.finish_and_clear();
    let report = report?;

    scaler.fold_into(&mut net)?;
    let predicted = net.predict(test.inputs())?;
    let scores = task.scores(predicted.view(), &test)?;
    if let Some(path) = &options.save {
        net.save(path)?;
    }
    let outcome = Outcome {
        target: &options.target,
        loss: loss_name.in_words(),
        report: &report,
        predicted: predicted.view(),
        test: &test,
        scores: &scores,
    };
    let pictures = pictures.map(|pictures| pictures.draw(&outcome)).transpose()?;
    Ok(Summary::new(task, options, &net, report, &test, scores, pictures))
}
