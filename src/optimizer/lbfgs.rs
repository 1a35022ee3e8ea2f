//! Limited-memory BFGS.

mod iteration;
mod line_search;

pub(crate) use iteration::{LbfgsMemory, Outcome};

use crate::error::check::{AT_LEAST_1, NOT_NEGATIVE, POSITIVE};
use crate::error::{Error, Result};

/// Limited-memory BFGS (Liu, Nocedal 1989) with a line search for the strong Wolfe conditions
/// (Moré, Thuente 1994): for small data.
///
/// It has no learning rate and no batches. Each iteration uses all training rows, and moves along
/// -H g, where H estimates the inverse Hessian from the last steps and changes of the gradient. On
/// a few thousand rows it often finds a lower loss in less time than the stochastic optimizers.
///
/// [`Trainer::lbfgs`](crate::trainer::Trainer::lbfgs) trains with it; an iteration counts as an
/// epoch.
///
/// Weight decay λ adds λ/2 · Σ w² to the loss, over the weights, not the biases.
///
/// ```
/// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Tanh, Trainer};
/// use densely::{optimizer::Lbfgs, trainer::StopReason};
/// use ndarray::Array2;
///
/// let inputs = Array2::from_shape_fn((100, 1), |(row, _)| row as f64 / 50.0 - 1.0);
/// let data = Dataset::new(inputs.clone(), inputs.mapv(|x| (3.0 * x).sin()))?;
/// let mut net = Mlp::builder(1).dense(8, Tanh).dense(1, Identity).seed(1).build()?;
/// let report = Trainer::lbfgs(MeanSquaredError, Lbfgs::new()).epochs(200).fit(&mut net, &data)?;
/// assert!(report.best_loss() < 1e-4);
///
/// let lbfgs = Lbfgs::new().history(5).tolerance(1e-3).evaluations(1000).weight_decay(1e-6);
/// let report = Trainer::lbfgs(MeanSquaredError, lbfgs).epochs(1000).fit(&mut net, &data)?;
/// assert_eq!(report.stop_reason, StopReason::Converged);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Lbfgs {
    history: usize,
    tolerance: f64,
    evaluations: u64,
    pub(crate) weight_decay: f64,
}

impl Lbfgs {
    /// L-BFGS with the default settings.
    pub fn new() -> Self {
        Self { history: 10, tolerance: 1e-6, evaluations: u64::MAX, weight_decay: 0.0 }
    }

    /// How many steps H is estimated from, at least 1. Default: 10. Each needs memory for two
    /// copies of the parameters.
    pub fn history(self, steps: usize) -> Self {
        Self { history: steps, ..self }
    }

    /// Training has converged when no number of the gradient is larger than this. Positive and
    /// finite. Default: 10⁻⁶.
    pub fn tolerance(self, largest_gradient: f64) -> Self {
        Self { tolerance: largest_gradient, ..self }
    }

    /// The largest number of evaluations of loss and gradient, at least 1. An iteration needs one
    /// or a few. Default: no limit.
    pub fn evaluations(self, limit: u64) -> Self {
        Self { evaluations: limit, ..self }
    }

    /// The weight decay λ, at least 0. Default: 0, none.
    pub fn weight_decay(self, weight_decay: f64) -> Self {
        Self { weight_decay, ..self }
    }

    /// How many copies of the parameters an iteration keeps.
    pub(crate) fn copies(&self) -> usize {
        self.history.saturating_mul(2).saturating_add(7)
    }

    pub(crate) fn check(&self) -> Result<()> {
        Error::check_range("history", self.history as f64, AT_LEAST_1)?;
        Error::check_range("number of evaluations", self.evaluations as f64, AT_LEAST_1)?;
        Error::check_range("tolerance", self.tolerance, POSITIVE)?;
        Error::check_range("weight decay", self.weight_decay, NOT_NEGATIVE)
    }
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self::new()
    }
}
