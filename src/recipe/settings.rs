//! The settings of a recipe.

use crate::error::check::{AT_LEAST_1, FRACTION};
use crate::error::{Error, Result};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

/// The default training for tables: good networks without any choice of settings.
///
/// The data tell the task: classes if the data set has [classes](crate::Dataset::classes), else
/// numbers. Two networks train side by side, each on a thread: *plain*, and *encoded* with
/// piecewise-linear bins of each number beside it. The one that is better on validation rows is
/// kept, or the [mean](crate::Mlp::mean_of) of both if its loss is at least 1 % lower still. What
/// is kept trains again on all rows, each network up to its best epoch.
///
/// With fewer than 2,000 rows, a fifth of them is too few for validation. Then these two and a
/// *linear* network are trained five times each, and each fifth of the rows validates once. The
/// result is the mean of the five networks of the best candidate. Where the validation rows are
/// [given](Recipe::choose_on), there are no folds, and the linear network competes all the same.
///
/// | element | value |
/// |---|---|
/// | units in | [`Scaling::Robust`], and a [trained factor][factors] for each input |
/// | layers | three of 256 units, of 128 for few rows; [`Selu`] for classes, [`Mish`] for numbers |
/// | weights | from N(0, 1/inputs), their rate divided by √inputs |
/// | biases | from N(0, 1), at a tenth of the rate |
/// | output layer | 0 at first |
/// | optimizer | [`AdamW`], β = (0.9, 0.95), decay 0.02 |
/// | learning rate | 0.04 for classes, 0.07 for numbers; [`cosine_log`] of 4 cycles |
/// | dropout | 0.15; it and the decay fall by [`flat_cosine`] |
/// | batches | 256 rows, 64 if rows are few, a short last one left out; at most 256 epochs |
/// | average | of the [parameters](crate::trainer::Trainer::average), with 0.998 |
/// | validation | a fifth of the rows, by class; for few rows each fifth in turn |
/// | compared by | the loss; for classes at its best [temperature](crate::Mlp::set_temperature) |
/// | stop | after epoch 41 + 3 · the best one |
/// | bins | 16 for each number, 48 for 5,000 rows or more; each centred at its mean |
/// | codes | more whole numbers than bins, 512 at most, often in 3 rows or more: also categories |
///
/// Rows of weight 0 are left out before anything else. There is no encoded network if the layer
/// that encodes would have more than 2²⁴ weights, as for 1,000 numbers with 16 bins each.
///
/// Sources: RealMLP (Holzmüller, Grinsztajn, Steinwart 2024); the encoding of numbers (Gorishniy,
/// Rubachev, Babenko 2022). [A page](crate::guide::ideas::defaults) says what each element is
/// worth. The network has the same bits on any number of threads.
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
/// [factors]: crate::Dense::with_input_factors
/// [`Scaling::Robust`]: crate::units::Scaling::Robust
/// [`Selu`]: crate::activation::Selu
/// [`Mish`]: crate::activation::Mish
/// [`AdamW`]: crate::optimizer::AdamW
/// [`cosine_log`]: crate::Schedule::cosine_log
/// [`flat_cosine`]: crate::Schedule::flat_cosine
#[must_use = "a recipe does nothing until `fit` is called"]
pub struct Recipe<'a> {
    pub(super) width: Option<usize>,
    pub(super) layers: usize,
    pub(super) epochs: usize,
    pub(super) batch_size: Option<usize>,
    pub(super) few_rows: usize,
    pub(super) networks: usize,
    pub(super) learning_rate: Option<f64>,
    pub(super) dropout: f64,
    pub(super) weight_decay: f64,
    pub(super) average: f64,
    pub(super) validation_fraction: f64,
    pub(super) bins: Option<usize>,
    pub(super) encoded: bool,
    pub(super) refit: bool,
    pub(super) seed: u64,
    pub(super) threads: Option<usize>,
    pub(super) time_limit: Option<Duration>,
    pub(super) checkpoint: Option<PathBuf>,
    #[allow(clippy::type_complexity)]
    pub(super) observer: Box<dyn Fn(&Progress) -> ControlFlow<()> + Send + Sync + 'a>,
}

impl std::fmt::Debug for Recipe<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { width, layers, epochs, encoded, networks, seed, .. } = self;
        let settings = (width, layers, epochs, encoded, networks, seed);
        write!(formatter, "Recipe{settings:?}")
    }
}

/// A part of the recipe's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// A network without hidden layers.
    Linear,
    /// The candidate that takes numbers as they are.
    Plain,
    /// The candidate with bins of numbers beside them.
    Encoded,
    /// The training of what was kept, again and on all rows.
    Refit,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::Linear => "linear",
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
    /// The fold, or the network of a refit, from 0.
    pub fold: usize,
    /// How many folds or networks there are.
    pub folds: usize,
    /// The candidates that are trained in each fold; in a refit 1.
    pub candidates: usize,
    /// The epoch that ended, from 1.
    pub epoch: usize,
    /// The most epochs that this stage takes.
    pub epochs: usize,
    /// The epoch's loss on the validation rows; in a refit without folds, on the training rows.
    pub score: f64,
}

