//! The default training: the library's recipe, with what it is compared with.

mod bar;

use super::plan::Plan;
use super::scores::{Score, Scores, defined};
use super::summary::Tried;
use super::task::Task;
use super::tested::Tested;
use crate::test_rows::Split;
use crate::{command_line, rounded};
use bar::{Bar, EPOCHS};
use clap::{Args, ValueEnum};
use densely::optimizer::Lbfgs;
use densely::recipe::{Candidate, RecipeReport, Stage};
use densely::{Dataset, Mlp, Recipe, Trainer};
use ndarray::Axis;
use serde_json::json;
use std::error::Error;
use std::time::Duration;

/// The options of the default training.
#[derive(Debug, Args)]
#[group(skip)] // Another group has this name.
pub struct Choice {
    /// One smaller network, trained once: a tenth of the time, for a first look
    #[arg(long)]
    pub quick: bool,
    /// The mean of eight networks or ten, in up to four times the time
    #[arg(long, conflicts_with = "quick")]
    pub best: bool,
    /// Stop after N minutes, with the best network so far
    #[arg(long, value_name = "N", value_parser = minutes)]
    pub minutes: Option<f64>,
    /// Which rows the saved network has learned from [default: all; with --quick: none]
    #[arg(long, value_enum)]
    refit: Option<Refit>,
}

/// The rows of the last training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Refit {
    /// All rows: once the test rows have judged the network, it is trained again with them. With
    /// --interval, all but the test rows
    All,
    /// All but the test rows, which judge this network
    Training,
    /// Only those that chose it: the network is not trained again
    None,
}

/// The part of the training rows that chooses network and epoch.
pub const VALIDATION: f64 = 0.2;

impl Choice {
    /// The option that was given, if there is one.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            (self.quick, "--quick"),
            (self.best, "--best"),
            (self.minutes.is_some(), "--minutes"),
            (self.refit.is_some(), "--refit"),
        ];
        given.into_iter().find_map(|(is_given, name)| is_given.then_some(name))
    }

    /// The name of the training, as part of what a checkpoint belongs to.
    pub fn name(&self) -> &'static str {
        match (self.quick, self.best) {
            (true, _) => "a training with --quick",
            (_, true) => "a training with --best",
            _ => "a default training",
        }
    }

    /// The rows of the last training.
    fn refit(&self) -> Refit {
        self.refit.unwrap_or(if self.quick { Refit::None } else { Refit::All })
    }

    /// The networks of the last training, if there are no folds.
    fn last(&self) -> usize {
        match (self.refit(), self.best) {
            (Refit::None, _) => 0,
            (_, true) => 8,
            (_, false) => 1,
        }
    }

    fn recipe<'a>(&self, plan: &Plan<'_>, bar: &'a Bar) -> Result<Recipe<'a>, Box<dyn Error>> {
        let options = plan.options;
        if self.best && self.refit() == Refit::None {
            return Err("--best repeats the last training, which --refit none leaves out".into());
        }
        let recipe = match (self.quick, self.best) {
            (true, _) => Recipe::quick(),
            (_, true) => Recipe::best(),
            _ => Recipe::default(),
        };
        let mut recipe = recipe
            .epochs(EPOCHS)
            .validation_fraction(VALIDATION)
            .seed(options.seed)
            .on_epoch(|epoch| bar.show(epoch));
        if let Some(threads) = options.threads {
            recipe = recipe.threads(threads);
        }
        if let Some(minutes) = self.minutes {
            recipe = recipe.time_limit(Duration::from_secs_f64(60.0 * minutes));
        }
        if let Some(kept) = &plan.files.kept {
            kept.claim(&plan.belongs_to)?;
            recipe = recipe.checkpoint(&kept.state);
        }
        Ok(recipe)
    }
}

