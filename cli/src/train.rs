//! Trains a network on a CSV file.

use crate::command_line;
use crate::input;
use crate::names::{self, Names};
use crate::places::is_same_file;
use crate::rounded;
use crate::table::{Blanks, Columns, FileForm, remedies};
use crate::table_file;
use crate::test_rows::{self, Split, TestRows};
use crate::training::{
    self, IntervalPlan, LossName, OptimizerName, Plan, Prepared, Subject, Task, Tested, recipe,
};
use clap::{ArgMatches, Args, parser::ValueSource};
use densely::{Dataset, data::CrossValidation};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  densely train cars.csv --target mpg
  densely train digits.csv --target digit --task multiclass --optimizer adam --dropout 0.2
  densely train claims.csv --target claims --loss poisson --hidden none --optimizer lbfgs
  densely train cars.csv --target mpg --checkpoint state --plot pictures --save mpg.safetensors";

/// Trains a network on a table, judges it on rows set aside, and saves it
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = EXAMPLES)]
pub struct Options {
    /// CSV file, or a Parquet file if the program was built with it; every column but the target is
    /// a feature: `densely look` shows what becomes of each
    data: PathBuf,
    /// Column to predict
    #[arg(long, value_name = "COLUMN")]
    target: String,
    /// What the target is [default: binary for two different texts or whole numbers, multiclass for
    /// texts and codes, else regression. Codes are numbers such as 01, and numbers that count from
    /// 0 or 1 to at most ten different ones, each in ten rows or more. With --loss poisson:
    /// regression]
    #[arg(long, value_enum)]
    task: Option<Task>,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    blanks: Blanks,
    #[command(flatten)]
    form: FileForm,
    #[command(flatten)]
    test_rows: test_rows::Choice,
    /// Before the training, judge networks on N folds of the training rows: each is left out
    /// in turn, and judges a network that has learned from the others. With --split-by, it has
    /// learned from earlier rows alone; with --group, groups stay together
    #[arg(long, value_name = "N", value_parser = folds, conflicts_with_all = ["checkpoint", "minutes"])]
    folds: Option<usize>,
    /// Give each predicted number an interval that, on average, holds the true number in at least
    /// this share of new rows, such as 0.9; `densely predict` prints its ends. Its width comes from
    /// the errors on the test rows, so the saved network never learns from them
    #[arg(long, value_name = "SHARE", value_parser = level)]
    interval: Option<f64>,
    /// Give each row an interval of its own width: a second network learns how large the errors
    /// are, from five folds of the training rows. This adds six times the time of --quick
    #[arg(long, requires = "interval", conflicts_with = "minutes")]
    scaled: bool,
    #[command(flatten)]
    recipe: recipe::Choice,
    #[command(flatten)]
    training: training::Options,
    /// The options on the command line.
    #[arg(skip)]
    given: Vec<String>,
}

/// The options that describe a training of one's own, in place of the default one.
const OWN: [&str; 16] = [
    "hidden",
    "activation",
    "dropout",
    "loss",
    "optimizer",
    "learning_rate",
    "momentum",
    "weight_decay",
    "schedule",
    "warm_up",
    "clip_norm",
    "class_weight",
    "epochs",
    "batch_size",
    "patience",
    "validation",
];

impl Options {
    /// Notes which options are on the command line.
    pub fn note(&mut self, matches: &ArgMatches) {
        let names = matches.ids().map(|name| name.as_str());
        let given =
            names.filter(|name| matches.value_source(name) == Some(ValueSource::CommandLine));
        self.given = given.map(str::to_owned).collect();
    }

    fn is_given(&self, name: &str) -> bool {
        self.given.iter().any(|given| given == name)
    }

    /// Refuses options that would say something of the target as if it were a feature.
    fn check_target(&self) -> Result<(), String> {
        let names = |of: &[Names]| names::all(of).any(|name| name == self.target);
        if names(&self.columns.without) {
            return Err("--without names the target".to_owned());
        }
        let told = [("--category", &self.columns.category), ("--number", &self.columns.number)];
        if let Some((option, _)) = told.into_iter().find(|(_, columns)| names(columns)) {
            return Err(format!("{option} is for features; --task says what the target is"));
        }
        self.test_rows.check_target(&self.target)?;
        Ok(())
    }

