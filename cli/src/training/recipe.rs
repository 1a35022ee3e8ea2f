//! The default training: the library's recipe, with what it is compared with.

use super::Kept;
use super::pictures::Outcome;
use super::plan::Plan;
use super::scores::Scores;
use super::summary::{Summary, Tried};
use super::task::Task;
use super::tested::Tested;
use crate::command_line;
use crate::test_rows::{Split, set_apart};
use clap::{Args, ValueEnum};
use densely::optimizer::Lbfgs;
use densely::recipe::{Progress, RecipeReport, Stage};
use densely::{Mlp, Recipe, Trainer};
use indicatif::ProgressBar;
use ndarray::Axis;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The options of the default training.
#[derive(Debug, Args)]
#[group(skip)] // Another group has this name.
pub struct Choice {
    /// One smaller network: a tenth of the time, for a first look
    #[arg(long)]
    pub quick: bool,
    /// Stop after so many minutes, with the best network so far
    #[arg(long, value_name = "N", value_parser = minutes)]
    pub minutes: Option<f64>,
    /// What the saved network has learned from
    #[arg(long, value_enum, default_value_t = Refit::All)]
    pub refit: Refit,
}

/// The rows of the last training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Refit {
    /// All rows: once the test rows have judged the network, it is trained again with them
    All,
    /// All but the test rows, which judge this network
    Training,
    /// All but validation and test rows: there is no last training
    None,
}

/// The part of the training rows that chooses network and epoch.
pub const VALIDATION: f64 = 0.2;

/// The most epochs of each of the trainings.
const EPOCHS: usize = 256;