/// Trains, tests, saves and draws. Returns the summary.
///
/// # Errors
///
/// Those of the training, and of the files that are written.
pub fn run(plan: &Plan<'_>, choice: &Choice, rows: Split) -> Result<String, Box<dyn Error>> {
    let bar = Bar::new(choice.last(), plan.options.json);
    let recipe = choice.recipe(plan, &bar)?;
    let (mut net, mut report) = chosen(&recipe, &rows)?;
    // The test rows cannot measure the interval of a network that has learned from them.
    let refit = match &plan.interval {
        Some(_) if choice.refit() == Refit::All => Refit::Training,
        _ => choice.refit(),
    };
    plan.save(&net)?;
    if refit == Refit::Training
        && let Some(again) = refitted(&recipe, &rows, &rows.train, &mut report)?
    {
        net = again;
        plan.save(&net)?;
    }
    let (test, temperature_factor) = (Tested::of(&net, &rows.test)?, report.temperature_factor);
    plan.measure_interval(&mut net, rows.test.inputs(), &test)?;
    let scores = plan.task.scores(&test)?.with_intervals(&test, plan.options.seed)?;
    if refit == Refit::All
        && let Some(again) = refitted(&recipe, &rows, &rows.all, &mut report)?
    {
        net = again;
        plan.save(&net)?;
    }
    bar.bar.finish_and_clear();
    let others = others(plan.task, &rows)?;
    // Of two candidates the better one, and of several folds the first.
    let kept = report.kept().min_by(|a, b| a.score.total_cmp(&b.score));
    let kept = kept.and_then(|kept| kept.reports.first());
    let kept = kept.cloned().ok_or("nothing was trained")?;
    let tried = tried(plan.task, &report, (refit, net.members()), &scores, &others);
    plan.finish((&net, &kept), &test, &scores, temperature_factor, Some(tried))
}

/// The network that training and validation rows choose.
fn chosen(recipe: &Recipe<'_>, rows: &Split) -> densely::Result<(Mlp<f32>, RecipeReport)> {
    match &rows.validation {
        None => recipe.choose(&rows.train),
        Some([training, validation]) => {
            recipe.choose_on(&rows.train.select(training)?, &rows.train.select(validation)?)
        }
    }
}

/// The chosen network, trained again on these rows; nothing if the networks of the recipe's folds
/// have learned from all of them already.
fn refitted(
    recipe: &Recipe<'_>,
    rows: &Split,
    on: &Dataset<f32>,
    report: &mut RecipeReport,
) -> densely::Result<Option<Mlp<f32>>> {
    if report.has_folds() && on.rows() <= rows.train.rows() {
        return Ok(None);
    }
    recipe.refit(on, report)
}

/// The network that has learned from the training rows, for a cross-validation.
///
/// # Errors
///
/// Those of the training.
pub fn learned(plan: &Plan<'_>, choice: &Choice, rows: &Split) -> Result<Mlp<f32>, Box<dyn Error>> {
    let bar = Bar::new(choice.last(), plan.options.json);
    let recipe = choice.recipe(plan, &bar)?;
    let (net, mut report) = chosen(&recipe, rows)?;
    let again = match choice.refit() {
        Refit::None => None,
        _ => refitted(&recipe, rows, &rows.train, &mut report)?,
    };
    bar.bar.finish_and_clear();
    Ok(again.unwrap_or(net))
}

