//! The training loop.

mod checkpoint;
mod description;
mod early_stopping;
mod epochs;
pub(crate) mod error;
mod fit;
mod lbfgs;
mod method;
mod monitor;
mod observer;
mod preflight;
mod report;
mod settings;
mod state;
mod step;
mod steps;
mod stopwatch;

pub use checkpoint::Checkpoint;
pub use early_stopping::EarlyStopping;
pub use monitor::Goal;
pub use observer::{Moment, Observer, Training};
pub use report::{Epoch, Report, StopReason};
pub use state::TrainingState;
pub(crate) use stopwatch::Stopwatch;

use crate::data::batches::WholeBatch;
use crate::data::{Dataset, Storage};
use crate::optimizer::{Lbfgs, Optimizer};
use crate::workers::{Alone, Workers};
use crate::{error::Result, float::Float, loss::Loss, schedule::Schedule};
use ndarray::ArrayView2;
use settings::{Settings, Validation};
use std::{ops::ControlFlow, sync::Arc};

/// Trains a network by epochs of shuffled mini-batches. Each batch takes one forward pass, one
/// backward pass and one step of the optimizer.
///
/// | setting | default |
/// |---|---|
/// | [`epochs`](Self::epochs) | 100 |
/// | [`batch_size`](Self::batch_size) | 32 |
/// | [`seed`](Self::seed) | 0 |
/// | [`schedule`](Self::schedule) | the optimizer's constant learning rate |
/// | [`regularization_schedule`](Self::regularization_schedule) | constant dropout and decay |
/// | [`average`](Self::average), [`drop_last`](Self::drop_last) | no |
/// | [`validation_fraction`], [`validation_data`] | none; with early stopping a fraction of 0.1 |
/// | [`early_stopping`](Self::early_stopping) | none |
/// | [`monitor`](Self::monitor) | the loss |
/// | [`clip_norm`](Self::clip_norm), [`clip_values`](Self::clip_values), [`l1`](Self::l1) | none |
/// | [`on`](Self::on), [`observer`](Self::observer) | none |
/// | [`checkpoint`](Self::checkpoint) | none |
/// | [`threads`](Self::threads) | as many as make training faster |
/// | [`workers`](Self::workers) | this process alone |
///
/// The call that trains checks the settings: [`Error::Setting`] names one that is out of range.
///
/// [`fit`](Self::fit) trains from the start. [`resume`](Self::resume) continues. Both have a form
/// for a stream of batches: [`fit_batches`](Self::fit_batches) and
/// [`resume_batches`](Self::resume_batches). [`step`](Self::step) takes one step on one batch.
///
/// [`validation_fraction`]: Self::validation_fraction
/// [`validation_data`]: Self::validation_data
/// [`Error::Setting`]: crate::error::Error::Setting
///
/// ```
/// use densely::{Dataset, EarlyStopping, Identity, MeanSquaredError, Mlp, Sgd, Tanh, Trainer};
/// use densely::trainer::Moment;
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
/// assert_eq!(losses.len(), 12 * report.epochs.len());   // 180 training rows, 20 for validation
/// # Ok::<(), densely::Error>(())
/// ```
///
/// Validation rows, and settings that change the gradient:
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Schedule, Sgd, Trainer};
/// use densely::schedule::Span;
/// use ndarray::{Array2, array};
///
/// // a = w x with w = 1. The loss a² at x = 1 has the gradient 2 w.
/// let net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::new(Array2::ones((16, 1)), Array2::zeros((16, 1)))?;
/// let others = Dataset::new(array![[2.0]], array![[0.0]])?;
/// let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(1).batch_size(16);
///
/// let report = trainer().validation_fraction(0.25).fit(&mut net.clone(), &data)?;
/// assert_eq!((report.training_rows, report.validation_rows), (12, 4));
/// let report = trainer().validation_data(&others).fit(&mut net.clone(), &data)?;
/// assert_eq!((report.validation_rows, report.best_loss()), (1, 1.0));      // (0.5 · 2)²
/// let report = trainer().without_validation().fit(&mut net.clone(), &data)?;
/// assert_eq!((report.validation_rows, report.best_loss()), (0, 1.0));      // before the step
///
/// let trained = |mut trainer: Trainer<'_, f64>| {
///     let mut net = net.clone();
///     trainer.fit(&mut net, &data).map(|_| net.layers()[0].weights()[[0, 0]])
/// };
/// let slow_start = Schedule::constant().warm_up(Span::Steps(2));
/// assert_eq!(trained(trainer())?, 0.5);                                      // 1 - 0.25 · 2
/// assert_eq!(trained(trainer().clip_norm(1.0))?, 0.75);                      // 1 - 0.25 · 1
/// assert_eq!(trained(trainer().clip_values(0.5))?, 0.875);                   // 1 - 0.25 · 0.5
/// assert_eq!(trained(trainer().l1(0.5))?, 0.375);                            // 1 - 0.25 · 2.5
/// assert_eq!(trained(trainer().schedule(slow_start))?, 0.75);                // half the rate
/// # Ok::<(), densely::Error>(())
/// ```
#[must_use = "a trainer does nothing until `fit` is called"]
pub struct Trainer<'a, F: Float> {
    settings: Settings<'a, F>,
    method: Box<dyn method::Method<F> + 'a>,
    observers: observer::Observers<'a, F>,
    workers: Box<dyn Workers<F> + 'a>,
    start: StartingPoint<F>,
    /// The buffers of [`step`](Self::step).
    whole_batch: WholeBatch<F>,
}

