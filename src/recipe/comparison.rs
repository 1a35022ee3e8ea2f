//! The comparison of candidates, in one fold or several.

use super::candidate::{Choice, Columns, Run, Task, Trained};
use super::report::{Candidate, RecipeReport};
use super::settings::{Recipe, Stage};
use crate::data::{Dataset, Storage};
use crate::error::{Error, Result};
use crate::{float::Float, mlp::Mlp, temperature::Temperature, threads::both};
use std::collections::BTreeMap;
use std::iter::zip;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Training and validation rows.
pub(super) type Fold<F, S> = (Dataset<F, S>, Dataset<F, S>);

impl Recipe<'_> {
    /// Trains candidates in each fold. Returns the mean of the networks of the best one.
    pub(super) fn compare<F: Float, S: Storage<F>>(
        &self,
        folds: &[Fold<F, S>],
        columns: &Columns,
        choice: Choice,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        let stages =
            choice.again.map_or_else(|| self.stages(columns, folds.len()), |kept| vec![kept]);
        let run = Run {
            recipe: self,
            choice,
            seed: self.seed,
            fold: 0,
            folds: folds.len(),
            candidates: stages.len(),
        };
        let train = |job: usize| {
            let (fold, stage) = (job / stages.len(), stages[job % stages.len()]);
            let (training, validation) = &folds[fold];
            let run = Run { fold, ..run };
            let net = run.network(training, columns, stage)?;
            run.train(stage, net, training, Some(validation), self.epochs)
        };
        let jobs = folds.len() * stages.len();
        let mut done = self.each(jobs, stages.len(), train)?;
        let is_done = |job: &usize| done.get(job).is_some_and(|trained| !trained.is_cut());
        let whole = (0..jobs).take_while(is_done).count() / stages.len();
        let cut = whole < folds.len();
        // Of a fold that was not finished, nothing is kept, unless it is the first.
        let mut tried: Vec<_> = stages.iter().map(|&stage| (stage, Vec::new())).collect();
        for job in 0..whole.max(1) * stages.len() {
            tried[job % stages.len()].1.extend(done.remove(&job));
        }
        let of = |(stage, trained): &(Stage, Vec<Trained<F>>)| Candidate::of(*stage, trained);
        let candidates: Vec<_> = tried.iter().map(of).collect();
        // NaN is worse than any number.
        let scores = candidates.iter().map(Candidate::score);
        let scores = scores.map(|score| if score.is_nan() { f64::INFINITY } else { score });
        let best = scores.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let kept = best.map_or(0, |(place, _)| place);
        let (_, trained) = tried.swap_remove(kept);
        let networks: Vec<Mlp<F>> = trained.into_iter().map(|of| of.net).collect();
        let temperature = match folds.first().map(|(training, _)| Task::of(training)) {
            None | Some(Task::Numbers) => None,
            Some(_) => {
                let pairs = zip(&networks, folds).map(|(net, (_, validation))| (net, validation));
                Some(Temperature::measured(pairs)?.factor)
            }
        };
        let (elapsed, refit_rows) = (choice.start.elapsed(), None);
        let report =
            RecipeReport { candidates, kept, temperature, refit_rows, choice, elapsed, cut };
        Ok((mean(networks, temperature)?, report))
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

    /// The candidates. Without numbers there is nothing to encode.
    fn stages(&self, columns: &Columns, folds: usize) -> Vec<Stage> {
        let linear = (folds > 1).then_some(Stage::Linear);
        let encoded = (self.encoded && columns.has_numbers()).then_some(Stage::Encoded);
        linear.into_iter().chain([Stage::Plain]).chain(encoded).collect()
    }
}

/// The mean of trained networks, with this temperature.
pub(super) fn mean<F: Float>(
    mut networks: Vec<Mlp<F>>,
    temperature: Option<f64>,
) -> Result<Mlp<F>> {
    networks.iter_mut().for_each(Mlp::simplify);
    let mut net = Mlp::mean_of(&networks)?;
    temperature.iter().for_each(|&factor| net.multiply_outputs(factor));
    Ok(net)
}