/// A prediction that the network is compared with, and its error on the test rows.
type Other = (&'static str, Option<f64>);

/// A linear network, and what is the same for every row.
fn others(task: Task, rows: &Split) -> Result<[Other; 2], Box<dyn Error>> {
    let train = &rows.train;
    let builder = Mlp::<f32>::builder(train.features());
    let mut linear = task.output_layer(builder, train.outputs(), false).build()?;
    // A little decay: classes that a line divides have no best weights.
    let lbfgs = Lbfgs::new().weight_decay(1e-3);
    Trainer::lbfgs(super::LossName::of(task).loss(task)?, lbfgs)
        .epochs(200)
        .without_validation()
        .fit(&mut linear, train)?;
    let linear = Tested::of(&linear, &rows.test)?;
    let means = train.targets().mean_axis(Axis(0)).unwrap_or_default();
    let mut constant = linear.clone();
    constant.predicted.assign(&means);
    let name = if task == Task::Regression { "the mean" } else { "the largest class" };
    let error = |test: &Tested| defined(task.error().on(test));
    let linear_name =
        if task == Task::Regression { "least squares" } else { "logistic regression" };
    Ok([(linear_name, error(&linear)?), (name, error(&constant)?)])
}

/// What was tried and kept, and what it is compared with.
fn tried(
    task: Task,
    report: &RecipeReport,
    (refit, members): (Refit, usize),
    scores: &Scores,
    others: &[Other],
) -> Tried {
    let candidates = report.candidates().iter().map(|candidate| {
        let Candidate { stage, score, epoch, reports, .. } = candidate;
        let loss = reports.first().and_then(|of| of.monitored.as_deref()).unwrap_or("loss");
        let how = if *stage == Stage::Encoded { " (numbers in bins)" } else { "" };
        format!("{stage}{how}: {loss} {}, in epoch {epoch}", rounded::score(*score))
    });
    let kept: Vec<&Candidate> = report.kept().collect();
    let names: Vec<String> = kept.iter().map(|kept| kept.stage.to_string()).collect();
    let folds = kept.first().map_or(0, |kept| kept.reports.len());
    let why = match (report.candidates().len(), folds) {
        (1, 1) => "the only one".to_owned(),
        (_, 1) if kept.len() == 1 => "the best one on the validation rows".to_owned(),
        (_, 1) => "whose mean is the best on the validation rows".to_owned(),
        _ => format!("the best one in {folds} folds"),
    };
    let mean = match members > kept.len() {
        true => format!(": the mean of {members} networks"),
        false => String::new(),
    };
    let cut = if report.is_cut { "; the time was over" } else { "" };
    let again = match report.refit_rows {
        None if folds > 1 && refit == Refit::Training && cut.is_empty() => {
            format!("{mean}, which together have learned from all training rows")
        }
        None => mean + cut,
        Some(rows) => {
            let until = match folds {
                1 => {
                    let epochs = kept.iter().map(|kept| kept.epoch.to_string());
                    let word = if kept.len() == 1 { "epoch" } else { "epochs" };
                    format!(" to {word} {}", epochs.collect::<Vec<_>>().join(" and "))
                }
                _ => String::new(),
            };
            let (all, before) = match refit {
                Refit::All => ("all ", ". The test scores are from before that"),
                _ => ("", ""),
            };
            format!("; then trained again on {all}{rows} rows{until}{mean}{cut}{before}")
        }
    };
    let Score { key, name, .. } = task.error();
    let compared = others.iter().map(|(who, error)| match error {
        Some(error) => format!("{name} {} of {who}", rounded::score(*error)),
        None => format!("{who}: undefined"),
    });
    let own = scores.error();
    let not_better = others.iter().filter_map(|(who, error)| {
        let (own, other) = own.zip(*error)?;
        let is_worse = own > 1.05 * other;
        (own >= other)
            .then(|| format!("{} {who}", if is_worse { "worse than" } else { "no better than" }))
    });
    let warning = match &not_better.collect::<Vec<_>>()[..] {
        [] => String::new(),
        than => format!(". On these test rows the network is {}", than.join(" and ")),
    };
    let lines = vec![
        ("tried", candidates.collect::<Vec<_>>().join("; ")),
        ("kept", format!("{}, {why}{again}", names.join(" and "))),
    ];
    let candidates = report.candidates().iter().map(|candidate| {
        let reports = &candidate.reports;
        json!({
            "name": candidate.stage.to_string(),
            "validation_loss": candidate.score,
            "best_epoch": candidate.epoch,
            "epochs": reports.iter().map(|of| of.epochs.len()).collect::<Vec<_>>(),
            "seconds": reports.iter().map(|of| of.elapsed.as_secs_f64()).sum::<f64>(),
        })
    });
    let others = others.iter().map(|(who, error)| json!({ "who": who, key: error }));
    let json = json!({
        "candidates": candidates.collect::<Vec<_>>(),
        "kept": names,
        "temperature_factor": report.temperature_factor,
        "folds": folds,
        "networks": members,
        "refit_rows": report.refit_rows,
        "compared": others.collect::<Vec<_>>(),
    });
    let compared = format!("{}{warning}", compared.collect::<Vec<_>>().join(", "));
    Tried { lines, compared, json, elapsed: report.elapsed }
}

fn minutes(text: &str) -> Result<f64, String> {
    command_line::number(text, "above 0 and below 1000000", |minutes| {
        minutes > 0.0 && minutes < 1e6
    })
}
