//! The summary of a training.

use super::pictures::Outcome;
use super::plan::{Plan, Subject};
use super::scores::Scores;
use super::tested::Tested;
use crate::{output_names, rounded};
use densely::{Mlp, Report, metrics::ConfusionMatrix};
use serde_json::{Map, Value, json};
use std::{cmp::Reverse, error::Error, fmt, time::Duration};

/// What a training did, and how good the network is.
pub struct Summary<'s> {
    pub plan: &'s Plan<'s>,
    pub net: &'s Mlp<f32>,
    pub report: &'s Report,
    pub test: &'s Tested,
    pub scores: &'s Scores,
    pub pictures: Option<String>,
    pub tried: Option<Tried>,
}

/// What the default training tried: lines of the summary by name, and the same as JSON.
pub struct Tried {
    pub lines: Vec<(&'static str, String)>,
    pub compared: String,
    pub json: Value,
    pub elapsed: Duration,
}

impl Plan<'_> {
    /// Draws the pictures, and returns the summary: text, or with `--json` one line of JSON.
    ///
    /// # Errors
    ///
    /// Pictures that cannot be written.
    pub(super) fn finish(
        &self,
        (net, report): (&Mlp<f32>, &Report),
        test: &Tested,
        scores: &Scores,
        temperature_factor: Option<f64>,
        tried: Option<Tried>,
    ) -> Result<String, Box<dyn Error>> {
        let (target, loss) = (&*self.subject.target, self.loss().in_words());
        let outcome = Outcome { target, loss, report, test, scores, temperature_factor };
        let pictures = self.files.pictures.as_ref();
        let pictures = pictures.map(|pictures| pictures.draw(&outcome)).transpose()?;
        let summary = Summary { plan: self, net, report, test, scores, pictures, tried };
        Ok(if self.options.json { summary.json() } else { summary.to_string() })
    }
}

impl Summary<'_> {
    fn saved(&self) -> Option<String> {
        self.plan.files.network.as_ref().map(|path| path.display().to_string())
    }

    fn seconds(&self) -> f64 {
        self.tried.as_ref().map_or(self.report.elapsed, |tried| tried.elapsed).as_secs_f64()
    }

    /// Returns one JSON object on one line.
    pub fn json(&self) -> String {
        let report = self.report;
        let scores = self.scores.values.iter();
        let test: Map<String, Value> =
            scores.clone().map(|score| (score.key.to_owned(), json!(score.value))).collect();
        let intervals: Map<String, Value> =
            scores.map(|score| (score.key.to_owned(), json!(score.interval))).collect();
        json!({
            "task": self.plan.task.name(),
            "rows": {
                "train": report.training_rows,
                "validation": report.validation_rows,
                "test": self.test.rows(),
            },
            "features": self.net.features(),
            "parameters": self.net.parameters(),
            "epochs": report.epochs.len(),
            "best_epoch": report.best_epoch,
            "stop_reason": report.stop_reason,
            "seconds": self.seconds(),
            "recipe": self.tried.as_ref().map(|tried| &tried.json),
            "folds": self.plan.folds,
            "test": test,
            "test_intervals": intervals,
            "interval": self.net.interval().map(|interval| json!({
                "level": interval.level(),
                "half_widths": interval.half_widths(),
                "scaled": self.net.of_errors().is_some(),
            })),
            "saved": self.saved(),
            "table": self.plan.table,
            "test_table": self.plan.test_table,
        })
        .to_string()
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let Subject { data, target, taken_for } = &self.plan.subject;
        writeln!(f, "{}", output_names::title(data, target, self.test.classes()))?;
        if let Some(taken_for) = taken_for {
            write!(f, "\ntask        {taken_for}")?;
        }
        let (train, validation) = (report.training_rows, report.validation_rows);
        writeln!(f)?;
        writeln!(
            f,
            "rows        {train} training, {validation} validation, {} test",
            self.test.rows()
        )?;
        writeln!(f, "features    {}", self.net.features())?;
        writeln!(f, "parameters  {}", self.net.parameters())?;
        if let Some(tried) = &self.tried {
            for (name, line) in &tried.lines {
                writeln!(f, "{name:12}{line}")?;
            }
        } else {
            let epochs = report.epochs.len();
            writeln!(f, "epochs      {epochs}, the best was {}", report.best_epoch)?;
            writeln!(f, "stopped     {}", report.stop_reason)?;
        }
        writeln!(f, "time        {:.2} s", self.seconds())?;
        write!(f, "test        {}", self.scores)?;
        if let Some(intervals) = self.scores.intervals() {
            write!(f, "\nintervals   {intervals}")?;
        }
        if let Some(interval) = self.net.interval() {
            let is_scaled = self.net.of_errors().is_some();
            write!(f, "\nprediction  {}", rounded::interval(interval, is_scaled))?;
        }
        if let Some(tried) = &self.tried {
            write!(f, "\ncompare     {}", tried.compared)?;
        }
        match &self.scores.confusion {
            Some(large) if large.classes().len() > MOST_CLASSES => {
                write!(f, "\nconfused    {}", most_confused(large))?;
            }
            Some(confusion) => write!(f, "\n\n{confusion}")?,
            None => {}
        }
        let files = [("saved", self.saved()), ("pictures", self.pictures.clone())];
        let files = files.into_iter().filter_map(|(name, file)| Some((name, file?)));
        for (index, (name, file)) in files.enumerate() {
            let apart = if index == 0 { "\n\n" } else { "\n" };
            write!(f, "{apart}{name:12}{file}")?;
        }
        Ok(())
    }
}

/// The most classes whose confusion matrix is shown, and the pairs that are named otherwise.
const MOST_CLASSES: usize = 20;
const PAIRS: usize = 5;

/// The pairs of classes that are confused most often.
fn most_confused(confusion: &ConfusionMatrix) -> String {
    let (classes, counts) = (confusion.classes(), confusion.counts());
    let wrong = counts.indexed_iter().filter(|((actual, predicted), _)| actual != predicted);
    let mut pairs: Vec<_> = wrong.filter(|(_, count)| **count > 0).collect();
    pairs.sort_by_key(|&(_, count)| Reverse(count));
    let total: usize = pairs.iter().map(|(_, count)| **count).sum();
    let named = pairs.iter().take(PAIRS).map(|&((actual, predicted), count)| {
        format!("{:?} taken for {:?} {count} times", classes[actual], classes[predicted])
    });
    let named = named.collect::<Vec<_>>().join(", ");
    match pairs.len() {
        0 => "none".to_owned(),
        1..=PAIRS => named,
        _ => format!("{named}; {total} rows in all"),
    }
}