/// Where training starts.
enum StartingPoint<F: Float> {
    /// At the network's own parameters.
    Afresh,
    /// At a state that the user gave.
    At(Box<TrainingState<F>>),
    /// Where the last call ended.
    After(Box<step::Session<F>>),
    /// Nowhere: the last call ended in an error.
    Lost,
}

impl<'a, F: Float> Trainer<'a, F> {
    /// A trainer that minimises this loss by this optimizer, with the defaults above.
    pub fn new(loss: impl Loss<F> + 'a, optimizer: impl Optimizer<F> + 'a) -> Self {
        let optimizer = Arc::new(optimizer);
        let description = steps::description(Arc::clone(&optimizer));
        Self::by(Box::new(loss), description, Box::new(steps::Steps(optimizer)))
    }

    /// A trainer that minimises this loss by L-BFGS. An iteration uses all training rows and counts
    /// as an epoch. There are no batches, schedules or dropout. [`Lbfgs`] has an example.
    pub fn lbfgs(loss: impl Loss<F> + 'a, lbfgs: Lbfgs) -> Self {
        Self::by(Box::new(loss), lbfgs::description(lbfgs), Box::new(lbfgs))
    }

    fn by(
        loss: Box<dyn Loss<F> + 'a>,
        optimizer: description::Description<'a>,
        method: Box<dyn method::Method<F> + 'a>,
    ) -> Self {
        let settings = Settings {
            loss,
            optimizer,
            schedule: Schedule::constant(),
            regularization: Schedule::constant(),
            epochs: 100,
            batch_size: 32,
            drop_last: false,
            average: None,
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
            start: StartingPoint::Afresh,
            whole_batch: WholeBatch::default(),
        }
    }

