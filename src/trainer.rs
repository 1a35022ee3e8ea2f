//! The training loop.

mod batches;
mod early_stopping;
mod report;
mod session;

pub use early_stopping::EarlyStopping;
pub use report::{Epoch, Report, StopReason};

use crate::threads::Threads;
use crate::{Dataset, Error, Float, Loss, Mlp, Optimizer, Result};
use session::Session;
use std::ops::ControlFlow;

/// Trains a network: epochs of shuffled mini-batches, each one forward pass, one backward pass and one step of the
/// optimizer.
///
/// | setting | default |
/// |---|---|
/// | [`epochs`](Self::epochs) | 100 |
/// | [`batch_size`](Self::batch_size) | 32 |
/// | [`seed`](Self::seed) | 0 |
/// | [`validation_fraction`](Self::validation_fraction) | none; 0.1 with early stopping |
/// | [`early_stopping`](Self::early_stopping) | none |
/// | [`observer`](Self::observer) | none |
/// | [`threads`](Self::threads) | as many as pay |
///
/// ```
/// use densely::{Dataset, EarlyStopping, Identity, MeanSquaredError, Mlp, Sgd, Tanh, Trainer};
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
///     .observer(|epoch| {
///         losses.push(epoch.training_loss);
///         ControlFlow::Continue(())
///     })
///     .fit(&mut net, &data)?;
/// assert!(report.best_loss() < 0.01);
/// assert_eq!(losses.len(), report.epochs().len());
/// # Ok::<(), densely::Error>(())
/// ```
#[must_use = "a trainer does nothing until `fit` is called"]
pub struct Trainer<'a, F: Float> {
    loss: Box<dyn Loss<F> + 'a>,
    optimizer: Box<dyn Optimizer<F> + 'a>,
    epochs: usize,
    batch_size: usize,
    seed: u64,
    validation_fraction: Option<f64>,
    early_stopping: Option<EarlyStopping>,
    observer: Option<Observer<'a>>,
    threads: Option<usize>,
}

type Observer<'a> = Box<dyn FnMut(&Epoch) -> ControlFlow<()> + Send + 'a>;

/// The share of the rows that early stopping watches unless told otherwise, as in scikit-learn.
const VALIDATION_FRACTION: f64 = 0.1;

impl<'a, F: Float> Trainer<'a, F> {
    /// A trainer that minimises this loss by this optimizer.
    pub fn new(loss: impl Loss<F> + 'a, optimizer: impl Optimizer<F> + 'a) -> Self {
        Self {
            loss: Box::new(loss),
            optimizer: Box::new(optimizer),
            epochs: 100,
            batch_size: 32,
            seed: 0,
            validation_fraction: None,
            early_stopping: None,
            observer: None,
            threads: None,
        }
    }

    /// The most epochs: passes through all training rows. Default: 100.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// Rows in a batch. Default: 32. The last batch of an epoch has the rows that are left, and its own mean; fewer rows than
    /// this in all make one batch.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.batch_size = rows;
        self
    }

    /// The seed of the validation split and of the shuffling. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets this fraction of the rows aside, by class for classifiers, and computes the loss on them after each epoch.
    pub fn validation_fraction(mut self, fraction: f64) -> Self {
        self.validation_fraction = Some(fraction);
        self
    }

    /// Stops when the validation loss no longer improves, and restores the best weights.
    pub fn early_stopping(mut self, early_stopping: EarlyStopping) -> Self {
        self.early_stopping = Some(early_stopping);
        self
    }

    /// Called after each epoch; `ControlFlow::Break(())` ends training.
    pub fn observer(mut self, observer: impl FnMut(&Epoch) -> ControlFlow<()> + Send + 'a) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// The most threads to train on, at least 1. Default: one for each processor that the process may use. Only a network whose products are
    /// large is trained on more than one; its threads then wait for work without a pause, and the loss, the optimizer and the observer run on
    /// one of them in place of the caller's.
    ///
    /// The trained network has the same bits, whatever the number.
    pub fn threads(mut self, limit: usize) -> Self {
        self.threads = Some(limit);
        self
    }

    /// Trains the network, and reports how it went.
    ///
    /// With early stopping the network ends with the weights of the best epoch, else with those of the last. The
    /// optimizer starts afresh: the same network, data and settings give the same bits each time.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting out of range; [`Error::Features`] or [`Error::Targets`] if the data does not fit the
    /// network; [`Error::UnsuitableOutput`] or [`Error::UnsuitableTarget`] if the loss does not fit network or data;
    /// [`Error::TooFewRows`] if there are too few to set some aside; [`Error::TooLarge`] if training does not fit into memory. In all of these the network is unchanged.
    ///
    /// [`Error::Diverged`] if the loss or a parameter is no longer finite, or the loss of a batch is more than a million, and
    /// more than a million times that of the untrained network: the network then holds the parameters of the last epoch that was good.
    pub fn fit(&mut self, net: &mut Mlp<F>, data: &Dataset<F>) -> Result<Report> {
        self.check(net, data)?;
        let fraction = match (self.validation_fraction, &self.early_stopping) {
            (None, Some(_)) => Some(VALIDATION_FRACTION),
            (fraction, _) => fraction,
        };
        let parts = fraction.map(|fraction| data.split(fraction, self.seed)).transpose()?;
        let (training, validation) = match &parts {
            Some((training, validation)) => (training, Some(validation)),
            None => (data, None),
        };
        let rows = self.batch_size.min(training.rows());
        let largest_layer = net.layers().iter().map(|layer| layer.weights().len()).max();
        let cost = largest_layer.unwrap_or(0).saturating_mul(rows);
        Threads::enter(self.threads, cost, |threads| {
            Session::new(self, net, training, validation, threads).run(net)
        })
    }

    fn check(&self, net: &Mlp<F>, data: &Dataset<F>) -> Result<()> {
        let at_least_1 = |value: f64| value >= 1.0;
        Error::check_setting("number of epochs", self.epochs as f64, "at least 1", at_least_1)?;
        Error::check_setting("batch size", self.batch_size as f64, "at least 1", at_least_1)?;
        if let Some(threads) = self.threads {
            Error::check_setting("number of threads", threads as f64, "at least 1", at_least_1)?;
        }
        if let Some(fraction) = self.validation_fraction {
            Error::check_setting("validation fraction", fraction, "between 0 and 1", |f| {
                f > 0.0 && f < 1.0
            })?;
        }
        if let Some(early_stopping) = &self.early_stopping {
            early_stopping.check()?;
        }
        self.optimizer.check()?;
        Error::check_features(data.features(), net.features())?;
        // Gradients, velocities, the last good epoch and the best.
        crate::mlp::check_memory::<F>(net.parameters(), 4)?;
        if data.outputs() != net.outputs() {
            return Err(Error::Targets { found: data.outputs(), outputs: net.outputs() });
        }
        let last = net.layers().last().ok_or(Error::NoLayers)?;
        self.loss.check(last.activation(), data.targets())
    }
}

impl<F: Float> std::fmt::Debug for Trainer<'_, F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Trainer")
            .field("loss", &self.loss)
            .field("optimizer", &self.optimizer)
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("seed", &self.seed)
            .field("validation_fraction", &self.validation_fraction)
            .field("early_stopping", &self.early_stopping)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
