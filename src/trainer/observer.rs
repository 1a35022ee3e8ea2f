//! Observers of training: when they are called, and what they see.

use super::{Epoch, TrainingState, step::Session};
use crate::{float::Float, mlp::Mlp};
use std::ops::ControlFlow;

/// When an observer is called.
///
/// The last epoch has no [`Moment::EpochEnd`] if an observer ends training at one of its batches,
/// or if L-BFGS ends the training. A training that ends in an error has no [`Moment::TrainingEnd`].
///
/// ```
/// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use densely::trainer::{Moment, Observer, Training};
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
/// let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(3).batch_size(4);
/// trainer.observer(&mut count).fit(&mut net, &data)?;
/// let moments = [Moment::TrainingStart, Moment::EpochEnd, Moment::BatchEnd];
/// assert_eq!(moments.map(|moment| count.0[&moment]), [1, 3, 6]);
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
    /// After the step on a batch.
    BatchEnd,
    /// After the last batch of an epoch and the validation.
    EpochEnd,
    /// At the end, before the best weights are restored.
    TrainingEnd,
}

/// Follows training, and can end it with [`ControlFlow::Break`].
///
/// For a single moment, pass a closure to [`Trainer::on`](super::Trainer::on).
///
/// ```
/// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use densely::trainer::{Moment, Observer, Training};
/// use ndarray::Array2;
/// use std::ops::ControlFlow;
///
/// /// Keeps the largest norm of a gradient.
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
    /// The trainer calls this at each [`Moment`]. The answer at [`Moment::TrainingEnd`] is ignored.
    fn observe(&mut self, moment: Moment, training: &Training<'_, F>) -> ControlFlow<()>;
}

/// An observer that the caller keeps.
impl<F: Float, O: Observer<F> + ?Sized> Observer<F> for &mut O {
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

/// The observers of a training.
pub(super) type Observers<'a, F> = Vec<Box<dyn Observer<F> + Send + 'a>>;

/// Calls every observer of this worker. Returns whether one of them ends training.
pub(super) fn tell<F: Float>(
    observers: &mut Observers<'_, F>,
    session: &Session<F>,
    net: &Mlp<F>,
    moment: Moment,
) -> bool {
    let training = Training { net, session };
    observers
        .iter_mut()
        .fold(false, |ends, observer| observer.observe(moment, &training).is_break() | ends)
}

/// The view of training that an observer gets.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use densely::trainer::{Moment, StopReason};
/// use ndarray::{Array2, array};
/// use std::ops::ControlFlow;
///
/// // a = w x with w = 1. The loss a² at x = 1 has the gradient 2 w: a step halves w.
/// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::new(Array2::ones((8, 1)), Array2::zeros((8, 1)))?;
/// let (mut seen, mut kept) = (Vec::new(), None);
/// let report = Trainer::new(MeanSquaredError, Sgd::new(0.25))
///     .batch_size(4)
///     .on(Moment::BatchEnd, |training| {
///         assert_eq!((training.batches(), training.learning_rate()), (Some(2), 0.25));
///         let weight = training.net().layers()[0].weights()[[0, 0]];
///         let numbers = [training.batch_loss(), training.gradient_norm(), weight];
///         seen.push((training.epoch(), training.batch(), numbers));
///         ControlFlow::Continue(())
///     })
///     .on(Moment::EpochEnd, |training| {
///         assert_eq!(training.last_epoch(), training.epochs().last());
///         if training.is_best() {
///             kept = Some(training.state());                // to resume from
///         }
///         if training.epoch() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     })
///     .fit(&mut net, &data)?;
/// assert_eq!(seen[..2], [(1, 1, [1.0, 2.0, 0.5]), (1, 2, [0.25, 1.0, 0.25])]);
/// assert_eq!(report.stop_reason, StopReason::Observer);
/// assert_eq!(kept.map(|state| state.epochs().len()), Some(2));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
pub struct Training<'s, F: Float> {
    pub(super) net: &'s Mlp<F>,
    pub(super) session: &'s Session<F>,
}

impl<F: Float> Training<'_, F> {
    /// The number of the current epoch, or of the one that just ended, counted from 1.
    pub fn epoch(&self) -> usize {
        self.session.now.epoch
    }

    /// The number of the batch in the epoch, counted from 1; 0 before the first.
    pub fn batch(&self) -> usize {
        self.session.now.batch
    }

    /// Batches in an epoch. `None` in the first epoch of a stream.
    pub fn batches(&self) -> Option<usize> {
        self.session.state.steps_per_epoch.map(|steps| steps as usize)
    }

    /// The mean loss of the last batch before its step, in the targets' unit. NaN before the first.
    pub fn batch_loss(&self) -> f64 {
        self.session.now.batch_loss
    }

    /// The learning rate of the last step. 0 before the first, and with L-BFGS.
    pub fn learning_rate(&self) -> f64 {
        self.session.now.learning_rate
    }

    /// √Σ g² of the last step's gradient with its L1 part, before clipping. With L-BFGS, of the
    /// gradient over all rows at the current parameters.
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
        !self.epochs().is_empty() && self.session.state.progress.best_epoch == self.epochs().len()
    }

    /// The network with its current parameters.
    pub fn net(&self) -> &Mlp<F> {
        self.net
    }

    /// The state for [`Trainer::resume`](super::Trainer::resume). Training resumes exactly from the
    /// state at the end of an epoch. At other moments the parameters are those of the last epoch's
    /// end, but optimizer and random generators are further on.
    pub fn state(&self) -> TrainingState<F> {
        self.session.state.clone()
    }
}
