//! The training loop.

mod checkpoint;
mod early_stopping;
mod epochs;
pub(crate) mod error;
mod fit;
mod fit_batches;
mod lbfgs;
mod monitor;
mod observer;
mod preflight;
mod report;
mod run;
mod settings;
mod state;
mod step;
mod steps;
mod validation;

pub use checkpoint::Checkpoint;
pub use early_stopping::EarlyStopping;
pub use monitor::Goal;
pub use observer::{Moment, Observer, Training};
pub use report::{Epoch, Report, StopReason};
pub use state::TrainingState;

use crate::data::batches::WholeBatch;
use crate::data::{Dataset, Storage};
use crate::error::Result;
use crate::float::Float;
use crate::loss::Loss;
use crate::optimizer::{Lbfgs, Optimizer};
use crate::schedule::Schedule;
use crate::workers::{Alone, Workers};
use monitor::Monitor;
use ndarray::ArrayView2;
use run::{Method, Observers};
use settings::{Settings, Validation};
use std::ops::ControlFlow;
use step::Session;
use steps::Steps;

/// Trains a network: epochs of shuffled mini-batches, each one forward pass, one backward pass and one step of the
/// optimizer.
///
/// | setting | default |
/// |---|---|
/// | [`epochs`](Self::epochs) | 100 |
/// | [`batch_size`](Self::batch_size) | 32 |
/// | [`seed`](Self::seed) | 0 |
/// | [`schedule`](Self::schedule) | the optimizer's learning rate throughout |
/// | [`validation_fraction`](Self::validation_fraction), [`validation_data`](Self::validation_data) | none; a fraction of 0.1 with early stopping |
/// | [`early_stopping`](Self::early_stopping) | none |
/// | [`monitor`](Self::monitor) | the loss |
/// | [`clip_norm`](Self::clip_norm), [`clip_values`](Self::clip_values), [`l1`](Self::l1) | none |
/// | [`on`](Self::on), [`observer`](Self::observer) | none |
/// | [`checkpoint`](Self::checkpoint) | none |
/// | [`threads`](Self::threads) | as many as pay |
/// | [`workers`](Self::workers) | this process alone |
///
/// A setting out of its range is an [`Error::Setting`](crate::error::Error::Setting) of the call that trains.
///
/// [`fit`](Self::fit) trains from the start, [`resume`](Self::resume) goes on where training ended; [`fit_batches`](Self::fit_batches) and
/// [`resume_batches`](Self::resume_batches) take batches from a stream, and [`step`](Self::step) takes one step on one batch.
///
/// ```
/// use densely::{Dataset, EarlyStopping, Identity, MeanSquaredError, Mlp, Sgd, Tanh, Trainer, trainer::Moment};
/// use ndarray::Array2;
/// use std::ops::ControlFlow;
///
/// let inputs = Array2::from_shape_fn((200, 1), |(row, _)| row as f64 / 100.0 - 1.0);
/// let data = Dataset::new(inputs.clone(), inputs.mapv(|x| (3.0 * x).sin()))?;
/// let mut net = Mlp::builder(1).dense(16, Tanh).dense(1, Identity).seed(1).build()?;
/// let mut losses = Vec::new();
/// let report = Trainer::new(MeanSquaredError, Sgd::new(0.05).momentum(0.9))
///     .epochs(200)
///     .batch_size(16)
///     .early_stopping(EarlyStopping::patience(50))
///     .on(Moment::BatchEnd, |training| {
///         losses.push(training.batch_loss());
///         ControlFlow::Continue(())
///     })
///     .fit(&mut net, &data)?;
/// assert!(report.best_loss() < 0.01);
/// assert_eq!(losses.len(), 12 * report.epochs().len());          // 180 rows, 20 being set aside
/// # Ok::<(), densely::Error>(())
/// ```
///
/// Rows to validate on, set aside or given, and what is done to gradients:
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Schedule, Sgd, Trainer, schedule::Span};
/// use ndarray::{Array2, array};
///
/// // a = w x with w = 1; of the loss a² at x = 1 the gradient is 2 w.
/// let net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let (data, others) = (Dataset::new(Array2::ones((16, 1)), Array2::zeros((16, 1)))?, Dataset::new(array![[2.0]], array![[0.0]])?);
/// let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(1).batch_size(16).seed(7);
///
/// let report = trainer().validation_fraction(0.25).fit(&mut net.clone(), &data)?;
/// assert_eq!((report.training_rows(), report.validation_rows()), (12, 4));
/// let report = trainer().validation_data(&others).fit(&mut net.clone(), &data)?;
/// assert_eq!((report.training_rows(), report.validation_rows(), report.best_loss()), (16, 1, 1.0));      // (0.5 · 2)²
/// let report = trainer().without_validation().fit(&mut net.clone(), &data)?;
/// assert_eq!((report.training_rows(), report.validation_rows(), report.best_loss()), (16, 0, 1.0));      // before the step
///
/// let trained = |mut trainer: Trainer<'_, f64>| {
///     let mut net = net.clone();
///     trainer.fit(&mut net, &data).map(|_| net.layers()[0].weights()[[0, 0]])
/// };
/// assert_eq!(trained(trainer())?, 0.5);                                                                  // 1 - 0.25 · 2
/// assert_eq!(trained(trainer().clip_norm(1.0))?, 0.75);                                                  // 1 - 0.25 · 1
/// assert_eq!(trained(trainer().clip_values(0.5))?, 0.875);
/// assert_eq!(trained(trainer().l1(0.5))?, 0.375);                                                        // 1 - 0.25 · (2 + 0.5)
/// assert_eq!(trained(trainer().schedule(Schedule::constant().warm_up(Span::Steps(2))))?, 0.75);          // half the rate
/// # Ok::<(), densely::Error>(())
/// ```
#[must_use = "a trainer does nothing until `fit` is called"]
pub struct Trainer<'a, F: Float> {
    settings: Settings<'a, F>,
    method: Box<dyn Method<F> + 'a>,
    observers: Observers<'a, F>,
    workers: Box<dyn Workers<F> + 'a>,
    start: Start<F>,
    /// The buffers of [`step`](Self::step).
    whole_batch: WholeBatch<F>,
}

