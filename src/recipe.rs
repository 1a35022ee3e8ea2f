//! A whole training that needs no settings: two networks, the better of which is kept.

mod candidate;
mod encoding;
mod report;
mod settings;

pub use report::{Candidate, RecipeReport};
pub use settings::{Progress, Recipe, Stage};

use crate::data::{Dataset, Storage};
use crate::error::Result;
use crate::threads::both;
use crate::trainer::{StopReason, Stopwatch};
use crate::{float::Float, mlp::Mlp};
use candidate::{Columns, Run, Task, Trained, Until, network};

impl Recipe<'_> {
    /// [Chooses](Self::choose) a network on these rows and [trains it again](Self::refit) on all of
    /// them.
    ///
    /// # Errors
    ///
    /// As [`choose`](Self::choose).
    pub fn fit<F: Float, S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        let (net, mut report) = self.choose(data)?;
        let again = if self.refit { self.refit(data, &mut report)? } else { None };
        Ok((again.unwrap_or(net), report))
    }

    /// Trains the candidates on four fifths of these rows, and returns the one that is best on the
    /// others, with a report of what was tried. The [temperature](Mlp::set_temperature) of a
    /// classifier is part of the network.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`](crate::Error::Setting) for a setting out of range,
    /// [`DataError::TooFewRows`](crate::error::DataError::TooFewRows), and those of
    /// [`Trainer::fit`](crate::Trainer::fit).
    pub fn choose<F: Float, S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        self.check()?;
        let (training, validation) = data.split(self.validation_fraction, self.seed)?;
        self.choose_on(&training, &validation)
    }

    /// As [`choose`](Self::choose), with validation rows of your own choice, such as the last ones
    /// of a series.
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
        let start = Stopwatch::start();
        // Without numbers there is nothing to encode.
        let columns = Columns::of(training)?;
        let encodes = self.encoded && columns.has_numbers();
        let run = Run { recipe: self, start, shares: encodes };
        let try_one = |stage| {
            let net = network(self, training, &columns, stage == Stage::Encoded)?;
            run.train(stage, net, training, Until::Best(validation))
        };
        let (plain, encoded) = if encodes {
            let encoded = || try_one(Stage::Encoded);
            let (plain, encoded) = both(self.threads, || try_one(Stage::Plain), encoded);
            (plain?, Some(encoded?))
        } else {
            (try_one(Stage::Plain)?, None)
        };
        let mut candidates = vec![Candidate::of(Stage::Plain, &plain)];
        candidates.extend(encoded.iter().map(|of| Candidate::of(Stage::Encoded, of)));
        // NaN is never better.
        let kept = usize::from(encoded.as_ref().is_some_and(|of| of.score() < plain.score()));
        let mut net = encoded.filter(|_| kept == 1).unwrap_or(plain).net;
        let temperature = match Task::of(training) {
            Task::Numbers => None,
            _ => Some(net.set_temperature(validation)?),
        };
        net.simplify();
        let elapsed = start.elapsed();
        Ok((net, RecipeReport { candidates, kept, temperature, refit: None, start, elapsed }))
    }

    /// Trains the network that was chosen again, on these rows, up to its best epoch and with its
    /// temperature. `None` if the time was over before that.
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
        let kept = report.kept();
        if report.is_cut() {
            return Ok(None);
        }
        let columns = Columns::of(data)?;
        let fresh = network(self, data, &columns, kept.stage() == Stage::Encoded)?;
        let until = Until::Epoch(kept.report().best_epoch());
        let run = Run { recipe: self, start: report.start, shares: false };
        let Trained { mut net, report: again } = run.train(Stage::Refit, fresh, data, until)?;
        report.elapsed = report.start.elapsed();
        if again.stop_reason() == StopReason::Observer {
            return Ok(None);
        }
        report.refit = Some(again);
        report.temperature.iter().for_each(|&factor| net.multiply_outputs(factor));
        net.simplify();
        Ok(Some(net))
    }
}
