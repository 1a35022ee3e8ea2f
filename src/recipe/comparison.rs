//! The comparison of candidates, in one fold or several.

use super::candidate::{Choice, Columns, Run, Task, Trained, Until};
use super::report::{Candidate, RecipeReport};
use super::settings::{Recipe, Stage};
use crate::data::{Dataset, Storage};
use crate::error::{Error, Result};
use crate::{float::Float, mlp::Mlp, temperature::Temperature, threads::both};
use std::{collections::BTreeMap, iter::zip};

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
        let jobs: Vec<(usize, Stage)> = (0..folds.len())
            .flat_map(|fold| stages.iter().map(move |&stage| (fold, stage)))
            .collect();
        let run = Run {
            recipe: self,
            choice,
            seed: self.seed,
            fold: 0,
            folds: folds.len(),
            candidates: stages.len(),
        };
        let train = |job: usize| {
            let (fold, stage) = jobs[job];
            let (training, validation) = &folds[fold];
            let run = Run { fold, ..run };
            let net = run.network(training, columns, stage)?;
            run.train(stage, net, training, Until::Best(validation))
        };
        let mut done = self.each(jobs.len(), stages.len(), train)?;
        let is_whole = |fold: &usize| {
            let mut of_fold =
                (0..stages.len()).map(|stage| done.get(&(fold * stages.len() + stage)));
            of_fold.all(|trained| trained.is_some_and(|trained| !trained.is_cut()))
        };
        let whole = (0..folds.len()).take_while(is_whole).count();
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

    /// Does jobs in two threads, each of which takes every second one. A thread of which a training
    /// is cut begins none after the first `needed` ones.
    pub(super) fn each<F: Float>(
        &self,
        jobs: usize,
        needed: usize,
        train: impl Fn(usize) -> Result<Trained<F>> + Sync,
    ) -> Result<BTreeMap<usize, Trained<F>>> {
        let threads = if self.threads == Some(1) { 1 } else { 2 };
        let work = |first| {
            let (mut done, mut is_cut) = (Vec::new(), false);
            for job in (first..jobs).step_by(threads) {
                if is_cut && job >= needed {
                    break;
                }
                let trained = train(job)?;
                is_cut |= trained.is_cut();
                done.push((job, trained));
            }
            Ok::<_, Error>(done)
        };
        let second = || if threads == 2 { work(1) } else { Ok(Vec::new()) };
        let (first, second) = both(self.threads, || work(0), second);
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
