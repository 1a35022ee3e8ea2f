//! A whole training that needs no settings: it trains several networks and keeps the best.

mod candidate;
mod combination;
mod comparison;
mod encoding;
mod report;
mod settings;

pub use report::{Candidate, RecipeReport};
pub use settings::{Progress, Recipe, Stage};

use crate::data::{Dataset, Storage};
use crate::error::{DataError, Result, check::ensure};
use crate::{float::Float, mlp::Mlp};
use candidate::{Choice, Columns, Job};
use combination::{Combination, Fold};

/// The folds of one draw.
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

    /// Trains the candidates on these rows without a [part](Self::validation_fraction). Returns the
    /// one that is best on that part, or the [mean](Mlp::mean_of) of several if that is better, and
    /// a report of what was tried. The [temperature](Mlp::set_temperature) of a classifier is part
    /// of the network.
    ///
    /// If the rows are [few](Self::few_rows), each fifth takes its turn: five networks of each
    /// candidate, or ten with [`best`](Self::best). Returned is the mean of those that are kept.
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
        let data = &data.clone().with_weight()?;
        let choice = Choice::first(self, data.rows());
        if !choice.few {
            let (training, validation) = data.split(self.validation_fraction, self.seed)?;
            return self.choose_on(&training, &validation);
        }
        let (folds, columns) = (self.folds(data)?, Columns::of(data)?);
        self.compare(&folds, &columns, choice, &self.stages(&columns, choice))
    }

    /// As [`choose`](Self::choose), with validation rows of your own choice, such as the last ones
    /// of a series, and without folds. A linear network competes here, too, if the rows are few.
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
        let (training, validation) =
            (training.clone().with_weight()?, validation.clone().with_weight()?);
        let choice = Choice::first(self, training.rows() + validation.rows());
        let (columns, one) = (Columns::of(&training)?, [(training, validation)]);
        self.compare(&one, &columns, choice, &self.stages(&columns, choice))
    }

    /// Trains what was kept again, on these rows, each network up to its best epoch, and with the
    /// temperature that was found; after folds, in folds of these rows. `None` if the choice was
    /// stopped early, or if this training was stopped before a network was ready.
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
        if report.is_cut {
            return Ok(None);
        }
        let data = &data.clone().with_weight()?;
        let choice = Choice { made: true, ..report.choice };
        let columns = Columns::of(data)?;
        let kept: Vec<_> = report.kept().collect();
        let stages: Vec<Stage> = kept.iter().map(|candidate| candidate.stage).collect();
        let (net, temperature) = if report.has_folds() {
            let (net, again) = self.compare(&self.folds(data)?, &columns, choice, &stages)?;
            report.is_cut = again.is_cut;
            ((!again.is_cut).then_some(net), again.temperature_factor)
        } else {
            let (rounds, candidates) = (self.networks.div_ceil(kept.len()), kept.len());
            let train = |fold: usize| {
                let Candidate { stage, epoch, .. } = *kept[fold % candidates];
                let seed = self.seed.wrapping_add((fold / candidates) as u64);
                let folds = rounds * candidates;
                let run = Job { recipe: self, choice, seed, fold, folds, candidates: 1 };
                run.train(&columns, stage, data, None, epoch)
            };
            let (networks, _, is_cut) = self.rounds(rounds, candidates, 0, train)?;
            report.is_cut = is_cut;
            let has_networks = networks.iter().all(|networks| !networks.is_empty());
            let combination = Combination::new(&stages, networks);
            let all: Vec<usize> = (0..candidates).collect();
            let mean = || combination.mean(&all, report.temperature_factor);
            (has_networks.then(mean).transpose()?, report.temperature_factor)
        };
        report.elapsed = choice.start.elapsed();
        if let Some(net) = &net {
            (report.refit_rows, report.temperature_factor) = (Some(data.rows()), temperature);
            report.networks = net.members();
        }
        Ok(net)
    }

    /// Five folds. They are drawn anew until there are as many as networks.
    fn folds<F: Float, S: Storage<F>>(&self, data: &Dataset<F, S>) -> Result<Vec<Fold<F, S>>> {
        let (rows, fraction) = (data.rows(), self.validation_fraction);
        ensure(rows > 1, || DataError::TooFewRows { rows, fraction })?;
        let draws = (0..self.networks).step_by(FOLDS);
        let drawn = draws.map(|fold| data.folds(FOLDS.min(rows), self.seed_of(fold)));
        Ok(drawn.collect::<Result<Vec<_>>>()?.concat())
    }

    /// The seed of a fold's networks, which is that of its draw.
    fn seed_of(&self, fold: usize) -> u64 {
        self.seed.wrapping_add((fold / FOLDS) as u64)
    }
}