/// Where training starts.
enum Start<F: Float> {
    /// With the network as it is.
    Afresh,
    /// At a state that the user gave.
    At(Box<TrainingState<F>>),
    /// Where the last call ended.
    After(Box<Session<F>>),
    /// Nowhere: the last call ended in an error.
    Lost,
}

impl<'a, F: Float> Trainer<'a, F> {
    /// A trainer that minimises this loss by this optimizer, with the defaults above.
    pub fn new(loss: impl Loss<F> + 'a, optimizer: impl Optimizer<F> + 'a) -> Self {
        Self::by(Box::new(loss), Box::new(Steps(Box::new(optimizer))))
    }

    /// A trainer that minimises this loss by L-BFGS: an iteration, which looks at all training rows, counts as an epoch, and there are no batches,
    /// schedules or dropout. [`Lbfgs`] has an example.
    pub fn lbfgs(loss: impl Loss<F> + 'a, lbfgs: Lbfgs) -> Self {
        Self::by(Box::new(loss), Box::new(lbfgs))
    }

    fn by(loss: Box<dyn Loss<F> + 'a>, method: Box<dyn Method<F> + 'a>) -> Self {
        let settings = Settings {
            loss,
            schedule: Schedule::constant(),
            epochs: 100,
            batch_size: 32,
            seed: 0,
            validation: Validation::Default,
            early_stopping: None,
            monitor: None,
            clip_norm: None,
            clip_values: None,
            l1: 0.0,
            checkpoints: Vec::new(),
            threads: None,
        };
        Self {
            settings,
            method,
            observers: Vec::new(),
            workers: Box::new(Alone),
            start: Start::Afresh,
            whole_batch: WholeBatch::default(),
        }
    }