impl Choice {
    /// The option that was given, if there is one.
    pub fn given(&self) -> Option<&'static str> {
        let refit = self.refit != Refit::All;
        let given =
            [(self.quick, "--quick"), (self.minutes.is_some(), "--minutes"), (refit, "--refit")];
        given.into_iter().find_map(|(is_given, name)| is_given.then_some(name))
    }

    /// What decides the bits of the trained network beside the options of every training.
    pub fn that_decide(&self) -> BTreeMap<String, String> {
        let quick = ("--quick".to_owned(), self.quick.to_string());
        BTreeMap::from([("training".to_owned(), "the default one".to_owned()), quick])
    }

    fn recipe<'a>(&self, plan: &Plan<'_>, bar: &'a Bar) -> Result<Recipe<'a>, Box<dyn Error>> {
        let options = plan.options;
        let recipe = if self.quick { Recipe::quick() } else { Recipe::default() };
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
        if let Some(kept) = plan.files.kept() {
            kept.claim(&Kept::stage(&kept.state, Stage::Plain), &plan.belongs_to)?;
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
    let bar = Bar::new(choice.quick, plan.options.json);
    let recipe = choice.recipe(plan, &bar)?;
    let (mut net, mut report) = match &rows.validation {
        None => recipe.choose(&rows.train)?,
        Some(validation) => {
            let [training, validation] = set_apart(&rows.train, validation)?;
            recipe.choose_on(&training, &validation)?
        }
    };
    let save = |net: &Mlp<f32>| plan.files.network().map_or(Ok(()), |path| net.save(path));
    save(&net)?;
    if choice.refit == Refit::Training
        && let Some(again) = recipe.refit(&rows.train, &mut report)?
    {
        net = again;
        save(&net)?;
    }
    let test = Tested::of(&net, &rows.test)?;
    let scores = plan.task.scores(&test)?;
    if choice.refit == Refit::All
        && let Some(again) = recipe.refit(&rows.all, &mut report)?
    {
        net = again;
        save(&net)?;
    }
    bar.bar.finish_and_clear();
    let others = others(plan.task, &rows, &test)?;
    let kept = report.kept().report().clone();
    let outcome = Outcome {
        target: &plan.subject.target,
        loss: plan.loss().in_words(),
        report: &kept,
        predicted: test.predicted.view(),
        test: &test,
        scores: &scores,
    };
    let pictures = plan.files.pictures();
    let pictures = pictures.map(|pictures| pictures.draw(&outcome)).transpose()?;
    let tried = tried(&report, choice.refit, &scores, &others);
    let summary = Summary::new(plan, &net, kept, &test, scores, pictures).with(tried);
    Ok(if plan.options.json { summary.json() } else { summary.to_string() })
}

/// The test scores of a linear network, and of what is the same for every row.
fn others(
    task: Task,
    rows: &Split,
    test: &Tested,
) -> Result<Vec<(&'static str, Scores)>, Box<dyn Error>> {
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
    let mut constant = Tested::zeros(&rows.test);
    constant.predicted += &means;
    constant.targets.assign(&test.targets());
    let name = if task == Task::Regression { "the mean" } else { "the largest class" };
    Ok(vec![("a linear model", task.scores(&linear)?), (name, task.scores(&constant)?)])
}

/// What was tried and kept, and what it is compared with.
fn tried(
    report: &RecipeReport,
    refit: Refit,
    scores: &Scores,
    others: &[(&'static str, Scores)],
) -> Tried {
    let candidates = report.candidates().iter().map(|candidate| {
        let report = candidate.report();
        let (best, of) = (report.best_epoch(), report.epochs().len());
        let loss = report.monitored().unwrap_or("loss");
        let score = candidate.score();
        format!("{}: {loss} {score:.4}, in epoch {best} of {of}", candidate.stage())
    });
    let kept = report.kept();
    let why = match report.candidates().len() {
        1 => "the only one".to_owned(),
        _ => "the better one on the validation rows".to_owned(),
    };
    let best = kept.report().best_epoch();
    let again = match (report.refit(), refit) {
        (Some(again), Refit::All) => format!(
            "; then trained again on all {} rows to epoch {best}. The test scores are from before",
            again.training_rows()
        ),
        (Some(again), _) => {
            format!("; then trained again on {} rows to epoch {best}", again.training_rows())
        }
        (None, _) => String::new(),
    };
    let cut = if report.is_cut() { "; the time was over" } else { "" };
    let (key, name, own) = scores.first();
    let compared = others.iter().map(|(who, scores)| match scores.first().2 {
        Some(score) => format!("{name} {score:.4} of {who}"),
        None => format!("{who}: undefined"),
    });
    let better = |scores: &Scores| own.zip(scores.first().2).is_none_or(|(own, other)| own < other);
    let all_better = others.iter().all(|(_, scores)| better(scores));
    let warning = if all_better { "" } else { ". On these test rows the network is no better" };
    let lines = vec![
        ("tried", candidates.collect::<Vec<_>>().join("; ")),
        ("kept", format!("{}, {why}{cut}{again}", kept.stage())),
    ];
    let candidates = report.candidates().iter().map(|candidate| {
        let report = candidate.report();
        json!({
            "name": candidate.stage().to_string(),
            "validation_loss": candidate.score(),
            "best_epoch": report.best_epoch(),
            "epochs": report.epochs().len(),
            "seconds": report.elapsed().as_secs_f64(),
        })
    });
    let others = others.iter().map(|(who, scores)| json!({ "who": who, key: scores.first().2 }));
    let json = json!({
        "candidates": candidates.collect::<Vec<_>>(),
        "kept": kept.stage().to_string(),
        "temperature_factor": report.temperature_factor(),
        "refit_rows": report.refit().map(|again| again.training_rows()),
        "compared": others.collect::<Vec<_>>(),
    });
    let compared = format!("{}{warning}", compared.collect::<Vec<_>>().join(", "));
    Tried { lines, compared, json, elapsed: report.elapsed() }
}

/// A bar over the epochs of all trainings.
struct Bar {
    bar: ProgressBar,
    /// The most epochs before the last training.
    before: u64,
    progress: Mutex<HashMap<Stage, Progress>>,
}

impl Bar {
    fn new(quick: bool, quiet: bool) -> Self {
        let before = (if quick { 1 } else { 2 } * EPOCHS) as u64;
        let template = "{msg} {wide_bar}  {elapsed}, at most {eta} left";
        let bar = command_line::progress(before + EPOCHS as u64, quiet, template);
        Self { bar, before, progress: Mutex::default() }
    }

    fn show(&self, progress: &Progress) -> ControlFlow<()> {
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(progress.stage, *progress);
        let stages = [Stage::Plain, Stage::Encoded, Stage::Refit];
        let known = stages.into_iter().filter_map(|stage| all.get(&stage));
        let messages = known.map(|at| format!("{} {}: {:.4}", at.stage, at.epoch, at.score));
        self.bar.set_message(messages.collect::<Vec<_>>().join("  "));
        // The last training has as many epochs as the best of the others, drawn as long as them.
        let position = match progress.stage {
            Stage::Refit => self.before + (progress.epoch * EPOCHS / progress.epochs.max(1)) as u64,
            _ => all.values().map(|at| at.epoch as u64).sum(),
        };
        self.bar.set_position(position);
        ControlFlow::Continue(())
    }
}

fn minutes(text: &str) -> Result<f64, String> {
    let minutes = text.parse().ok().filter(|&minutes: &f64| minutes > 0.0 && minutes < 1e6);
    minutes.ok_or_else(|| "must be a positive number of minutes".to_owned())
}
