//! Who looks on while training goes on.

use super::Epoch;
use super::state::TrainingState;
use super::step::Session;
use crate::float::Float;
use crate::mlp::Mlp;
use std::ops::ControlFlow;

/// When an observer is called.
///
/// An epoch that ends midway, because an observer broke or L-BFGS was done, has no end; a training that ends in an error has none either.
///
/// ```
/// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer, trainer::{Moment, Observer, Training}};
/// use ndarray::Array2;
/// use std::{collections::HashMap, ops::ControlFlow};
///
/// #[derive(Default)]
/// struct Count(HashMap<Moment, usize>);
///
/// impl Observer<f32> for Count {
///     fn observe(&mut self, moment: Moment, _: &Training<'_, f32>) -> ControlFlow<()> {
///         *self.0.entry(moment).or_default() += 1;
///         ControlFlow::Continue(())
///     }
/// }
///
/// let data = Dataset::new(Array2::eye(8), Array2::ones((8, 1)))?;
/// let (mut net, mut count) = (Mlp::builder(8).dense(1, Identity).build()?, Count::default());
/// Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(3).batch_size(4).observer(&mut count).fit(&mut net, &data)?;
/// assert_eq!((count.0[&Moment::TrainingStart], count.0[&Moment::EpochEnd], count.0[&Moment::BatchEnd]), (1, 3, 6));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Moment {
    /// Before the first epoch.
    TrainingStart,
    /// Before the first batch of an epoch.
    EpochStart,
    /// Before a batch.
    BatchStart,
    /// After the step that a batch led to.
    BatchEnd,
    /// After the last batch of an epoch, and the validation.
    EpochEnd,
    /// After everything, before the best weights are put back.
    TrainingEnd,
}

/// Looks on while training goes on, and can end it with [`ControlFlow::Break`].
///
/// For one moment alone a closure will do: [`Trainer::on`](super::Trainer::on).
///
/// ```
/// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer, trainer::{Moment, Observer, Training}};
/// use ndarray::Array2;
/// use std::ops::ControlFlow;
///
/// /// Keeps the longest gradient.
/// struct Longest(f64);
///
/// impl Observer<f32> for Longest {
///     fn observe(&mut self, moment: Moment, training: &Training<'_, f32>) -> ControlFlow<()> {
///         if moment == Moment::BatchEnd {
///             self.0 = self.0.max(training.gradient_norm());
///         }
///         ControlFlow::Continue(())
///     }
/// }
///
/// let data = Dataset::new(Array2::eye(8), Array2::ones((8, 1)))?;
/// let mut net = Mlp::builder(8).dense(1, Identity).build()?;
/// let mut longest = Longest(0.0);
/// Trainer::new(MeanSquaredError, Sgd::new(0.01)).observer(&mut longest).fit(&mut net, &data)?;
/// assert!(longest.0 > 0.1);
/// # Ok::<(), densely::Error>(())
/// ```
pub trait Observer<F: Float> {
    /// Called at each [`Moment`]. What is returned at [`Moment::TrainingEnd`] changes nothing.
    fn observe(&mut self, moment: Moment, training: &Training<'_, F>) -> ControlFlow<()>;
}

/// One that the caller keeps.
impl<F: Float, O: Observer<F> + ?Sized> Observer<F> for &mut O {
    fn observe(&mut self, moment: Moment, training: &Training<'_, F>) -> ControlFlow<()> {
        (**self).observe(moment, training)
    }
}

/// One chosen at run time.
impl<F: Float, O: Observer<F> + ?Sized> Observer<F> for Box<O> {
    fn observe(&mut self, moment: Moment, training: &Training<'_, F>) -> ControlFlow<()> {
        (**self).observe(moment, training)
    }
}

/// A closure that is called at one moment.
pub(super) struct At<C>(pub(super) Moment, pub(super) C);

impl<F: Float, C: FnMut(&Training<'_, F>) -> ControlFlow<()>> Observer<F> for At<C> {
    fn observe(&mut self, moment: Moment, training: &Training<'_, F>) -> ControlFlow<()> {
        if moment == self.0 { (self.1)(training) } else { ControlFlow::Continue(()) }
    }
}

/// What an observer sees.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Sgd, Trainer, trainer::{Moment, StopReason}};
/// use ndarray::{Array2, array};
/// use std::ops::ControlFlow;
///
/// // a = w x with w = 1; of the loss a² at x = 1 the gradient is 2 w, and a step takes w to w / 2.
/// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::new(Array2::ones((8, 1)), Array2::zeros((8, 1)))?;
/// let (mut seen, mut kept) = (Vec::new(), None);
/// let report = Trainer::new(MeanSquaredError, Sgd::new(0.25))
///     .batch_size(4)
///     .on(Moment::BatchEnd, |training| {
///         assert_eq!((training.batches(), training.learning_rate()), (Some(2), 0.25));
///         let weight = training.net().layers()[0].weights()[[0, 0]];
///         seen.push((training.epoch(), training.batch(), training.batch_loss(), training.gradient_norm(), weight));
///         ControlFlow::Continue(())
///     })
///     .on(Moment::EpochEnd, |training| {
///         assert_eq!(training.last_epoch(), training.epochs().last());
///         if training.is_best() {
///             kept = Some(training.state());                       // to go on from, or to be saved
///         }
///         if training.epoch() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     })
///     .fit(&mut net, &data)?;
/// assert_eq!(seen[..3], [(1, 1, 1.0, 2.0, 0.5), (1, 2, 0.25, 1.0, 0.25), (2, 1, 0.0625, 0.5, 0.125)]);
/// assert_eq!(report.stop_reason(), StopReason::Observer);
/// assert_eq!(kept.map(|state| state.epochs().len()), Some(2));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
pub struct Training<'s, F: Float> {
    pub(super) net: &'s Mlp<F>,
    pub(super) session: &'s Session<F>,
}

