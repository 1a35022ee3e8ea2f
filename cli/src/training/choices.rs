//! The choices by name: optimizer, schedule, loss and class weights.

use super::task::Task;
use clap::ValueEnum;
use densely::{Dataset, Error, Loss, Schedule, data::Storage, schedule::Span};

/// The optimizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OptimizerName {
    Sgd,
    Adagrad,
    Rmsprop,
    Adam,
    Adamw,
    Lbfgs,
}

/// How the learning rate changes over all epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScheduleName {
    /// The same throughout
    Constant,
    /// A tenth at each third of the epochs
    Step,
    /// Falling evenly to a hundredth
    Exponential,
    /// Falling as one over the root of the epoch
    InverseScaling,
    /// Falling along a cosine to 0
    Cosine,
    /// Rising from 1/25 in the first 30 % of the epochs, then falling to 0
    OneCycle,
    /// Halved after 10 epochs without a better validation loss
    Plateau,
}

impl ScheduleName {
    /// Whether the rate of an epoch depends on how many there will be.
    pub fn depends_on_epochs(self) -> bool {
        matches!(self, Self::Step | Self::Exponential | Self::Cosine | Self::OneCycle)
    }

    /// Returns the schedule over `epochs` epochs, of which the first `warm_up` warm up.
    pub fn schedule<'a>(self, epochs: usize, warm_up: usize) -> Schedule<'a> {
        let rest = epochs.saturating_sub(warm_up).max(1);
        let schedule = match self {
            Self::Constant => Schedule::constant(),
            Self::Step => Schedule::step(Span::Epochs(rest.div_ceil(3)), 0.1),
            Self::Exponential => Schedule::exponential(Span::Epochs(rest), 0.01),
            Self::InverseScaling => Schedule::inverse_scaling(Span::Epochs(1), 0.5),
            Self::Cosine => Schedule::cosine(Span::Epochs(rest)),
            Self::OneCycle => Schedule::one_cycle(Span::Epochs(rest)),
            Self::Plateau => Schedule::reduce_on_plateau(0.5, 10),
        };
        if warm_up > 0 { schedule.warm_up(Span::Epochs(warm_up)) } else { schedule }
    }
}

/// The loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LossName {
    /// Mean squared error
    Squared,
    /// Mean absolute error
    Absolute,
    /// Squared up to one standard deviation of the target, absolute beyond
    Huber,
    /// For counts: outputs are exponential, and stay in their own unit
    Poisson,
    /// Cross-entropy: binary for two classes, else categorical
    CrossEntropy,
}

impl LossName {
    /// The default loss of a task.
    pub fn of(task: Task) -> Self {
        match task {
            Task::Regression => Self::Squared,
            Task::BinaryClassification | Task::Multiclass => Self::CrossEntropy,
        }
    }

    /// The name in summaries and pictures.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Squared => "mean squared error",
            Self::Absolute => "mean absolute error",
            Self::Huber => "Huber loss",
            Self::Poisson => "Poisson loss",
            Self::CrossEntropy => "cross-entropy",
        }
    }

    /// The loss of the library.
    ///
    /// # Errors
    ///
    /// A loss that is not for this task.
    pub fn loss(self, task: Task) -> Result<Box<dyn Loss<f32>>, String> {
        let name = match (self, task) {
            (Self::Squared, _) => "mean_squared_error",
            (Self::Absolute, _) => "mean_absolute_error",
            (Self::Huber, _) => "huber",
            (Self::Poisson, Task::Regression) => "poisson",
            (Self::CrossEntropy, Task::BinaryClassification) => "binary_cross_entropy",
            (Self::CrossEntropy, Task::Multiclass) => "categorical_cross_entropy",
            (Self::Poisson, _) => {
                return Err("--loss poisson is for counts, not for classes".into());
            }
            (Self::CrossEntropy, _) => {
                return Err("--loss cross-entropy is for classes, not for numbers".into());
            }
        };
        name.parse().map_err(|error: Error| error.to_string())
    }
}

/// The weights of the classes.
#[derive(Clone, Debug, PartialEq)]
pub enum ClassWeight {
    /// All classes count the same, however rare.
    Balanced,
    /// A weight for each class, in the order of the classes.
    Each(Vec<f64>),
}

impl ClassWeight {
    pub fn apply<S: Storage<f32>>(&self, data: Dataset<f32, S>) -> Result<Dataset<f32, S>, Error> {
        match self {
            Self::Balanced => data.with_balanced_classes(),
            Self::Each(weights) => data.with_class_weights(weights),
        }
    }

    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "balanced" {
            return Ok(Self::Balanced);
        }
        let weights = text.split(',').map(|weight| weight.trim().parse::<f64>());
        let weights: Result<Vec<f64>, _> = weights.collect();
        let holds = |weight: &f64| *weight >= 0.0 && weight.is_finite();
        match weights {
            Ok(weights) if weights.iter().all(holds) => Ok(Self::Each(weights)),
            _ => Err("must be `balanced`, or a number of at least 0 for each class".into()),
        }
    }
}
