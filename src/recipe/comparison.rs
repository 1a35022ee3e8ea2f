//! The comparison of candidates, in one fold or several.

use super::candidate::{Choice, Columns, Job};
use super::combination::{Combination, Fold};
use super::report::{Candidate, RecipeReport};
use super::settings::{Recipe, Stage};
use crate::data::Storage;
use crate::error::{Error, Result};
use crate::trainer::{Report, StopReason};
use crate::{float::Float, mlp::Mlp, threads::both};
use std::collections::BTreeMap;
use std::iter::zip;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

impl Recipe<'_> {
    /// Trains these candidates in each fold. Returns the mean of the networks of what is kept.
    pub(super) fn compare<F: Float, S: Storage<F>>(
        &self,
        folds: &[Fold<F, S>],
        columns: &Columns,
        choice: Choice,
        stages: &[Stage],
    ) -> Result<(Mlp<F>, RecipeReport)> {
        let train = |job: usize| {
            let (fold, stage) = (job / stages.len(), stages[job % stages.len()]);
            let (training, validation) = &folds[fold];
            let (seed, folds, candidates) = (self.seed_of(fold), folds.len(), stages.len());
            let run = Job { recipe: self, choice, seed, fold, folds, candidates };
            run.train(columns, stage, training, Some(validation), self.epochs)
        };
        let (networks, reports, is_cut) = self.rounds(folds.len(), stages.len(), 1, train)?;
        let candidates: Vec<_> =
            zip(stages, reports).map(|(&stage, reports)| Candidate::of(stage, reports)).collect();
        let combination = Combination::new(stages, networks);
        let scores = candidates.iter().map(|candidate| candidate.score);
        let (kept, temperature_factor) = combination.best(scores, folds)?;
        let net = combination.mean(&kept, temperature_factor)?;
        let (elapsed, refit_rows, networks) = (choice.start.elapsed(), None, net.members());
        let report = RecipeReport {
            candidates,
            kept,
            networks,
            temperature_factor,
            refit_rows,
            choice,
            elapsed,
            is_cut,
        };
        Ok((net, report))
    }

    /// Trains a network of each candidate in each round. Two train at the same time. After a cut or
    /// an error no job begins, except those of the first `needed` rounds. An unfinished round is
    /// dropped, unless it is one of these. Returns the networks and reports of each candidate, and
    /// whether rounds are missing.
    #[allow(clippy::type_complexity)]
    pub(super) fn rounds<F: Float>(
        &self,
        rounds: usize,
        candidates: usize,
        needed: usize,
        train: impl Fn(usize) -> Result<(Mlp<F>, Report)> + Sync,
    ) -> Result<(Vec<Vec<Mlp<F>>>, Vec<Vec<Report>>, bool)> {
        let jobs = rounds * candidates;
        let (next, ends) = (AtomicUsize::new(0), AtomicBool::new(false));
        // Whether an observer or the time limit ended the training.
        let is_cut = |report: &Report| report.stop_reason == StopReason::Observer;
        let work = || {
            let mut done = Vec::new();
            loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                if job >= jobs || (job >= needed * candidates && ends.load(Ordering::Relaxed)) {
                    return Ok::<_, Error>(done);
                }
                let trained = train(job).inspect_err(|_| ends.store(true, Ordering::Relaxed))?;
                ends.fetch_or(is_cut(&trained.1), Ordering::Relaxed);
                done.push((job, trained));
            }
        };
        let (first, second) = both(self.threads, work, work);
        let mut done: BTreeMap<_, _> = first?.into_iter().chain(second?).collect();
        let is_whole = |job: &usize| done.get(job).is_some_and(|(_, report)| !is_cut(report));
        let whole = (0..jobs).take_while(is_whole).count() / candidates;
        let kept = whole.max(needed) * candidates;
        let of_candidate = |candidate: usize| {
            let jobs = (candidate..kept).step_by(candidates);
            jobs.filter_map(|job| done.remove(&job)).unzip()
        };
        let (networks, reports) = (0..candidates).map(of_candidate).unzip();
        Ok((networks, reports, whole < rounds))
    }

    /// The candidates: a linear one only for few rows, an encoded one only if there are numbers to
    /// encode, and not too many.
    pub(super) fn stages(&self, columns: &Columns, choice: Choice) -> Vec<Stage> {
        let linear = choice.few.then_some(Stage::Linear);
        let encoded =
            (self.encoded && columns.can_be_encoded(choice.bins)).then_some(Stage::Encoded);
        linear.into_iter().chain([Stage::Plain]).chain(encoded).collect()
    }
}
