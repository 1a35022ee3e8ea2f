//! The summary of a training.

use super::plan::{Plan, Subject};
use super::scores::Scores;
use super::task::Task;
use super::tested::Tested;
use crate::rounded;
use densely::{Mlp, Report, mlp::Interval};
use serde_json::{Map, Value, json};
use std::{fmt, time::Duration};

pub struct Summary {
    task: Task,
    subject: Subject,
    classes: Vec<String>,
    features: usize,
    parameters: usize,
    table: Option<Value>,
    test_table: Option<Value>,
    folds: Option<Value>,
    test_rows: usize,
    report: Report,
    scores: Scores,
    saved: Option<String>,
    pictures: Option<String>,
    tried: Option<Tried>,
    /// And whether a second network scales it.
    interval: Option<(Interval, bool)>,
}

/// What the default training tried: lines of the summary by name, and the same as JSON.
pub struct Tried {
    pub lines: Vec<(&'static str, String)>,
    pub compared: String,
    pub json: Value,
    pub elapsed: Duration,
}

impl Summary {
    pub fn new(
        plan: &Plan<'_>,
        net: &Mlp<f32>,
        report: Report,
        test: &Tested,
        scores: Scores,
        pictures: Option<String>,
    ) -> Self {
        Self {
            task: plan.task,
            subject: plan.subject.clone(),
            classes: test.classes().to_vec(),
            features: net.features(),
            parameters: net.parameters(),
            table: plan.table.clone(),
            test_table: plan.test_table.clone(),
            folds: plan.folds.clone(),
            test_rows: test.rows(),
            report,
            scores,
            saved: plan.files.network().map(|path| path.display().to_string()),
            pictures,
            tried: None,
            interval: net.interval().cloned().map(|of| (of, net.of_errors().is_some())),
        }
    }

    pub fn with(self, tried: Tried) -> Self {
        Self { tried: Some(tried), ..self }
    }

    fn seconds(&self) -> f64 {
        self.tried.as_ref().map_or(self.report.elapsed(), |tried| tried.elapsed).as_secs_f64()
    }

    /// Returns one JSON object on one line.
    pub fn json(&self) -> String {
        let report = &self.report;
        let scores = self.scores.values.iter();
        let test: Map<String, Value> =
            scores.clone().map(|score| (score.key.to_owned(), json!(score.value))).collect();
        let intervals: Map<String, Value> =
            scores.map(|score| (score.key.to_owned(), json!(score.interval))).collect();
        json!({
            "task": self.task.name(),
            "rows": {
                "train": report.training_rows(),
                "validation": report.validation_rows(),
                "test": self.test_rows,
            },
            "features": self.features,
            "parameters": self.parameters,
            "epochs": report.epochs().len(),
            "best_epoch": report.best_epoch(),
            "stop_reason": report.stop_reason(),
            "seconds": self.seconds(),
            "recipe": self.tried.as_ref().map(|tried| &tried.json),
            "folds": self.folds,
            "test": test,
            "test_intervals": intervals,
            "interval": self.interval.as_ref().map(|(interval, is_scaled)| {
                let (level, half_widths) = (interval.level(), interval.half_widths());
                json!({ "level": level, "half_widths": half_widths, "scaled": is_scaled })
            }),
            "saved": self.saved,
            "table": self.table,
            "test_table": self.test_table,
        })
        .to_string()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = &self.report;
        write!(f, "{}: {}", self.subject.data, self.subject.target)?;
        match &self.classes[..] {
            [] => writeln!(f)?,
            [first, second] => writeln!(f, " ({first} or {second})")?,
            classes => writeln!(f, " ({} classes)", classes.len())?,
        }
        if let Some(taken_for) = &self.subject.taken_for {
            write!(f, "\ntask        {taken_for}")?;
        }
        let (train, validation) = (report.training_rows(), report.validation_rows());
        writeln!(f)?;
        writeln!(
            f,
            "rows        {train} training, {validation} validation, {} test",
            self.test_rows
        )?;
        writeln!(f, "features    {}", self.features)?;
        writeln!(f, "parameters  {}", self.parameters)?;
        if let Some(tried) = &self.tried {
            for (name, line) in &tried.lines {
                writeln!(f, "{name:12}{line}")?;
            }
        } else {
            let epochs = report.epochs().len();
            writeln!(f, "epochs      {epochs}, the best was {}", report.best_epoch())?;
            writeln!(f, "stopped     {}", report.stop_reason())?;
        }
        writeln!(f, "time        {:.2} s", self.seconds())?;
        write!(f, "test        {}", self.scores)?;
        if let Some(intervals) = self.scores.intervals() {
            write!(f, "\nintervals   {intervals}")?;
        }
        if let Some((interval, is_scaled)) = &self.interval {
            write!(f, "\nprediction  {}", rounded::interval(interval, *is_scaled))?;
        }
        if let Some(tried) = &self.tried {
            write!(f, "\ncompare     {}", tried.compared)?;
        }
        if let Some(confusion) = &self.scores.confusion {
            write!(f, "\n\n{confusion}")?;
        }
        let files = [("saved", &self.saved), ("pictures", &self.pictures)];
        let files = files.into_iter().filter_map(|(name, file)| Some((name, file.as_ref()?)));
        for (index, (name, file)) in files.enumerate() {
            let apart = if index == 0 { "\n\n" } else { "\n" };
            write!(f, "{apart}{name:12}{file}")?;
        }
        Ok(())
    }
}
