//! A whole training that needs no settings: several networks, the best of which is kept.

mod candidate;
mod encoding;
mod report;
mod settings;

pub use report::{Candidate, RecipeReport};
pub use settings::{Progress, Recipe, Stage};

use crate::data::{Dataset, Storage};
use crate::error::{Error, Result};
use crate::temperature::Temperature;
use crate::threads::both;
use crate::trainer::{StopReason, Stopwatch};
use crate::{float::Float, mlp::Mlp};
use candidate::{Columns, Run, Task, Trained, Until};
use std::{collections::BTreeMap, iter::zip};

/// The folds of a choice by folds.
const FOLDS: usize = 5;

impl Recipe<'_> {
    /// [Chooses](Self::choose) a network on these rows, and [trains it again](Self::refit) on all of
    /// them unless it has learned from each in some fold.
    ///
    /// # Errors
    ///
    /// As [`choose`](Self::choose).
    pub fn fit<F: Float, S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        let (net, mut report) = self.choose(data)?;
        let refits = self.refit && !report.has_folds();
        let again = if refits { self.refit(data, &mut report)? } else { None };
        Ok((again.unwrap_or(net), report))
    }

    /// Trains the candidates on four fifths of these rows, and returns the one that is best on the
    /// others, with a report of what was tried. The [temperature](Mlp::set_temperature) of a
    /// classifier is part of the network.
    ///
    /// If the rows are [few](Self::few_rows), each fifth takes its turn: five networks of each
    /// candidate. Returned is the [mean](Mlp::mean_of) of those of the best one.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting out of range,
    /// [`DataError::TooFewRows`](crate::error::DataError::TooFewRows), and those of
    /// [`Trainer::fit`](crate::Trainer::fit).
    pub fn choose<F: Float, S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        self.check()?;
        let choice = Choice::first(self, data.rows());
        if self.by_folds || choice.few {
            return self.compare(&folds(data, self.seed)?, &Columns::of(data)?, choice);
        }
        let (training, validation) = data.split(self.validation_fraction, self.seed)?;
        let columns = Columns::of(&training)?;
        self.compare(&[(training, validation)], &columns, choice)
    }

    /// As [`choose`](Self::choose), with validation rows of your own choice, such as the last ones
    /// of a series, and without folds.
    ///
    /// # Errors
    ///
    /// As [`choose`](Self::choose).
    pub fn choose_on<F: Float, S: Storage<F>>(
        &self,
        training: &Dataset<F, S>,
        validation: &Dataset<F, S>,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        self.check()?;
        let choice = Choice::first(self, training.rows() + validation.rows());
        let one = [(training.clone(), validation.clone())];
        self.compare(&one, &Columns::of(training)?, choice)
    }

    /// Trains the network that was chosen again, on these rows, up to its best epoch and with its
    /// temperature; after folds, in folds of these rows. `None` if the time was over before that.
    ///
    /// The rows may be more than those of the choice: all that there are, test rows too, once the
    /// chosen network has been judged by them.
    ///
    /// # Errors
    ///
    /// As [`choose`](Self::choose).
    pub fn refit<F: Float, S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
        report: &mut RecipeReport,
    ) -> Result<Option<Mlp<F>>> {
        self.check()?;
        if report.is_cut() {
            return Ok(None);
        }
        let (kept, Choice { start, few, .. }) = (report.kept(), report.choice);
        let columns = Columns::of(data)?;
        let (net, temperature, is_cut) = if report.has_folds() {
            let choice = Choice { again: Some(kept.stage()), ..report.choice };
            let (net, again) = self.compare(&folds(data, self.seed)?, &columns, choice)?;
            (net, again.temperature, again.cut)
        } else {
            let run = Run { recipe: self, start, few, folds: 1, candidates: 1 };
            let fresh = run.network(data, &columns, kept.stage())?;
            let until = Until::Epoch(kept.epoch());
            let Trained { mut net, report: again } =
                run.train(Stage::Refit, 0, fresh, data, until)?;
            report.temperature.iter().for_each(|&factor| net.multiply_outputs(factor));
            net.simplify();
            (net, report.temperature, again.stop_reason() == StopReason::Observer)
        };
        report.elapsed = start.elapsed();
        if is_cut {
            return Ok(None);
        }
        (report.refit_rows, report.temperature) = (Some(data.rows()), temperature);
        Ok(Some(net))
    }

    /// Trains candidates in each fold, a pair of training and validation rows. Returns the mean of
    /// the networks of the best one.
    fn compare<F: Float, S: Storage<F>>(
        &self,
        folds: &[(Dataset<F, S>, Dataset<F, S>)],
        columns: &Columns,
        choice: Choice,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        let Choice { start, few, again } = choice;
        let stages = again.map_or_else(|| self.stages(columns, folds.len()), |kept| vec![kept]);
        let jobs: Vec<(usize, Stage)> = (0..folds.len())
            .flat_map(|fold| stages.iter().map(move |&stage| (fold, stage)))
            .collect();
        let run = Run { recipe: self, start, few, folds: folds.len(), candidates: stages.len() };
        let workers = if self.threads == Some(1) { 1 } else { 2 };
        // Each worker takes the jobs in turn. Once it is stopped, it begins no other fold.
        let work = |worker| {
            let (mut done, mut cut) = (Vec::new(), false);
            for (job, &(fold, stage)) in jobs.iter().enumerate().skip(worker).step_by(workers) {
                if cut && fold > 0 {
                    break;
                }
                let (training, validation) = &folds[fold];
                let net = run.network(training, columns, stage)?;
                let stage = if again.is_some() { Stage::Refit } else { stage };
                let trained = run.train(stage, fold, net, training, Until::Best(validation))?;
                cut |= trained.is_cut();
                done.push((job, trained));
            }
            Ok::<_, Error>(done)
        };
        let second = || if workers == 2 { work(1) } else { Ok(Vec::new()) };
        let (first, second) = both(self.threads, || work(0), second);
        let mut done: BTreeMap<usize, Trained<F>> = first?.into_iter().chain(second?).collect();
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
        // NaN is never better.
        let better = |best: usize, other: usize| {
            if candidates[other].score() < candidates[best].score() { other } else { best }
        };
        let kept = (0..candidates.len()).fold(0, better);
        let (_, trained) = tried.swap_remove(kept);
        let mut networks: Vec<Mlp<F>> = trained.into_iter().map(|of| of.net).collect();
        let temperature = match folds.first().map(|(training, _)| Task::of(training)) {
            None | Some(Task::Numbers) => None,
            Some(_) => {
                let pairs = zip(&networks, folds).map(|(net, (_, validation))| (net, validation));
                Some(Temperature::measured(pairs)?.factor)
            }
        };
        networks.iter_mut().for_each(Mlp::simplify);
        let mut net = Mlp::mean_of(&networks)?;
        temperature.iter().for_each(|&factor| net.multiply_outputs(factor));
        let elapsed = start.elapsed();
        let refit_rows = None;
        let report =
            RecipeReport { candidates, kept, temperature, refit_rows, choice, elapsed, cut };
        Ok((net, report))
    }

    /// The candidates. Without numbers there is nothing to encode.
    fn stages(&self, columns: &Columns, folds: usize) -> Vec<Stage> {
        let linear = (folds > 1).then_some(Stage::Linear);
        let encoded = (self.encoded && columns.has_numbers()).then_some(Stage::Encoded);
        linear.into_iter().chain([Stage::Plain]).chain(encoded).collect()
    }
}

/// When a choice began, whether its rows are few, and which candidate it trains again, if it does.
#[derive(Clone, Copy, Debug)]
struct Choice {
    start: Stopwatch,
    few: bool,
    again: Option<Stage>,
}

impl Choice {
    fn first(recipe: &Recipe<'_>, rows: usize) -> Self {
        Self { start: Stopwatch::start(), few: rows < recipe.few_rows, again: None }
    }
}

/// Training and validation rows of each fold.
#[allow(clippy::type_complexity)]
fn folds<F: Float, S: Storage<F>>(
    data: &Dataset<F, S>,
    seed: u64,
) -> Result<Vec<(Dataset<F, S>, Dataset<F, S>)>> {
    data.folds(FOLDS.min(data.rows()), seed)
}
