//! A whole training that needs no settings: two networks, the better of which is kept.

mod candidate;
mod encoding;
mod report;

pub use report::{Candidate, RecipeReport};

use crate::data::{Dataset, Storage};
use crate::error::check::{AT_LEAST_1, BELOW_1, FRACTION, NOT_NEGATIVE, POSITIVE};
use crate::error::{Error, Result};
use crate::threads::both;
use crate::trainer::{StopReason, Stopwatch};
use crate::{float::Float, mlp::Mlp};
use candidate::{Run, Task, Trained, Until, has_numbers, network};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

/// The default training for tables: good networks without any choice of settings.
///
/// The task is told by the data: classes if the data set has [classes](Dataset::classes), else
/// numbers.
///
/// | element | what it is |
/// |---|---|
/// | inputs | [robust units](crate::units::Scaling::Robust) and a [trained factor](crate::mlp::MlpBuilder::input_factors) for each |
/// | layers | three of 256 units, [`Selu`] for classes and [`Mish`] for numbers |
/// | parametrisation | weights from N(0, 1/inputs), whose rate is divided by √inputs; biases from N(0, 1), at a tenth of the rate; the output layer 0 at first |
/// | optimizer | [`AdamW`] with β = (0.9, 0.95), base rate 0.04 for classes and 0.07 for numbers, decay 0.02 |
/// | schedules | [`cosine_log`] of 4 cycles; dropout 0.15 and decay [`flat_cosine`] |
/// | batches | 256 rows, a short last one left out; at most 256 epochs |
/// | average | of the [parameters](crate::trainer::Trainer::average), with 0.998 |
/// | validation | a fifth of the rows, by class: the loss, for classes at its best [temperature](Mlp::set_temperature) |
/// | stop | when epoch ≥ 41 + 3 · the best one, which is kept |
/// | candidates | *plain*, and *encoded*: with 16 piecewise-linear bins of each number beside it |
/// | refit | the better one again, on all rows, up to its best epoch |
///
/// Sources: RealMLP (Holzmüller, Grinsztajn, Steinwart 2024); the encoding of numbers (Gorishniy,
/// Rubachev, Babenko 2022). Both candidates train side by side, each on a thread. The network has
/// the same bits on any number of threads.
///
/// ```
/// use densely::{Recipe, Table};
///
/// let table = Table::read_csv("data/auto_mpg.csv")?;
/// let (train, test) = table.regression::<f32>("mpg")?.split(0.2, 7)?;
/// // For a first look. `Recipe::default()` takes ten times as long, and is better.
/// let (net, report) = Recipe::quick().epochs(32).seed(7).fit(&train)?;
/// println!("{report}");
/// let error = net.evaluate(&test, densely::metrics::root_mean_squared_error)?;
/// assert!(error < 4.0);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// [`Selu`]: crate::activation::Selu
/// [`Mish`]: crate::activation::Mish
/// [`AdamW`]: crate::optimizer::AdamW
/// [`cosine_log`]: crate::Schedule::cosine_log
/// [`flat_cosine`]: crate::Schedule::flat_cosine
#[must_use = "a recipe does nothing until `fit` is called"]
pub struct Recipe<'a> {
    width: usize,
    layers: usize,
    epochs: usize,
    batch_size: usize,
    learning_rate: Option<f64>,
    dropout: f64,
    weight_decay: f64,
    average: f64,
    validation_fraction: f64,
    bins: usize,
    encoded: bool,
    refit: bool,
    seed: u64,
    threads: Option<usize>,
    time_limit: Option<Duration>,
    checkpoint: Option<PathBuf>,
    observer: Box<dyn Fn(&Progress) -> ControlFlow<()> + Send + Sync + 'a>,
}

impl std::fmt::Debug for Recipe<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { width, layers, epochs, encoded, seed, .. } = self;
        let settings = (width, layers, epochs, encoded, seed);
        write!(formatter, "Recipe{settings:?}")
    }
}

/// A part of the recipe's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// The candidate that takes numbers as they are.
    Plain,
    /// The candidate with bins of numbers beside them.
    Encoded,
    /// The better candidate again, on all rows.
    Refit,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::Plain => "plain",
            Self::Encoded => "encoded",
            Self::Refit => "refit",
        })
    }
}

/// How far a recipe is, after each epoch of each of its trainings.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// What is being trained.
    pub stage: Stage,
    /// The epoch that ended, from 1.
    pub epoch: usize,
    /// The most epochs that this stage takes.
    pub epochs: usize,
    /// The epoch's loss on the validation rows; in the refit, on the training rows.
    pub score: f64,
}

impl Default for Recipe<'_> {
    /// The recipe as above.
    fn default() -> Self {
        Self {
            width: 256,
            layers: 3,
            epochs: 256,
            batch_size: 256,
            learning_rate: None,
            dropout: 0.15,
            weight_decay: 0.02,
            average: 0.998,
            validation_fraction: 0.2,
            bins: 16,
            encoded: true,
            refit: true,
            seed: 0,
            threads: None,
            time_limit: None,
            checkpoint: None,
            observer: Box::new(|_| ControlFlow::Continue(())),
        }
    }
}

