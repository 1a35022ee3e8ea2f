//! The summary of a training.

use super::pictures::Outcome;
use super::plan::{Plan, Subject};
use super::scores::Scores;
use super::tested::Tested;
use crate::aligned::named;
use crate::{output_names, rounded};
use densely::{Mlp, Report, metrics::ConfusionMatrix};
use serde_json::{Value, json};
use std::{cmp::Reverse, error::Error, time::Duration};

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
        Ok(if self.options.json { summary.json() } else { summary.text() })
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
        let test: Value = scores.clone().map(|score| (score.key, json!(score.value))).collect();
        let intervals: Value = scores.map(|score| (score.key, json!(score.interval))).collect();
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

    /// Returns the title, a line for each result, the confusion matrix, and the files.
    pub fn text(&self) -> String {
        let report = self.report;
        let Subject { data, target, taken_for } = &self.plan.subject;
        let (train, validation) = (report.training_rows, report.validation_rows);
        let test = self.test.rows();
        let mut lines = vec![
            ("rows", format!("{train} training, {validation} validation, {test} test")),
            ("features", self.net.features().to_string()),
            ("parameters", self.net.parameters().to_string()),
        ];
        if let Some(taken_for) = taken_for {
            lines.insert(0, ("task", taken_for.clone()));
        }
        if self.plan.options.class_weight.is_some() {
            let told = "classes: probabilities are those of weighted rows, not of new ones";
            lines.push(("weighted", told.to_owned()));
        }
        match &self.tried {
            Some(tried) => lines.extend(tried.lines.clone()),
            None => lines.extend([
                ("epochs", format!("{}, the best was {}", report.epochs.len(), report.best_epoch)),
                ("stopped", report.stop_reason.to_string()),
            ]),
        }
        lines.push(("time", format!("{:.2} s", self.seconds())));
        lines.push(("test", self.scores.text()));
        lines.extend(self.scores.intervals().map(|intervals| ("intervals", intervals)));
        let is_scaled = self.net.of_errors().is_some();
        let interval = self.net.interval().map(|interval| rounded::interval(interval, is_scaled));
        lines.extend(interval.map(|interval| ("prediction", interval)));
        lines.extend(self.tried.as_ref().map(|tried| ("compare", tried.compared.clone())));
        let (large, small) = match &self.scores.confusion {
            Some(large) if large.classes().len() > MOST_CLASSES => (Some(large), None),
            small => (None, small.as_ref()),
        };
        lines.extend(large.map(|large| ("confused", most_confused(large))));
        let files = [("saved", self.saved()), ("pictures", self.pictures.clone())];
        let files = files.into_iter().filter_map(|(name, file)| Some((name, file?)));
        let title = output_names::title(data, target, self.test.classes());
        let (small, files) = (small.map(ConfusionMatrix::to_string), named(files));
        let parts = [Some(title), Some(named(lines)), small, Some(files)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
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
        format!("{:?} taken for {:?} ({count})", classes[actual], classes[predicted])
    });
    let named = named.collect::<Vec<_>>().join(", ");
    match pairs.len() {
        0 => "none".to_owned(),
        1..=PAIRS => named,
        _ => format!("{named}; {total} rows in all"),
    }
}