impl<F: Float> Training<'_, F> {
    /// The number of the epoch that is going on, or has just ended, counted from 1.
    pub fn epoch(&self) -> usize {
        self.session.now.epoch
    }

    /// The number of the batch in the epoch, counted from 1; 0 before the first.
    pub fn batch(&self) -> usize {
        self.session.now.batch
    }

    /// How many batches an epoch has, as far as is known: not of a stream, before its first epoch has ended.
    pub fn batches(&self) -> Option<usize> {
        self.session.state.steps_per_epoch.map(|steps| steps as usize)
    }

    /// The mean loss of the last batch in the targets' own unit, before the step that it led to.
    /// NaN before the first batch.
    pub fn batch_loss(&self) -> f64 {
        self.session.now.batch_loss
    }

    /// The learning rate of the last step. 0 before the first, and with L-BFGS, which has none.
    pub fn learning_rate(&self) -> f64 {
        self.session.now.learning_rate
    }

    /// √Σ g² of the last step's gradient, L1 included, before it was clipped; with L-BFGS, of the whole gradient where it is now.
    pub fn gradient_norm(&self) -> f64 {
        self.session.now.gradient_norm.unwrap_or_else(|| self.session.backprop.gradient_norm())
    }

    /// The epochs that have ended.
    pub fn epochs(&self) -> &[Epoch] {
        self.session.state.epochs()
    }

    /// The epoch that ended last.
    pub fn last_epoch(&self) -> Option<&Epoch> {
        self.epochs().last()
    }

    /// Whether the epoch that ended last is the best so far.
    pub fn is_best(&self) -> bool {
        !self.epochs().is_empty() && self.session.state.progress.best_epoch() == self.epochs().len()
    }

    /// The network as it is.
    pub fn net(&self) -> &Mlp<F> {
        self.net
    }

    /// The state of training, of which [`Trainer::resume`](super::Trainer::resume) goes on as if it had not been interrupted: at the end of an epoch. At
    /// other moments, as of the last epoch's end, but for what the batches since then did to optimizer and generators.
    pub fn state(&self) -> TrainingState<F> {
        self.session.state.clone()
    }
}
