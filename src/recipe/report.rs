//! What a recipe tried, and what it kept.

use super::candidate::Choice;
use super::settings::Stage;
use crate::trainer::Report;
use std::{fmt, time::Duration};

/// What a [recipe](super::Recipe) tried, what it kept, and how long it took. `Display` says it in
/// sentences.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecipeReport {
    pub(super) candidates: Vec<Candidate>,
    /// The places of the kept ones among the candidates.
    pub(super) kept: Vec<usize>,
    /// How many networks the result is the mean of.
    pub(super) networks: usize,
    /// The [factor](crate::Mlp::set_temperature) of a classifier's weighted sums.
    pub temperature_factor: Option<f64>,
    /// The number of rows on which what was kept was trained again. `None` without a refit, or if
    /// the time was over before a network was ready.
    pub refit_rows: Option<usize>,
    pub(super) choice: Choice,
    /// The time that all of it took.
    pub elapsed: Duration,
    /// Whether a training was stopped before its end, by the time limit or by an observer.
    pub is_cut: bool,
}

/// A network that took part in the choice.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Candidate {
    /// Which one it is; not [`Stage::Refit`].
    pub stage: Stage,
    /// The loss of its best epoch on the validation rows, for classes at its best temperature; the
    /// mean over the folds.
    pub score: f64,
    /// The best epoch: that of the score.
    pub epoch: usize,
    /// Its epochs, in each fold. Without folds there is one report.
    pub reports: Vec<Report>,
}

impl Candidate {
    /// The epoch is the one with the lowest mean over the folds, the last of equals.
    pub(super) fn of(stage: Stage, reports: Vec<Report>) -> Self {
        let epochs = reports.iter().map(|report| report.epochs.len()).min().unwrap_or(0);
        let (mut score, mut best) = (f64::NAN, epochs);
        for epoch in 0..epochs {
            let of = |report: &Report| {
                let epoch = &report.epochs[epoch];
                epoch.monitored.unwrap_or(epoch.loss())
            };
            let mean = reports.iter().map(of).sum::<f64>() / reports.len() as f64;
            if mean <= score || score.is_nan() {
                (score, best) = (mean, epoch + 1);
            }
        }
        Self { stage, score, epoch: best, reports }
    }
}

impl RecipeReport {
    /// The candidates.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The candidate with the lowest score, or those that were kept together, since the mean of
    /// their networks is better.
    pub fn kept(&self) -> impl Iterator<Item = &Candidate> {
        self.kept.iter().map(|&candidate| &self.candidates[candidate])
    }

    /// Whether several folds chose, so that the network is the mean of those of the folds.
    pub fn has_folds(&self) -> bool {
        self.candidates.iter().any(|candidate| candidate.reports.len() > 1)
    }
}

impl fmt::Display for RecipeReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Candidate { stage, score, epoch, reports } in &self.candidates {
            let loss =
                reports.first().and_then(|report| report.monitored.as_deref()).unwrap_or("loss");
            writeln!(formatter, "{stage}: validation {loss} {score:.6} in epoch {epoch}")?;
        }
        let of_each = |number: fn(&Candidate) -> String| {
            self.kept().map(number).collect::<Vec<_>>().join(" and ")
        };
        write!(formatter, "kept {}", of_each(|candidate| candidate.stage.to_string()))?;
        if self.networks > 1 {
            write!(formatter, ", the mean of {} networks", self.networks)?;
        }
        if let Some(rows) = self.refit_rows {
            write!(formatter, ", trained again on {rows} rows")?;
            if !self.has_folds() {
                let epochs = if self.kept.len() == 1 { "epoch" } else { "epochs" };
                write!(formatter, " up to {epochs} {}", of_each(|of| of.epoch.to_string()))?;
            }
        }
        let cut = if self.is_cut { "; stopped early" } else { "" };
        write!(formatter, "; {:.1} s{cut}", self.elapsed.as_secs_f64())
    }
}
