//! The comparison of candidates, in one fold or several.

use super::candidate::{Choice, Columns, Job, Trained};
use super::combination::{Combination, Fold};
use super::report::{Candidate, RecipeReport};
use super::settings::{Recipe, Stage};
use crate::data::Storage;
use crate::error::{Error, Result};
use crate::{float::Float, mlp::Mlp, threads::both};
use std::collections::BTreeMap;
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
            let net = run.network(training, columns, stage)?;
            run.train(stage, net, training, Some(validation), self.epochs)
        };
        let jobs = folds.len() * stages.len();
        let mut done = self.each(jobs, stages.len(), train)?;
        let is_done = |job: &usize| done.get(job).is_some_and(|trained| !trained.is_cut());
        let whole = (0..jobs).take_while(is_done).count() / stages.len();
        let is_cut = whole < folds.len();
        // Of a fold that was not finished, nothing is kept, unless it is the first.
        let mut tried: Vec<_> = stages.iter().map(|_| Vec::new()).collect();
        for job in 0..whole.max(1) * stages.len() {
            tried[job % stages.len()].extend(done.remove(&job));
        }
        let of = |(&stage, trained): (&Stage, &Vec<Trained<F>>)| Candidate::of(stage, trained);
        let candidates: Vec<_> = stages.iter().zip(&tried).map(of).collect();
        let networks = tried.into_iter().map(|trained| trained.into_iter().map(|of| of.net));
        let networks = networks.map(Iterator::collect).collect();
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

    /// Does jobs on two threads; each takes the next one. Once a training is cut, only the first
    /// `needed` jobs still begin.
    pub(super) fn each<F: Float>(
        &self,
        jobs: usize,
        needed: usize,
        train: impl Fn(usize) -> Result<Trained<F>> + Sync,
    ) -> Result<BTreeMap<usize, Trained<F>>> {
        let (next, ends) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || {
            let mut done = Vec::new();
            loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                if job >= jobs || (job >= needed && ends.load(Ordering::Relaxed)) {
                    return Ok::<_, Error>(done);
                }
                let trained = train(job).inspect_err(|_| ends.store(true, Ordering::Relaxed))?;
                ends.fetch_or(trained.is_cut(), Ordering::Relaxed);
                done.push((job, trained));
            }
        };
        let (first, second) = both(self.threads, work, work);
        Ok(first?.into_iter().chain(second?).collect())
    }

    /// The candidates: a linear one only for few rows, an encoded one only if there are numbers to
    /// encode.
    pub(super) fn stages(&self, columns: &Columns, choice: Choice) -> Vec<Stage> {
        let linear = choice.few.then_some(Stage::Linear);
        let encoded = (self.encoded && columns.has_numbers()).then_some(Stage::Encoded);
        linear.into_iter().chain([Stage::Plain]).chain(encoded).collect()
    }
}
