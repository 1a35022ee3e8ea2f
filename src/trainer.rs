//! The training loop.

mod all_rows;
mod batches;
mod checkpoint;
mod early_stopping;
mod fit;
mod fit_batches;
mod monitor;
mod observer;
mod report;
mod run;
mod session;
mod settings;
mod state;

pub use checkpoint::Checkpoint;
pub use early_stopping::EarlyStopping;
pub use monitor::Goal;
pub use observer::{Moment, Observer, Training};
pub use report::{Epoch, Report, StopReason};
pub use state::TrainingState;

use crate::{Dataset, Float, Lbfgs, Loss, Optimizer, Result, Schedule};
use monitor::Monitor;
use ndarray::ArrayView2;
use session::Session;
use settings::{Method, Settings, Validation};
use std::ops::ControlFlow;

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
///
/// [`fit`](Self::fit) trains from the start, [`resume`](Self::resume) goes on where training ended; [`fit_batches`](Self::fit_batches) and
/// [`resume_batches`](Self::resume_batches) take batches from a stream, and [`step`](Self::step) takes one step on one batch.
///
/// ```
/// use densely::{Dataset, EarlyStopping, Identity, MeanSquaredError, Mlp, Moment, Sgd, Tanh, Trainer};
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
#[must_use = "a trainer does nothing until `fit` is called"]
pub struct Trainer<'a, F: Float> {
    settings: Settings<'a, F>,
    observers: Vec<Box<dyn Observer<F> + Send + 'a>>,
    progress: Progress<F>,
}

/// Where training is to go on.
enum Progress<F: Float> {
    /// At the start.
    None,
    Given(Box<TrainingState<F>>),
    Made(Box<Session<F>>),
    /// Training ended in an error: it cannot go on.
    Lost,
}

impl<'a, F: Float> Trainer<'a, F> {
    /// A trainer that minimises this loss by this optimizer.
    pub fn new(loss: impl Loss<F> + 'a, optimizer: impl Optimizer<F> + 'a) -> Self {
        Self::by(Box::new(loss), Method::Steps(Box::new(optimizer)))
    }

    /// A trainer that minimises this loss by L-BFGS: an iteration, which looks at all training rows, counts as an epoch, and there are no batches,
    /// schedules or dropout.
    pub fn lbfgs(loss: impl Loss<F> + 'a, lbfgs: Lbfgs) -> Self {
        Self::by(Box::new(loss), Method::Lbfgs(lbfgs))
    }

    fn by(loss: Box<dyn Loss<F> + 'a>, method: Method<'a, F>) -> Self {
        let settings = Settings {
            loss,
            method,
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
        Self { settings, observers: Vec::new(), progress: Progress::None }
    }

    /// The most epochs: passes through all training rows; those before [`resume`](Self::resume) count. Default: 100.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.settings.epochs = epochs;
        self
    }

    /// Rows in a batch. Default: 32. The last batch of an epoch has the rows that are left, and its own mean; fewer rows than
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

    /// How the learning rate changes from the one that the optimizer was given.
    pub fn schedule(mut self, schedule: Schedule<'a>) -> Self {
        self.settings.schedule = schedule;
        self
    }

    /// Sets this fraction of the rows aside, by class for classifiers, and computes the loss on them after each epoch.
    pub fn validation_fraction(mut self, fraction: f64) -> Self {
        self.settings.validation = Validation::Fraction(fraction);
        self
    }

    /// Computes the loss on these rows after each epoch; all others are trained on. Where the training rows were standardised, so must these be.
    pub fn validation_data(mut self, rows: &'a Dataset<F>) -> Self {
        self.settings.validation = Validation::Rows(rows);
        self
    }

    /// Sets no rows aside, with early stopping either: it then watches the training loss.
    pub fn without_validation(mut self) -> Self {
        self.settings.validation = Validation::None;
        self
    }

    /// Stops when the validation loss no longer improves, and restores the best weights.
    pub fn early_stopping(mut self, early_stopping: EarlyStopping) -> Self {
        self.settings.early_stopping = Some(early_stopping);
        self
    }

    /// A metric of outputs and targets, such as those in [`metrics`](crate::metrics), computed after each epoch on the validation rows, or else the training
    /// rows. It takes the place of the loss where epochs are compared: for early stopping, the best epoch and
    /// [`Schedule::reduce_on_plateau`]. NaN counts as worse than anything.
    ///
    /// ```
    /// use densely::{CategoricalCrossEntropy, EarlyStopping, Goal, Sgd, Trainer, metrics};
    /// let trainer = Trainer::<f32>::new(CategoricalCrossEntropy, Sgd::new(0.1))
    ///     .early_stopping(EarlyStopping::patience(10))
    ///     .monitor("accuracy", Goal::Largest, metrics::accuracy);
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

    /// Shortens a gradient that is longer than this, over all parameters, to this length: [`Backprop::clip_norm`](crate::Backprop::clip_norm).
    pub fn clip_norm(mut self, limit: f64) -> Self {
        self.settings.clip_norm = Some(limit);
        self
    }

    /// Holds each number of the gradient between -limit and limit, before it is shortened: [`Backprop::clip_values`](crate::Backprop::clip_values).
    pub fn clip_values(mut self, limit: f64) -> Self {
        self.settings.clip_values = Some(limit);
        self
    }

    /// Adds factor · Σ |w| over the weights, not the biases, to what is minimised, not to what is reported: [`Backprop::add_l1`](crate::Backprop::add_l1),
    /// before clipping.
    pub fn l1(mut self, factor: f64) -> Self {
        self.settings.l1 = factor;
        self
    }

    /// Writes the state of training to a file, from which training can go on in another process. There may be several: say every ten epochs to one file, and the best
    /// to another. A file that cannot be written ends training with an error; whether it can is checked before training.
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

    /// Adds an observer, which is called at every moment, after those that were added before.
    pub fn observer(mut self, observer: impl Observer<F> + Send + 'a) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// The most threads to train on, at least 1. Default: one for each processor that the process may use. Only a network whose products are
    /// large is trained on more than one; its threads then wait for work without a pause, and the loss, the optimizer and the observers run on
    /// one of them in place of the caller's.
    ///
    /// The trained network has the same bits, whatever the number. With the cargo feature `threads`, which is on by default; without it there is one.
    #[cfg(feature = "threads")]
    pub fn threads(mut self, limit: usize) -> Self {
        self.settings.threads = Some(limit);
        self
    }

    /// Where [`resume`](Self::resume), [`resume_batches`](Self::resume_batches) or [`step`](Self::step) is to go on; [`fit`](Self::fit) and
    /// [`fit_batches`](Self::fit_batches) start afresh all the same.
    pub fn with_state(mut self, state: TrainingState<F>) -> Self {
        self.progress = Progress::Given(Box::new(state));
        self
    }

    /// Where training ended, or is to go on; `None` if it has not begun, or ended in an error.
    pub fn state(&self) -> Option<&TrainingState<F>> {
        match &self.progress {
            Progress::None | Progress::Lost => None,
            Progress::Given(state) => Some(state),
            Progress::Made(session) => Some(&session.state),
        }
    }
}

impl<F: Float> std::fmt::Debug for Trainer<'_, F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let settings = &self.settings;
        formatter
            .debug_struct("Trainer")
            .field("loss", &settings.loss)
            .field("method", &settings.method)
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
            .finish_non_exhaustive()
    }
}