    /// The most epochs, at least 1: passes through all training rows; those before [`resume`](Self::resume) count. Default: 100.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// Rows in a batch, at least 1. Default: 32. The last batch of an epoch has the rows that are left, and its own mean; fewer rows than
    /// this in all make one batch.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.settings.batch_size = rows;
        self
    }

    /// The seed of the validation split, of the shuffling and of dropout. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// How the learning rate changes from the one that the optimizer was given. Default: not at all.
    pub fn schedule(mut self, schedule: Schedule<'a>) -> Self {
        self.settings.schedule = schedule;
        self
    }

    /// Sets this fraction of the rows aside, above 0 and below 1, by class for classifiers, and computes the loss on them after each epoch. Default: none, and
    /// 0.1 with [early stopping](Self::early_stopping).
    pub fn validation_fraction(mut self, fraction: f64) -> Self {
        self.settings.validation = Validation::Fraction(fraction);
        self
    }

    /// Computes the loss on these rows after each epoch; all others are trained on. Where the training rows were standardised, so must these be.
    pub fn validation_data<S: Storage<F>>(mut self, rows: &Dataset<F, S>) -> Self {
        self.settings.validation = Validation::Rows(rows.examples());
        self
    }

    /// Sets no rows aside, with early stopping either: it then watches the training loss.
    pub fn without_validation(mut self) -> Self {
        self.settings.validation = Validation::None;
        self
    }

    /// Stops when the validation loss no longer improves, and restores the best weights. Default: trains for all epochs, and keeps the last weights.
    pub fn early_stopping(mut self, early_stopping: EarlyStopping) -> Self {
        self.settings.early_stopping = Some(early_stopping);
        self
    }

    /// A metric of outputs and targets, such as those in [`metrics`](crate::metrics), computed after each epoch on the validation rows, or else the training
    /// rows. It takes the place of the loss where epochs are compared: for early stopping, the best epoch and
    /// [`Schedule::reduce_on_plateau`]. NaN counts as worse than anything.
    ///
    /// ```
    /// use densely::{CategoricalCrossEntropy, Dataset, EarlyStopping, Mlp, Sgd, Softmax, Trainer, metrics, trainer::Goal};
    /// use ndarray::Array2;
    ///
    /// let data = Dataset::multiclass(Array2::<f32>::eye(20), (0..20).map(|row| row / 10))?;
    /// let mut net = Mlp::builder(20).dense(2, Softmax).build()?;
    /// let report = Trainer::new(CategoricalCrossEntropy, Sgd::new(1.0))
    ///     .without_validation()
    ///     .early_stopping(EarlyStopping::patience(10))
    ///     .monitor("accuracy", Goal::Largest, metrics::accuracy)
    ///     .fit(&mut net, &data)?;
    /// assert_eq!((report.monitored(), report.best_monitored()), (Some("accuracy"), Some(1.0)));
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn monitor(
        mut self,
        name: impl Into<String>,
        goal: Goal,
        metric: impl Fn(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64> + Send + Sync + 'a,
    ) -> Self {
        self.settings.monitor = Some(Monitor { name: name.into(), goal, metric: Box::new(metric) });
        self
    }

    /// Shortens a gradient that is longer than this, over all parameters, to this length, positive and finite: [`Backprop::clip_norm`](crate::backprop::Backprop::clip_norm).
    /// Default: does not.
    pub fn clip_norm(mut self, limit: f64) -> Self {
        self.settings.clip_norm = Some(limit);
        self
    }

    /// Holds each number of the gradient between -limit and limit, positive and finite, before it is shortened:
    /// [`Backprop::clip_values`](crate::backprop::Backprop::clip_values). Default: does not.
    pub fn clip_values(mut self, limit: f64) -> Self {
        self.settings.clip_values = Some(limit);
        self
    }

    /// Adds factor · Σ |w| over the weights, not the biases, to what is minimised, not to what is reported: [`Backprop::add_l1`](crate::backprop::Backprop::add_l1),
    /// before clipping. At least 0 and finite; default: 0.
    pub fn l1(mut self, factor: f64) -> Self {
        self.settings.l1 = factor;
        self
    }

    /// Writes the state of training to a file, from which training can go on in another process. There may be several: say every ten epochs to one file, and the best
    /// to another. A file that cannot be written ends training with an error; whether it can is checked before training. [`Checkpoint`] has an example.
    pub fn checkpoint(mut self, checkpoint: Checkpoint) -> Self {
        self.settings.checkpoints.push(checkpoint);
        self
    }

    /// Calls this at each such moment; `ControlFlow::Break(())` ends training.
    pub fn on(
        self,
        moment: Moment,
        closure: impl FnMut(&Training<'_, F>) -> ControlFlow<()> + Send + 'a,
    ) -> Self {
        self.observer(observer::At(moment, closure))
    }

    /// Adds an observer, which is called at every moment, after those that were added before. [`Observer`] has an example.
    pub fn observer(mut self, observer: impl Observer<F> + Send + 'a) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// The most threads to train on, at least 1. Default: one for each processor that the process may use, and one where there are several [`workers`](Self::workers). Only a network whose products are
    /// large is trained on more than one; its threads then wait for work without a pause, and the loss, the optimizer and the observers run on
    /// one of them in place of the caller's.
    ///
    /// The trained network has the same bits, whatever the number. With the cargo feature `threads`, which is on by default; without it there is one.
    ///
    /// ```
    /// # use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// # use ndarray::Array2;
    /// let data = Dataset::new(Array2::<f32>::eye(64), Array2::ones((64, 1)))?;
    /// let net = Mlp::builder(64).dense(512, Identity).dense(1, Identity).build()?;
    /// let (mut one, mut two) = (net.clone(), net);
    /// Trainer::new(MeanSquaredError, Sgd::new(0.001)).epochs(2).threads(1).fit(&mut one, &data)?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.001)).epochs(2).threads(2).fit(&mut two, &data)?;
    /// assert_eq!(one.to_bytes()?, two.to_bytes()?);
    /// # Ok::<(), densely::Error>(())
    /// ```
    #[cfg(feature = "threads")]
    pub fn threads(mut self, limit: usize) -> Self {
        self.settings.threads = Some(limit);
        self
    }

    /// Trains together with other processes, each on its part of every batch: [`batch_size`](Self::batch_size) is that of all together. [`Workers`] has an example. Default: alone.
    ///
    /// Every worker is given the same network, data and settings, and deals itself its own rows: so many workers take the steps that one would, but for rounding. What is computed over all
    /// rows is so over those of all workers: losses, validation, early stopping, the metric, clipping, weights. The first alone writes checkpoints, with which any number of workers can go on. What an
    /// observer of one ends, ends for all: before the next step. Before training, the workers compare what they were given, and after each epoch their parameters, bit by bit.
    ///
    /// Not for L-BFGS, [`fit_batches`](Self::fit_batches) and [`step`](Self::step). The workers wait for each other: where one returns an error in the middle of training, such as of a file, its process should
    /// end, so that the others are told.
    ///
    /// # Errors
    ///
    /// Of [`fit`](Self::fit) and [`resume`](Self::resume): [`WorkersError::Communication`](crate::error::WorkersError::Communication) if the others cannot be reached; [`WorkersError::Differ`](crate::error::WorkersError::Differ) if they were given other data, settings or states, or computed
    /// other bits; [`WorkersError::GaveUp`](crate::error::WorkersError::GaveUp) if another gave up before training began, [`WorkersError::TooFewRows`](crate::error::WorkersError::TooFewRows), [`WorkersError::Unsupported`](crate::error::WorkersError::Unsupported).
    pub fn workers(mut self, workers: impl Workers<F> + 'a) -> Self {
        self.workers = Box::new(workers);
        self
    }

    /// Where [`resume`](Self::resume), [`resume_batches`](Self::resume_batches) or [`step`](Self::step) is to go on; [`fit`](Self::fit) and
    /// [`fit_batches`](Self::fit_batches) start afresh all the same. [`TrainingState`] has an example.
    pub fn with_state(mut self, state: TrainingState<F>) -> Self {
        self.start = Start::At(Box::new(state));
        self
    }

    /// Where training ended, or is to go on; `None` if it has not begun, or ended in an error.
    pub fn state(&self) -> Option<&TrainingState<F>> {
        self.start.state(false).ok().flatten()
    }
}

impl<F: Float> std::fmt::Debug for Trainer<'_, F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let settings = &self.settings;
        formatter
            .debug_struct("Trainer")
            .field("loss", &settings.loss)
            .field("method", &self.method)
            .field("schedule", &settings.schedule)
            .field("epochs", &settings.epochs)
            .field("batch_size", &settings.batch_size)
            .field("seed", &settings.seed)
            .field("validation", &settings.validation)
            .field("early_stopping", &settings.early_stopping)
            .field("monitor", &settings.monitor)
            .field("clip_norm", &settings.clip_norm)
            .field("clip_values", &settings.clip_values)
            .field("l1", &settings.l1)
            .field("checkpoints", &settings.checkpoints)
            .field("threads", &settings.threads)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
