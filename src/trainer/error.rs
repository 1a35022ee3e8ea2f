//! Errors of training.

/// Training diverged, could not begin or could not be resumed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum TrainingError {
    /// Training diverged. The network has the parameters of the last good epoch.
    #[error(
        "training diverged in epoch {epoch}, batch {batch}, layer {layer} (counted from 0): \
         {cause}; {likely}"
    )]
    Diverged { epoch: usize, batch: usize, layer: usize, cause: Divergence, likely: LikelyCause },
    /// [`Lbfgs`](crate::optimizer::Lbfgs) does not support a setting.
    #[error("L-BFGS uses all rows in every iteration and does not support {setting}")]
    NotWithLbfgs { setting: &'static str },
    /// A schedule in epochs cannot be used: the number of steps in an epoch is unknown.
    #[error("the schedule needs to know how many steps an epoch has: give its span in steps")]
    StepsUnknown,
    /// Dropout and weight decay cannot follow scores.
    #[error("dropout and weight decay cannot follow the schedule reduce_on_plateau")]
    RegularizationByScores,
    /// A stream of batches does not support a setting.
    #[error("training on single batches does not support {setting}")]
    NotWithStream { setting: &'static str },
    /// A training state belongs to another network, optimizer or data set.
    #[error("this training state cannot be resumed here: {reason}")]
    StateMismatch { reason: &'static str },
    /// A file is no training state, or is damaged.
    #[error("not a densely training state: {reason}")]
    DamagedState { reason: String },
}

/// How training diverged.
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
#[allow(missing_docs)] // Each message says what its fields are.
pub enum Divergence {
    /// The loss became NaN or infinite.
    #[error("the loss is {0}")]
    Loss(f64),
    /// The loss grew more than a million times.
    #[error("the loss grew from {first:.3e} to {last:.3e}")]
    Growth { first: f64, last: f64 },
    /// The gradient of a finite loss is NaN or infinite.
    #[error("the gradient is no longer finite")]
    Gradient,
    /// A weight or bias became NaN or infinite.
    #[error("a weight or bias is no longer finite")]
    Parameter,
}

/// Why training probably diverged.
///
/// ```
/// use densely::error::{LikelyCause, TrainingError};
/// use densely::{Dataset, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use ndarray::array;
///
/// let data = Dataset::<f32>::new(array![[3504.0], [2372.0]], array![[18.0], [24.0]])?;
/// let mut net = Mlp::builder(1).dense(1, Identity).without_units().build()?;
/// let error = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut net, &data);
/// let Err(Error::Training(TrainingError::Diverged { likely, .. })) = error else { panic!() };
/// assert_eq!(likely, LikelyCause::UnscaledInputs(3504.0));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum LikelyCause {
    /// The inputs are far larger than 1, for which the initial weights are made.
    #[error("the inputs reach {0:.3e}: let the network scale them by its units")]
    UnscaledInputs(f64),
    /// The targets of a regression are far larger than 1.
    #[error("the targets reach {0:.3e}: let the network scale them by its units")]
    UnscaledTargets(f64),
    /// The initial weights are too large.
    #[error("the initial weights are too large")]
    InitialWeights,
    /// The learning rate is too large.
    #[error("the learning rate of {0} is too large")]
    LearningRate(f64),
}
