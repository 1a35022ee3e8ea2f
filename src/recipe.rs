//! A whole training that needs no settings: it trains several networks and keeps the best.

mod candidate;
mod comparison;
mod encoding;
mod report;
mod settings;

pub use report::{Candidate, RecipeReport};
pub use settings::{Progress, Recipe, Stage};

use crate::data::{Dataset, Storage};
use crate::error::{DataError, Result, check::ensure};
use crate::{float::Float, mlp::Mlp};
use candidate::{Choice, Columns, Run, Trained};
use comparison::{Fold, mean};

/// The folds of a choice by folds.
const FOLDS: usize = 5;

impl Recipe<'_> {
    /// [Chooses](Self::choose) a network on these rows. Without folds, [trains it
    /// again](Self::refit) on all of them.
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
    /// [`Error::Setting`](crate::Error::Setting) for a setting out of range,
    /// [`DataError::TooFewRows`], and those of [`Trainer::fit`](crate::Trainer::fit).
    pub fn choose<F: Float, S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        self.check()?;
        let choice = Choice::first(self, data.rows());
        if choice.few {
            return self.compare(&self.folds(data)?, &Columns::of(data)?, choice);
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

    /// Trains the chosen network again, on these rows, up to its best epoch and with its
    /// temperature; after folds, in folds of these rows. `None` if the time was over before that.
    ///
    /// [`Recipe::best`] trains several networks from different seeds, and returns their mean.
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
        let (kept, choice) = (report.kept(), report.choice);
        let choice = Choice { again: Some(kept.stage()), ..choice };
        let columns = Columns::of(data)?;
        let (net, temperature) = if report.has_folds() {
            let (net, again) = self.compare(&self.folds(data)?, &columns, choice)?;
            let done = (!again.cut).then_some(net);
            (done, again.temperature)
        } else {
            let (folds, candidates) = (self.networks, 1);
            let train = |fold: usize| {
                let seed = self.seed.wrapping_add(fold as u64);
                let run = Run { recipe: self, choice, seed, fold, folds, candidates };
                let net = run.network(data, &columns, kept.stage())?;
                run.train(kept.stage(), net, data, None, kept.epoch())
            };
            let trained = self.each(self.networks, 0, train)?;
            let is_cut = trained.len() < self.networks || trained.values().any(Trained::is_cut);
            let networks = trained.into_values().map(|of| of.net).collect();
            let net = if is_cut { None } else { Some(mean(networks, report.temperature)?) };
            (net, report.temperature)
        };
        report.elapsed = choice.start.elapsed();
        if net.is_some() {
            (report.refit_rows, report.temperature) = (Some(data.rows()), temperature);
        }
        Ok(net)
    }

    fn folds<F: Float, S: Storage<F>>(&self, data: &Dataset<F, S>) -> Result<Vec<Fold<F, S>>> {
        let (rows, fraction) = (data.rows(), self.validation_fraction);
        ensure(rows > 1, || DataError::TooFewRows { rows, fraction })?;
        data.folds(FOLDS.min(rows), self.seed)
    }
}
