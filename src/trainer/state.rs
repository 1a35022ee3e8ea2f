//! The state from which training resumes exactly.

use super::{Epoch, description::Description, early_stopping::Improvements};
use crate::data::batches::Shuffling;
use crate::error::{Result, TrainingError, check::ensure};
use crate::mlp::{Mlp, Parameters};
use crate::optimizer::{LbfgsMemory, OptimizerState};
use crate::random::{self, Purpose, generator};
use crate::workers::agreement::fingerprint_of;
use crate::{bits, float::Float, schedule::Plateau, units::Units};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The version of the serialized form.
const VERSION: u32 = 4;

/// The state of training at the end of an epoch: units and parameters of the network, the best
/// parameters so far, the states of optimizer, schedule, early stopping and random generators, and
/// the report of the epochs so far.
///
/// With the same settings and data, on any number of threads, training resumes to the same bits as
/// without the interruption. Serde keeps every bit, in any format that supports optional values:
/// numbers become integers or bytes (base64 in text formats).
///
/// ```
/// use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Tanh, Trainer};
/// use densely::trainer::TrainingState;
/// use ndarray::Array2;
///
/// let data = Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)))?;
/// let net = || Mlp::builder(8).dense(4, Tanh).dense(1, Identity).build();
/// let trainer = || Trainer::new(MeanSquaredError, Adam::new(0.01)).batch_size(3);
///
/// let mut undisturbed = net()?;
/// trainer().epochs(10).fit(&mut undisturbed, &data)?;
///
/// let mut first = trainer().epochs(5);
/// first.fit(&mut net()?, &data)?;
/// let saved = serde_json::to_string(&first.state())?;
///
/// let state: TrainingState<f32> = serde_json::from_str(&saved)?;
/// let mut resumed = net()?;
/// trainer().epochs(10).with_state(state).resume(&mut resumed, &data)?;
/// assert_eq!(resumed.layers()[0].weights(), undisturbed.layers()[0].weights());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "F: Float", deny_unknown_fields)]
pub struct TrainingState<F: Float> {
    version: u32,
    /// The type of the numbers.
    precision: String,
    optimizer: String,
    pub(super) units_in: Units,
    pub(super) units_out: Units,
    /// The finite parameters at the end of the last epoch.
    pub(super) parameters: Parameters<F>,
    /// The average of the parameters, if the trainer keeps one.
    pub(super) average: Option<Parameters<F>>,
    pub(super) best: Option<Parameters<F>>,
    pub(super) memory: OptimizerState<F>,
    pub(super) lbfgs: Option<LbfgsMemory<F>>,
    /// `None` with a stream.
    pub(super) shuffling: Option<Shuffling>,
    #[serde(with = "random")]
    pub(super) dropout: ChaCha8Rng,
    pub(super) plateau: Plateau,
    pub(super) progress: Improvements,
    #[serde(with = "bits::each")]
    pub(super) epochs: Vec<Epoch>,
    /// `None` in the first epoch of a stream.
    pub(super) steps_per_epoch: Option<u64>,
    /// The loss of the first batch.
    #[serde(with = "bits")]
    pub(super) first_loss: Option<f64>,
    pub(super) elapsed: Duration,
}

/// The history is allocated for this many epochs at most.
const MOST_RESERVED_EPOCHS: usize = 1024;

impl<F: Float> TrainingState<F> {
    /// The state before the first epoch.
    pub(super) fn new(net: &Mlp<F>, optimizer: &Description<'_>, seed: u64, epochs: usize) -> Self {
        Self {
            version: VERSION,
            precision: F::NAME.to_owned(),
            optimizer: optimizer.name().to_owned(),
            units_in: net.units_in().clone(),
            units_out: net.units_out().clone(),
            parameters: Parameters::of(net),
            average: None,
            best: None,
            memory: OptimizerState::new(),
            lbfgs: None,
            shuffling: None,
            dropout: generator(seed, Purpose::Dropout),
            plateau: Plateau::default(),
            progress: Improvements::default(),
            epochs: Vec::with_capacity(epochs.min(MOST_RESERVED_EPOCHS)),
            steps_per_epoch: None,
            first_loss: None,
            elapsed: Duration::ZERO,
        }
    }

