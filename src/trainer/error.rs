//! Why training ended or could not begin.

/// Training that diverged, could not begin or could not be resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainingError {
    /// Training that diverged. The network holds the parameters of the last good epoch.
    #[error(
        "training diverged in epoch {epoch}, batch {batch}, layer {layer} (counted from 0): {cause}; {likely}"
    )]
    Diverged {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The batch in the epoch, counted from 1.
        batch: usize,
        /// The first layer in which a number is not finite, or that of the largest number, counted from 0.
        layer: usize,
        /// What was seen.
        cause: Divergence,
        /// What probably led to it.
        likely: LikelyCause,
    },
    /// A setting that does not go with [`Lbfgs`](crate::optimizer::Lbfgs).
    #[error("L-BFGS looks at all rows in each iteration, and goes with no {setting}")]
    NotWithLbfgs {
        /// The setting.
        setting: &'static str,
    },
    /// A schedule in epochs where nobody knows how many steps an epoch has.
    #[error("the schedule needs to know how many steps an epoch has: give its span in steps")]
    StepsUnknown,
    /// A setting that does not go with rows that come batch by batch.
    #[error("batches that come one by one go with no {setting}")]
    NotWithStream {
        /// The setting.
        setting: &'static str,
    },
    /// A state of training that belongs to another network, optimizer or data.
    #[error("this state of training does not belong here: {reason}")]
    StateMismatch {
        /// What does not fit.
        reason: &'static str,
    },
    /// A state of training that is not one, or is damaged.
    #[error("not a densely training state: {reason}")]
    DamagedState {
        /// What is wrong.
        reason: String,
    },
    /// A CSV file that could not be written.
    #[error("the CSV could not be written: {reason}")]
    Csv {
        /// What the writer says.
        reason: String,
    },
}

/// How training was seen to diverge.
///
/// ```
/// use densely::error::{Divergence, TrainingError};
/// use densely::{Dataset, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use ndarray::array;
///
/// let data = Dataset::<f32>::new(array![[1.0], [2.0]], array![[1.0], [0.0]])?;
/// let mut net = Mlp::builder(1).dense(1, Identity).build()?;
/// let error = Trainer::new(MeanSquaredError, Sgd::new(50.0)).fit(&mut net, &data);
/// let Err(Error::Training(TrainingError::Diverged { cause, .. })) = error else { panic!() };
/// assert!(matches!(cause, Divergence::Growth { first, last } if last > 1e6 * first));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Divergence {
    /// The loss became NaN or infinite.
    #[error("the loss is {0}")]
    Loss(f64),
    /// The loss grew beyond all measure.
    #[error("the loss grew from {first:.3e} to {last:.3e}")]
    Growth {
        /// Of the first batch.
        first: f64,
        /// Of this batch.
        last: f64,
    },
    /// The gradient of a finite loss is NaN or infinite.
    #[error("the gradient is no longer finite")]
    Gradient,
    /// A weight or bias became NaN or infinite.
    #[error("a weight or bias is no longer finite")]
    Parameter,
}

/// What probably made training diverge.
///
/// ```
/// use densely::error::{LikelyCause, TrainingError};
/// use densely::{Dataset, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use ndarray::array;
///
/// let data = Dataset::<f32>::new(array![[3504.0], [2372.0]], array![[18.0], [24.0]])?;
/// let mut net = Mlp::builder(1).dense(1, Identity).build()?;
/// let error = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut net, &data);
/// let Err(Error::Training(TrainingError::Diverged { likely, .. })) = error else { panic!() };
/// assert_eq!(likely, LikelyCause::UnscaledInputs(3504.0));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LikelyCause {
    /// Inputs far from 1, the size that weights are drawn for.
    #[error("the inputs reach {0:.3e}: scale them, as a Standardizer does")]
    UnscaledInputs(f64),
    /// Targets of a regression far from 1.
    #[error("the targets reach {0:.3e}: scale them, as a Standardizer does")]
    UnscaledTargets(f64),
    /// Neither, before the first step.
    #[error("the initial weights are too large")]
    InitialWeights,
    /// None of these: the learning rate.
    #[error("the learning rate of {0} is too large")]
    LearningRate(f64),
}