impl<'a> Recipe<'a> {
    /// The plain candidate alone, 128 units wide, without a refit: a tenth of the time.
    pub fn quick() -> Self {
        Self { width: 128, encoded: false, refit: false, ..Self::default() }
    }

    /// Units in each hidden layer, at least 1. Default: 256.
    pub fn width(self, width: usize) -> Self {
        Self { width, ..self }
    }

    /// Hidden layers, at least 1. Default: 3.
    pub fn layers(self, layers: usize) -> Self {
        Self { layers, ..self }
    }

    /// The most epochs, over which the schedules stretch; at least 1. Default: 256.
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// Rows in a batch, at least 1. Default: 256.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { batch_size, ..self }
    }

    /// The base of the learning rate: positive and finite. Default: 0.04 for classes, 0.07 for
    /// numbers.
    pub fn learning_rate(self, rate: f64) -> Self {
        Self { learning_rate: Some(rate), ..self }
    }

    /// The dropout after each hidden layer, at least 0 and below 1. Default: 0.15.
    pub fn dropout(self, dropout: f64) -> Self {
        Self { dropout, ..self }
    }

    /// The weight decay, at least 0. Default: 0.02.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// What the average of the parameters keeps in a step: above 0 and below 1. Default: 0.998.
    pub fn average(self, average: f64) -> Self {
        Self { average, ..self }
    }

    /// The fraction of the rows that choose epoch and candidate. Default: 0.2.
    pub fn validation_fraction(self, validation_fraction: f64) -> Self {
        Self { validation_fraction, ..self }
    }

    /// The most bins of a number, at least 1. Default: 16.
    pub fn bins(self, bins: usize) -> Self {
        Self { bins, ..self }
    }

    /// Leaves out the candidate with bins of numbers.
    pub fn without_encoding(self) -> Self {
        Self { encoded: false, ..self }
    }

    /// Keeps the candidate as it is, trained without the validation rows.
    pub fn without_refit(self) -> Self {
        Self { refit: false, ..self }
    }

    /// The seed of the validation rows, of weights, shuffling and dropout. Default: 0.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The most threads, at least 1, which the candidates share. Default: one for each processor.
    #[cfg(feature = "threads")]
    pub fn threads(self, limit: usize) -> Self {
        Self { threads: Some(limit), ..self }
    }

    /// Ends training after this time, counted from the start of [`choose`](Self::choose), with the
    /// best network so far. The epochs that have begun end. Default: none.
    pub fn time_limit(self, limit: Duration) -> Self {
        Self { time_limit: Some(limit), ..self }
    }

    /// Writes the training states to files with this path and `.plain`, `.encoded` and `.refit`
    /// behind it. If they exist, training resumes from them, to the same bits.
    pub fn checkpoint(self, path: impl Into<PathBuf>) -> Self {
        Self { checkpoint: Some(path.into()), ..self }
    }

    /// Calls the closure after each epoch. The candidates call it from two threads.
    /// `ControlFlow::Break(())` ends that training with its best epoch.
    pub fn on_epoch(
        self,
        observer: impl Fn(&Progress) -> ControlFlow<()> + Send + Sync + 'a,
    ) -> Self {
        Self { observer: Box::new(observer), ..self }
    }

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
    /// [`Error::Setting`] for a setting out of range; [`DataError`](crate::error::DataError) for
    /// too few rows; otherwise those of [`Trainer::fit`](crate::Trainer::fit).
    pub fn choose<F: Float, S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
    ) -> Result<(Mlp<F>, RecipeReport)> {
        self.check()?;
        let start = Stopwatch::start();
        let (training, validation) = data.split(self.validation_fraction, self.seed)?;
        // Without numbers there is nothing to encode.
        let encodes = self.encoded && has_numbers(&training)?;
        let run = Run { recipe: self, start, shares: encodes };
        let try_one = |stage| {
            let net = network(self, &training, stage == Stage::Encoded)?;
            run.train(stage, net, &training, Until::Best(&validation))
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
        let temperature = match Task::of(data) {
            Task::Numbers => None,
            _ => Some(net.set_temperature(&validation)?),
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
        let fresh = network(self, data, kept.stage() == Stage::Encoded)?;
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

    fn check(&self) -> Result<()> {
        let settings = [
            ("width", self.width as f64, AT_LEAST_1),
            ("number of hidden layers", self.layers as f64, AT_LEAST_1),
            ("number of threads", self.threads.unwrap_or(1) as f64, AT_LEAST_1),
            ("number of bins", self.bins as f64, AT_LEAST_1),
            ("learning rate", self.learning_rate.unwrap_or(1.0), POSITIVE),
            ("dropout", self.dropout, BELOW_1),
            ("weight decay", self.weight_decay, NOT_NEGATIVE),
            ("validation fraction", self.validation_fraction, FRACTION),
        ];
        settings
            .into_iter()
            .try_for_each(|(name, value, range)| Error::check_range(name, value, range))
    }

    fn checkpoint_of(&self, stage: Stage) -> Option<PathBuf> {
        let path = self.checkpoint.as_ref()?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{stage}"));
        Some(path.with_file_name(name))
    }
}