    /// The largest number of epochs (passes through all training rows), at least 1. Epochs before
    /// [`resume`](Self::resume) count. Default: 100.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// Rows in a batch, at least 1. Default: 32. The last batch of an epoch has the remaining rows
    /// and its loss is their mean.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.settings.batch_size = rows;
        self
    }

    /// The seed of the validation split, of shuffling and of dropout. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// How the learning rate changes during training. Default: it stays the optimizer's own.
    pub fn schedule(mut self, schedule: Schedule<'a>) -> Self {
        self.settings.schedule = schedule;
        self
    }

    /// How dropout and weight decay change during training: at each step, both are multiplied by
    /// what this schedule gives for a rate of 1. Default: they stay as they are. With
    /// [`Schedule::reduce_on_plateau`], training is an error.
    ///
    /// ```
    /// # use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Schedule, Trainer};
    /// # use densely::{optimizer::AdamW, schedule::Span};
    /// # use ndarray::array;
    /// // The gradient is 0. The decay is 0.1 · 0.5 in the first step, and then half of that.
    /// let layer = Dense::<f64>::new(array![[1.0]], None, Identity)?;
    /// let mut net = Mlp::from_layers(vec![layer])?;
    /// let data = Dataset::new(array![[0.0]], array![[0.0]])?;
    /// let mut trainer = Trainer::new(MeanSquaredError, AdamW::new(0.1).weight_decay(0.5))
    ///     .epochs(2)
    ///     .regularization_schedule(Schedule::step(Span::Steps(1), 0.5));
    /// trainer.fit(&mut net, &data)?;
    /// assert_eq!(net.layers()[0].weights(), array![[(1.0 - 0.05) * (1.0 - 0.025)]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn regularization_schedule(mut self, schedule: Schedule<'a>) -> Self {
        self.settings.regularization = schedule;
        self
    }

    /// Leaves out the last batch of each epoch if it has fewer rows than the others. Default: it
    /// takes part.
    pub fn drop_last(mut self) -> Self {
        self.settings.drop_last = true;
        self
    }

    /// Keeps an average of the parameters, which is validated, kept and saved in their place: after
    /// step t, from 1, θ̄ ← m θ̄ + (1 - m) θ with m = min(decay, (1 + t) / (10 + t)). The
    /// decay is above 0 and below 1; 0.998 is a good one. Default: none.
    ///
    /// The average of the last few hundred steps is often better than the last parameters (Polyak,
    /// Juditsky 1992). [`step`](Self::step) leaves the network its own parameters, and so does a
    /// training that ends in an error.
    ///
    /// ```
    /// # use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// # use ndarray::array;
    /// // a = w x with w = 1 and the gradient 2 w: w is halved in each step, to 0.5 and 0.25.
    /// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
    /// let data = Dataset::new(array![[1.0]], array![[0.0]])?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(2).average(0.2);
    /// trainer.fit(&mut net, &data)?;
    /// let first = 1.0 + (1.0 - 2.0 / 11.0) * (0.5 - 1.0);
    /// assert_eq!(net.layers()[0].weights(), array![[first + (1.0 - 0.2) * (0.25 - first)]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn average(mut self, decay: f64) -> Self {
        self.settings.average = Some(decay);
        self
    }

    /// Sets this fraction of the rows aside and computes the loss on them after each epoch. The
    /// fraction is above 0 and below 1; for classifiers it holds in each class. Default: 0.1 with
    /// [early stopping](Self::early_stopping), else none.
    pub fn validation_fraction(mut self, fraction: f64) -> Self {
        self.settings.validation = Validation::Fraction(fraction);
        self
    }

    /// Computes the loss on these rows after each epoch, and trains on all of the others. The rows
    /// are shared, not copied.
    pub fn validation_data<S: Storage<F>>(mut self, rows: &Dataset<F, S>) -> Self {
        self.settings.validation = Validation::Rows(rows.examples());
        self
    }

    /// Sets no rows aside. Early stopping then watches the training loss.
    pub fn without_validation(mut self) -> Self {
        self.settings.validation = Validation::None;
        self
    }

    /// Stops when the validation loss no longer improves, and restores the best weights. Default:
    /// trains for all epochs and keeps the last weights.
    pub fn early_stopping(mut self, early_stopping: EarlyStopping) -> Self {
        self.settings.early_stopping = Some(early_stopping);
        self
    }

    /// Computes a metric of outputs and targets after each epoch, such as those in
    /// [`metrics`](crate::metrics), on the validation rows, or on the training rows if there are
    /// none. Early stopping, the best epoch and [`Schedule::reduce_on_plateau`] then compare
    /// epochs by the metric in place of the loss. NaN is worse than any number. A training that is
    /// [resumed](Self::resume) compares with the values of before: monitor the same metric.
    ///
    /// ```
    /// use densely::{CategoricalCrossEntropy, Dataset, EarlyStopping, Mlp, Sgd, Softmax, Trainer};
    /// use densely::{metrics, trainer::Goal};
    /// use ndarray::Array2;
    ///
    /// let data = Dataset::multiclass(Array2::<f32>::eye(20), (0..20).map(|row| row / 10))?;
    /// let mut net = Mlp::builder(20).dense(2, Softmax).build()?;
    /// let report = Trainer::new(CategoricalCrossEntropy, Sgd::new(1.0))
    ///     .without_validation()
    ///     .early_stopping(EarlyStopping::patience(10))
    ///     .monitor("accuracy", Goal::Largest, metrics::accuracy)
    ///     .fit(&mut net, &data)?;
    /// assert_eq!(report.monitored.as_deref(), Some("accuracy"));
    /// assert_eq!(report.best().and_then(|best| best.monitored), Some(1.0));
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn monitor(
        mut self,
        name: impl Into<String>,
        goal: Goal,
        metric: impl Fn(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64> + Send + Sync + 'a,
    ) -> Self {
        self.settings.monitor =
            Some(monitor::Monitor { name: name.into(), goal, metric: Box::new(metric) });
        self
    }

    /// Scales the gradient over all parameters down to this norm if it is longer
    /// ([`Backprop::clip_norm`]). The limit is positive and finite. Default: none.
    ///
    /// [`Backprop::clip_norm`]: crate::backprop::Backprop::clip_norm
    pub fn clip_norm(mut self, limit: f64) -> Self {
        self.settings.clip_norm = Some(limit);
        self
    }

    /// Limits each number of the gradient to -limit..=limit, before its norm is clipped
    /// ([`Backprop::clip_values`]). The limit is positive and finite. Default: none.
    ///
    /// [`Backprop::clip_values`]: crate::backprop::Backprop::clip_values
    pub fn clip_values(mut self, limit: f64) -> Self {
        self.settings.clip_values = Some(limit);
        self
    }

    /// Adds factor · Σ |w| over the weights (not the biases) to the minimised loss, before
    /// clipping ([`Backprop::add_l1`]). Reported losses leave it out. At least 0 and finite;
    /// default: 0.
    ///
    /// [`Backprop::add_l1`]: crate::backprop::Backprop::add_l1
    pub fn l1(mut self, factor: f64) -> Self {
        self.settings.l1 = factor;
        self
    }

    /// Writes the training state to a file, so that another process can resume training. There may
    /// be several checkpoints, such as one every ten epochs and one at the best epoch. Training
    /// checks at its start that it can write the file, and a failed write ends it with an error.
    /// [`Checkpoint`] has an example.
    pub fn checkpoint(mut self, checkpoint: Checkpoint) -> Self {
        self.settings.checkpoints.push(checkpoint);
        self
    }

    /// Calls the closure at each such moment. `ControlFlow::Break(())` ends training.
    pub fn on(
        self,
        moment: Moment,
        closure: impl FnMut(&Training<'_, F>) -> ControlFlow<()> + Send + 'a,
    ) -> Self {
        self.observer(observer::At(moment, closure))
    }

    /// Adds an observer. The trainer calls its observers at every moment, in the order in which
    /// they were added. [`Observer`] has an example.
    pub fn observer(mut self, observer: impl Observer<F> + Send + 'a) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// The largest number of threads, at least 1. Default: one for each processor that the process
    /// may use; one with several [`workers`](Self::workers). Small products use one thread.
    ///
    /// The trained network has the same bits for any number of threads. While several train, they
    /// wait for work without a pause, and one of them runs the loss, the optimizer and the
    /// observers. This needs the cargo feature `threads`, which is on by default; without it
    /// training uses one thread.
    ///
    /// ```
    /// # use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// # use ndarray::Array2;
    /// let data = Dataset::new(Array2::<f32>::eye(64), Array2::ones((64, 1)))?;
    /// let net = Mlp::builder(64).dense(512, Identity).dense(1, Identity).build()?;
    /// let (mut one, mut two) = (net.clone(), net);
    /// let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.001)).epochs(2);
    /// trainer().threads(1).fit(&mut one, &data)?;
    /// trainer().threads(2).fit(&mut two, &data)?;
    /// assert_eq!(one.to_bytes()?, two.to_bytes()?);
    /// # Ok::<(), densely::Error>(())
    /// ```
    #[cfg(feature = "threads")]
    pub fn threads(self, limit: usize) -> Self {
        self.most_threads(Some(limit))
    }

    pub(crate) fn most_threads(mut self, limit: Option<usize>) -> Self {
        self.settings.threads = limit;
        self
    }

    /// Trains together with other processes. Each takes its part of every batch, so
    /// [`batch_size`](Self::batch_size) counts the rows of all. Default: this process alone.
    /// [`Workers`] has an example.
    ///
    /// Give every worker the same network, data and settings. It selects its own rows. The steps
    /// are those of a single worker, up to rounding, and losses, the metric, clipping and early
    /// stopping are computed over the rows of all workers. Only the first worker writes
    /// checkpoints; any number of workers can resume from them. An observer that stops one worker
    /// stops all before the next step. The workers compare their inputs before training and their
    /// parameters after each epoch, bit by bit.
    ///
    /// The workers wait for each other. If one returns an error in the middle of training, end its
    /// process, so that the others get an error too.
    ///
    /// L-BFGS, [`fit_batches`](Self::fit_batches) and [`step`](Self::step) do not support workers.
    ///
    /// # Errors
    ///
    /// [`fit`](Self::fit) and [`resume`](Self::resume) return:
    ///
    /// - [`WorkersError::Communication`] if the others cannot be reached;
    /// - [`WorkersError::Differ`] if they have other data, settings, states or parameters;
    /// - [`WorkersError::GaveUp`] if another worker cannot start;
    /// - [`WorkersError::TooFewRows`] if a worker would get no rows;
    /// - [`WorkersError::Unsupported`] for a way of training that does not support workers.
    ///
    /// [`WorkersError::Communication`]: crate::error::WorkersError::Communication
    /// [`WorkersError::Differ`]: crate::error::WorkersError::Differ
    /// [`WorkersError::GaveUp`]: crate::error::WorkersError::GaveUp
    /// [`WorkersError::TooFewRows`]: crate::error::WorkersError::TooFewRows
    /// [`WorkersError::Unsupported`]: crate::error::WorkersError::Unsupported
    pub fn workers(mut self, workers: impl Workers<F> + 'a) -> Self {
        self.workers = Box::new(workers);
        self
    }

    /// The state from which [`resume`](Self::resume), [`resume_batches`](Self::resume_batches) or
    /// [`step`](Self::step) continues. [`fit`](Self::fit) and [`fit_batches`](Self::fit_batches)
    /// ignore it. [`TrainingState`] has an example.
    pub fn with_state(mut self, state: TrainingState<F>) -> Self {
        self.start = StartingPoint::At(Box::new(state));
        self
    }

    /// The state from which training would continue. `None` before training, and after an error.
    pub fn state(&self) -> Option<&TrainingState<F>> {
        self.start.state().ok().flatten()
    }
}

impl<F: Float> std::fmt::Debug for Trainer<'_, F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { settings, workers, .. } = self;
        let mut trainer = formatter.debug_struct("Trainer");
        trainer.field("settings", settings).field("workers", workers).finish_non_exhaustive()
    }
}