    /// Whether the training is the default one.
    fn is_default(&self) -> Result<bool, String> {
        let own = OWN.iter().find(|name| self.is_given(name)).map(|name| option(name));
        match (own, self.recipe.given()) {
            (Some(own), Some(name)) => {
                Err(format!("{name} is for the default training; {own} describes one of your own"))
            }
            (own, _) => Ok(own.is_none()),
        }
    }

    /// Refuses options that would do nothing.
    fn check_used(&self, is_default: bool) -> Result<(), String> {
        let training = &self.training;
        let is_lbfgs = training.optimizer == OptimizerName::Lbfgs;
        let is_linear = training.hidden.0.is_empty();
        let unused = [
            ("batch_size", is_lbfgs, "lbfgs looks at all rows at once"),
            ("warm_up", is_lbfgs, "lbfgs has no learning rate"),
            ("patience", training.validation == 0.0, "without validation, all epochs are trained"),
            ("activation", is_linear, "there is no hidden layer"),
            ("dropout", is_linear, "there is no hidden layer"),
            ("checkpoint_every", is_default, "the default training writes every 16 epochs"),
        ];
        let found =
            unused.into_iter().find(|(name, is_unused, _)| *is_unused && self.is_given(name));
        found.map_or(Ok(()), |(name, _, why)| Err(format!("{} does nothing: {why}", option(name))))
    }
}

/// The option as it is written.
fn option(name: &str) -> String {
    format!("--{}", name.replace('_', "-"))
}

/// Returns the summary.
pub fn run(options: &Options) -> Result<String, Box<dyn Error>> {
    let is_default = options.is_default()?;
    options.check_used(is_default)?;
    options.check_target()?;
    let file = input::find(&options.data);
    let format = options.blanks.format(options.columns.format(options.form.format()));
    let table = options.columns.tell(table_file::read(format.clone(), &file)?)?;
    let test_rows = options.test_rows.read(&table)?;
    let table = test_rows.leave_out(options.columns.leave_out(table)?)?;
    let table = options.blanks.tell(table).without_unusable();
    let counts = options.training.loss == Some(LossName::Poisson);
    let task = options.task.or(counts.then_some(Task::Regression));
    let task = task.map_or_else(|| Task::of_column(&table, &options.target), Ok)?;
    let (data, report) = table.dataset_and_report(task.target(&options.target))?;
    drop(table);
    check_leaves_alone(options, &test_rows)?;
    let mut plan = Plan::new(task, &options.training, Some(&file), subject(options, &file, task))?;
    plan.belongs_to.extend(belongs_to(options, &data, &test_rows));
    let training = if is_default { options.recipe.name() } else { "a training of your own" };
    plan.belongs_to.insert("training".to_owned(), training.to_owned());
    plan.table = Some(json!(report));
    let tell = |lines: &str| {
        if !options.training.json {
            command_line::tell(lines);
        }
    };
    tell(&remedies::in_report(&report.to_string()));
    tell(&test_rows.doubt().unwrap_or_default());
    let file = test_rows.file.as_ref().map(|file| file.display().to_string());
    let validation = if is_default { recipe::VALIDATION } else { options.training.validation };
    let rows = test_rows.split(data, &report, &options.training, validation, format);
    let rows = rows.map_err(|error| plan.in_context(error))?;
    tell(&rows.doubts());
    if let (Some(file), Some(report)) = (file, &rows.report) {
        plan.test_table = Some(json!(report));
        let lines = report.to_string();
        let lines: Vec<_> = lines.lines().map(|line| format!("{file}: {line}")).collect();
        tell(&lines.join("\n"));
    }
    if let Some(level) = options.interval {
        let interval = (level, options.scaled);
        let interval = IntervalPlan::new(task, &rows, interval, &options.training);
        plan.interval = Some(interval.map_err(|error| plan.in_context(error))?);
    }
    if let Some(count) = options.folds {
        let folds = rows.folds(count, &options.training, validation);
        let folds = folds.and_then(|folds| cross_validated(&plan, options, is_default, folds));
        plan.folds = Some(folds.map_err(|error| plan.in_context(error))?);
    }
    let summary = match is_default {
        true => recipe::run(&plan, &options.recipe, rows),
        false => train(&plan, rows),
    };
    summary.map_err(|error| plan.in_context(error))
}