    /// The epochs that have ended.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// Gives a network the units, and the parameters of the last epoch's end. With
    /// [`Trainer::average`](super::Trainer::average) these are its own ones, not their average.
    ///
    /// ```
    /// # use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Trainer};
    /// # use ndarray::Array2;
    /// # let data = Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)))?;
    /// let mut net = Mlp::builder(8).dense(1, Identity).build()?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(5);
    /// trainer.fit(&mut net, &data)?;
    ///
    /// let mut other = Mlp::builder(8).dense(1, Identity).seed(7).build()?;
    /// if let Some(state) = trainer.state() {
    ///     state.restore(&mut other)?;
    /// }
    /// assert_eq!(other.layers()[0].weights(), net.layers()[0].weights());
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TrainingError::StateMismatch`] if the network has another shape.
    pub fn restore(&self, net: &mut Mlp<F>) -> Result<()> {
        self.check_parameters(net)?;
        net.set_units(self.units_in.clone(), self.units_out.clone())?;
        self.parameters.write_to(net);
        Ok(())
    }

    /// A hash of everything but the elapsed time, by which workers compare their states.
    pub(super) fn fingerprint(&self) -> Result<u64> {
        let state = Self { elapsed: Duration::ZERO, ..self.clone() };
        let text = serde_json::to_string(&state)
            .map_err(|error| TrainingError::DamagedState { reason: error.to_string() })?;
        Ok(fingerprint_of(&text))
    }

    /// The parameters of the network between epochs: the average, if one is kept.
    pub(super) fn result(&self) -> &Parameters<F> {
        self.average.as_ref().unwrap_or(&self.parameters)
    }

    /// Keeps an average of the parameters or not. Without an earlier one, it starts at them.
    pub(super) fn keep_average(&mut self, keep: bool) {
        let start = || self.parameters.clone();
        self.average = keep.then(|| self.average.take().unwrap_or_else(start));
    }

    /// Keeps the best parameters or not. Without earlier ones, the search for the best starts anew.
    pub(super) fn keep_best(&mut self, keep: bool) {
        if !keep {
            self.best = None;
        } else if self.best.is_none() {
            self.best = Some(self.parameters.clone());
            self.progress = Improvements::default();
        }
    }

    /// Refuses a state of another network or optimizer, or one that a file has damaged.
    pub(super) fn check(&self, net: &Mlp<F>, optimizer: &Description<'_>) -> Result<()> {
        self.check_parameters(net)?;
        let has_best = self.progress.best_epoch <= self.epochs.len();
        ensure(has_best, || mismatch("its best epoch is none of its epochs"))?;
        let numbered = self.epochs.iter().zip(1..).all(|(epoch, number)| epoch.number == number);
        ensure(numbered, || mismatch("its epochs are not numbered from 1"))?;
        let lengths = self.parameters.lengths.iter().copied();
        let fits = self.optimizer == optimizer.name()
            && self.memory.fits(optimizer.copies, lengths)
            && match &self.lbfgs {
                None => optimizer.all_rows.is_none() || self.epochs.is_empty(),
                Some(memory) => memory.fits(net.parameters()),
            };
        ensure(fits, || mismatch("it was saved with another optimizer"))
    }

    /// Refuses a network of another shape.
    pub(super) fn check_shape(&self, net: &Mlp<F>) -> Result<()> {
        let others = [&self.average, &self.best];
        let fits = |copy: &Parameters<F>| copy.fits(net);
        let fits = fits(&self.parameters) && others.into_iter().flatten().all(fits);
        ensure(fits, || mismatch("the network has another shape"))
    }

    pub(super) fn check_version(version: u32) -> Result<()> {
        ensure(version == VERSION, || mismatch("another version of this library wrote it"))
    }

    fn check_parameters(&self, net: &Mlp<F>) -> Result<()> {
        Self::check_version(self.version)?;
        ensure(self.precision == F::NAME, || mismatch("it was saved with another precision"))?;
        self.check_shape(net)?;
        let copies = [&self.average, &self.best].into_iter().flatten().chain([&self.parameters]);
        let finite = copies.flat_map(|copy| &copy.numbers).all(|value| value.is_finite());
        ensure(finite, || mismatch("a weight or bias is not finite"))
    }
}

/// The error of a state that cannot be resumed.
pub(super) fn mismatch(reason: &'static str) -> TrainingError {
    TrainingError::StateMismatch { reason }
}