impl Default for Recipe<'_> {
    /// The recipe as above.
    fn default() -> Self {
        Self {
            width: None,
            layers: 3,
            epochs: 256,
            batch_size: None,
            few_rows: 2000,
            networks: 1,
            learning_rate: None,
            dropout: 0.15,
            weight_decay: 0.02,
            average: 0.998,
            validation_fraction: 0.2,
            bins: None,
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
        Self { width: Some(128), encoded: false, refit: false, few_rows: 0, ..Self::default() }
    }

    /// Refits eight networks from different seeds, and returns their mean, in two to four times the
    /// time. For few rows, draws the folds twice, and returns the mean of ten networks. An error
    /// without a refit.
    pub fn best() -> Self {
        Self { networks: 8, ..Self::default() }
    }

    /// Units in each hidden layer, at least 1. Default: 256; 128 for few rows.
    pub fn width(self, width: usize) -> Self {
        Self { width: Some(width), ..self }
    }

    /// Hidden layers, at least 1. Default: 3.
    pub fn layers(self, layers: usize) -> Self {
        Self { layers, ..self }
    }

    /// The most epochs, over which the schedules stretch; at least 1. Default: 256.
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// Rows in a batch, at least 1. Default: 256; 64 for few rows.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { batch_size: Some(batch_size), ..self }
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

    /// The fraction of the rows that choose epoch and candidate, unless the rows are
    /// [few](Self::few_rows): then five folds choose. Default: 0.2.
    pub fn validation_fraction(self, validation_fraction: f64) -> Self {
        Self { validation_fraction, ..self }
    }

    /// The most bins of a number, at least 1. Default: 16; 48 for 5,000 rows or more. A column of
    /// codes has a bin between all neighbours.
    pub fn bins(self, bins: usize) -> Self {
        Self { bins: Some(bins), ..self }
    }

    /// Fewer rows than these are few. Five folds then choose in place of one part of the rows,
    /// networks are 128 units wide and learn from batches of 64. 0 means never. Default: 2,000.
    pub fn few_rows(self, rows: usize) -> Self {
        Self { few_rows: rows, ..self }
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

    /// The most threads, at least 1. Two networks that train at the same time have half of them
    /// each; without this setting, one each. A network that trains alone has all of them: by
    /// default one for each processor.
    #[cfg(feature = "threads")]
    pub fn threads(self, limit: usize) -> Self {
        Self { threads: Some(limit), ..self }
    }

    /// Ends training after this time, counted from the start of [`choose`](Self::choose), with the
    /// best network so far. The epochs that have begun end. Default: none.
    pub fn time_limit(self, limit: Duration) -> Self {
        Self { time_limit: Some(limit), ..self }
    }

    /// Writes the training states to files with this path and `.plain`, `.encoded`, `.linear` and
    /// `.refit` behind it; the second fold or network adds `.1`, and so on. If they exist, training
    /// resumes from them, to the same bits.
    pub fn checkpoint(self, path: impl Into<PathBuf>) -> Self {
        Self { checkpoint: Some(path.into()), ..self }
    }

    /// Calls the closure after each epoch. The candidates call it from two threads.
    /// `ControlFlow::Break(())` ends that training with its best epoch, and the folds after it.
    pub fn on_epoch(
        self,
        observer: impl Fn(&Progress) -> ControlFlow<()> + Send + Sync + 'a,
    ) -> Self {
        Self { observer: Box::new(observer), ..self }
    }

    /// Checks the ranges of the settings; the trainer checks the others.
    pub(super) fn check(&self) -> Result<()> {
        let settings = [
            ("width", self.width.unwrap_or(1) as f64, AT_LEAST_1),
            ("number of hidden layers", self.layers as f64, AT_LEAST_1),
            ("number of threads", self.threads.unwrap_or(1) as f64, AT_LEAST_1),
            ("number of bins", self.bins.unwrap_or(1) as f64, AT_LEAST_1),
            ("validation fraction", self.validation_fraction, FRACTION),
        ];
        let has_refit = |networks: f64| networks == 1.0 || self.refit;
        let (networks, needs) = (self.networks as f64, "1 without a refit");
        Error::check_range("number of networks", networks, (needs, has_refit))?;
        settings
            .into_iter()
            .try_for_each(|(name, value, range)| Error::check_range(name, value, range))
    }

    /// The file of a training's state.
    pub(super) fn checkpoint_of(&self, stage: Stage, fold: usize) -> Option<PathBuf> {
        let path = self.checkpoint.as_ref()?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{stage}"));
        if fold > 0 {
            name.push(format!(".{fold}"));
        }
        Some(path.with_file_name(name))
    }
}