/// Refuses to save the network over the test rows.
fn check_leaves_alone(options: &Options, test_rows: &TestRows) -> Result<(), String> {
    match (&options.training.save, &test_rows.file) {
        (Some(path), Some(file)) if is_same_file(path, file) => {
            Err(format!("{} has the test rows, it is not saved over", path.display()))
        }
        _ => Ok(()),
    }
}

fn subject(options: &Options, file: &Path, task: Task) -> Subject {
    let told = || {
        let target = &options.target;
        let why = match task {
            Task::Regression => "holds numbers",
            Task::BinaryClassification => "has two different values",
            Task::Multiclass => "holds texts or codes",
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
fn belongs_to(
    options: &Options,
    data: &Dataset<f32>,
    test_rows: &TestRows,
) -> BTreeMap<String, String> {
    let numbers = data.inputs().into_iter().chain(data.targets());
    let hash = training::hash(numbers.map(|number| number.to_bits().into()));
    BTreeMap::from([
        ("--target".to_owned(), options.target.clone()),
        ("--without".to_owned(), options.columns.left_out()),
        ("test rows".to_owned(), test_rows.identity()),
        ("table".to_owned(), format!("{hash:016x}")),
    ])
}

/// Trains and tests once for each fold. Tells the scores.
fn cross_validated(
    plan: &Plan<'_>,
    options: &Options,
    is_default: bool,
    folds: Vec<Split>,
) -> Result<Value, Box<dyn Error>> {
    let error = plan.task.error();
    let scores = folds.into_iter().map(|rows| {
        let test = match is_default {
            true => Tested::of(&recipe::learned(plan, &options.recipe, &rows)?, &rows.test)?,
            false => {
                let validation = rows.validation.as_ref();
                let mut prepared = Prepared::of(plan, rows.train, validation, rows.test)?;
                prepared.run()?;
                Tested::of(&prepared.net, &prepared.test)?
            }
        };
        Ok::<_, Box<dyn Error>>(error.on(&test)?)
    });
    let found = CrossValidation { scores: scores.collect::<Result<_, _>>()? };
    let (mean, standard_error) = (found.mean(), found.standard_error());
    if !options.training.json {
        let each: Vec<_> = found.scores.iter().copied().map(rounded::score).collect();
        let (count, each) = (each.len(), each.join(", "));
        let found = [mean, standard_error].map(rounded::score).join(" ± ");
        command_line::tell(&format!("{count} folds: {} {found}, of {each}", error.name));
    }
    Ok(json!({ error.key: found.scores, "mean": mean, "standard_error": standard_error }))
}

fn folds(text: &str) -> Result<usize, String> {
    command_line::number(text, "2 or more", |folds| folds >= 2)
}

fn level(text: &str) -> Result<f64, String> {
    command_line::number(text, "above 0 and below 1", |level| level > 0.0 && level < 1.0)
}

fn train(plan: &Plan<'_>, rows: Split) -> Result<String, Box<dyn Error>> {
    let mut prepared = Prepared::of(plan, rows.train, rows.validation.as_ref(), rows.test)?;
    let report = prepared.run()?;
    // Before any later step can fail.
    plan.save(&prepared.net)?;
    let test = Tested::of(&prepared.net, &prepared.test)?;
    plan.measure_interval(&mut prepared.net, prepared.test.inputs(), &test)?;
    prepared.finish(report, &test)
}
