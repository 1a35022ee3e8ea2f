//! What a recipe tried, and what it kept.

use super::candidate::Trained;
use super::settings::Stage;
use crate::float::Float;
use crate::trainer::{Report, StopReason, Stopwatch};
use std::{fmt, time::Duration};

/// What a [recipe](super::Recipe) tried, what it kept, and how long it took. `Display` says it in
/// sentences.
#[derive(Clone, Debug)]
pub struct RecipeReport {
    pub(super) candidates: Vec<Candidate>,
    pub(super) kept: usize,
    pub(super) temperature: Option<f64>,
    pub(super) refit: Option<Report>,
    pub(super) start: Stopwatch,
    pub(super) elapsed: Duration,
}

/// A network that took part in the choice.
#[derive(Clone, Debug)]
pub struct Candidate {
    stage: Stage,
    score: f64,
    report: Report,
}

impl Candidate {
    pub(super) fn of<F: Float>(stage: Stage, trained: &Trained<F>) -> Self {
        Self { stage, score: trained.score(), report: trained.report.clone() }
    }

    /// Which one it is: [`Stage::Plain`] or [`Stage::Encoded`].
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The loss of its best epoch on the validation rows, for classes at its best temperature.
    pub fn score(&self) -> f64 {
        self.score
    }

    /// Its epochs.
    pub fn report(&self) -> &Report {
        &self.report
    }
}

impl RecipeReport {
    /// The candidates, plain first.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The candidate that was kept: the one with the lowest score.
    pub fn kept(&self) -> &Candidate {
        &self.candidates[self.kept]
    }

    /// The [factor](crate::Mlp::set_temperature) of a classifier's weighted sums.
    pub fn temperature_factor(&self) -> Option<f64> {
        self.temperature
    }

    /// The training of the kept candidate on all rows. `None` without a refit, or if the time was
    /// over before its end.
    pub fn refit(&self) -> Option<&Report> {
        self.refit.as_ref()
    }

    /// Whether a candidate was stopped before its end, by the time limit or by an observer.
    pub fn is_cut(&self) -> bool {
        let mut reasons = self.candidates.iter().map(|of| of.report.stop_reason());
        reasons.any(|reason| reason == StopReason::Observer)
    }

    /// The time that all of it took.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl fmt::Display for RecipeReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Candidate { stage, score, report } in &self.candidates {
            let (best, epochs) = (report.best_epoch(), report.epochs().len());
            let loss = report.monitored().unwrap_or("loss");
            writeln!(
                formatter,
                "{stage}: validation {loss} {score:.6} in epoch {best}, the best of {epochs}"
            )?;
        }
        let Candidate { stage, report, .. } = self.kept();
        match &self.refit {
            Some(refit) => write!(
                formatter,
                "kept {stage}, trained again on all {} rows up to epoch {}",
                refit.training_rows(),
                report.best_epoch()
            )?,
            None => write!(formatter, "kept {stage}, trained on {} rows", report.training_rows())?,
        }
        let cut = if self.is_cut() { "; stopped early" } else { "" };
        write!(formatter, "; {:.1} s{cut}", self.elapsed.as_secs_f64())
    }
}
