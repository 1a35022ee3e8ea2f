//! The training itself.

use super::choices::{LossName, OptimizerName};
use super::plan::Plan;
use super::tested::Tested;
use crate::test_rows::Parts;
use crate::{command_line, rounded};
use densely::data::Storage;
use densely::{
    Dataset, EarlyStopping, Mlp, Report, Trainer,
    trainer::{Moment, Training},
};
use indicatif::ProgressBar;
use std::error::Error;
use std::ops::ControlFlow;

/// A training that is ready to run.
pub struct Prepared<'p, S: Storage<f32>> {
    plan: &'p Plan<'p>,
    train: Dataset<f32, S>,
    /// The rows that judge the network.
    pub test: Dataset<f32, S>,
    /// The network, which [`run`](Self::run) trains.
    pub net: Mlp<f32>,
    /// What trains it. Its settings may be changed before.
    pub trainer: Trainer<'p, f32>,
    progress: ProgressBar,
}

impl<'p, S: Storage<f32>> Prepared<'p, S> {
    /// Sets test rows aside, and makes the network and the trainer.
    ///
    /// # Errors
    ///
    /// Settings and data that the library refuses, and a checkpoint of another training.
    pub fn new(plan: &'p Plan<'p>, data: &Dataset<f32, S>) -> Result<Self, Box<dyn Error>> {
        let (train, test) = data.split(plan.options.test, plan.options.seed)?;
        Self::of(plan, train, None, test)
    }

    /// Makes the network and the trainer for these rows. `validation` holds
    /// the numbers of the rows to learn from and of those that tell when to stop. Without them,
    /// chance chooses.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn of(
        plan: &'p Plan<'p>,
        mut train: Dataset<f32, S>,
        validation: Option<&Parts>,
        test: Dataset<f32, S>,
    ) -> Result<Self, Box<dyn Error>> {
        let (task, options) = (plan.task, plan.options);
        let loss = plan.loss().loss(task)?;
        let counts = plan.loss() == LossName::Poisson;
        if let Some(weights) = &options.class_weight {
            train = weights.apply(train)?;
        }

        let mut builder = Mlp::<f32>::builder(train.features());
        for &width in &options.hidden.0 {
            builder = builder.dense(width, options.activation.clone()).dropout(options.dropout);
        }
        let builder = task.output_layer(builder, train.outputs(), counts);
        let net = builder.seed(options.seed).build()?;

        let template = "epoch {pos}/{len} {wide_bar} {msg}  {elapsed}, at most {eta} left";
        let progress = command_line::progress(options.epochs as u64, options.json, template);
        let gentle = counts && options.optimizer != OptimizerName::Lbfgs;
        let mut trainer = options
            .trainer(loss)?
            .schedule(options.schedule.schedule(options.epochs, options.warm_up))
            .epochs(options.epochs)
            .batch_size(options.batch_size)
            .seed(options.seed)
            .on(Moment::EpochEnd, moving(progress.clone()));
        if let Some([rest, chosen]) = validation {
            trainer = trainer.validation_data(&train.select(chosen)?);
            train = train.select(rest)?;
        } else if options.validation > 0.0 {
            trainer = trainer.validation_fraction(options.validation);
        }
        if options.validation > 0.0 {
            trainer = trainer.early_stopping(EarlyStopping::patience(options.patience));
        }
        // The first outputs are about 1. Steps from there to counts of 20 or more would be too
        // long.
        if let Some(limit) = options.clip_norm.or(gentle.then_some(1.0)) {
            trainer = trainer.clip_norm(limit);
        }
        if let Some(threads) = options.threads {
            trainer = trainer.threads(threads);
        }
        if let Some(kept) = &plan.files.kept {
            trainer = kept.trainer(trainer, options, &plan.belongs_to)?;
        }
        Ok(Self { plan, train, test, net, trainer, progress })
    }

    /// Trains.
    ///
    /// # Errors
    ///
    /// As `Trainer::fit`.
    pub fn run(&mut self) -> Result<Report, densely::Error> {
        let report = self.trainer.resume(&mut self.net, &self.train);
        self.progress.finish_and_clear();
        report
    }

    /// Computes the test scores, draws the pictures, and returns the summary: text, or with
    /// `--json` one line of JSON.
    ///
    /// # Errors
    ///
    /// Predictions that have no scores, and pictures that cannot be written.
    pub fn finish(self, report: Report, test: &Tested) -> Result<String, Box<dyn Error>> {
        let scores = self.plan.task.scores(test)?.with_intervals(test, self.plan.options.seed)?;
        self.plan.finish((&self.net, &report), test, &scores, None, None)
    }
}

/// Moves the bar after each epoch.
fn moving(bar: ProgressBar) -> impl FnMut(&Training<'_, f32>) -> ControlFlow<()> + Send {
    move |training| {
        if let Some(epoch) = training.last_epoch() {
            bar.set_position(epoch.number as u64);
            let which = if epoch.validation_loss.is_some() { "validation" } else { "training" };
            bar.set_message(format!("{which} loss {}", rounded::score(epoch.loss())));
        }
        ControlFlow::Continue(())
    }
}
