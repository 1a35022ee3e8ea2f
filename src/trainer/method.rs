//! The methods that minimise the loss.

use super::{epochs::Run, report::StopReason};
use crate::{error::Result, float::Float, mlp::Mlp};
use std::fmt;

/// A method to minimise the loss: a step for each batch, or an iteration over all rows.
pub(super) trait Method<F: Float>: Send + Sync {
    /// Trains for one epoch.
    fn epoch(&self, run: &mut Run<'_, '_, F>, net: &mut Mlp<F>) -> Result<EpochEnd>;
}

/// How an epoch ended.
pub(super) struct EpochEnd {
    /// The mean training loss. `None` if there is no such epoch: it has ended before its last batch
    /// or could not improve anything.
    pub(super) loss: Option<f64>,
    /// Why training ends with it.
    pub(super) stop: Option<StopReason>,
}

/// A method, and what the trainer must know of its optimizer before the first epoch.
pub(super) struct Minimizer<'a, F> {
    pub(super) method: Box<dyn Method<F> + 'a>,
    /// Checks the optimizer's settings.
    pub(super) check: Box<dyn Fn() -> Result<()> + Send + Sync + 'a>,
    /// The optimizer's name and settings.
    pub(super) text: String,
    /// The learning rate that a schedule changes; 0 if there is none.
    pub(super) learning_rate: f64,
    /// How many copies of the parameters the optimizer keeps.
    pub(super) copies: usize,
    /// How many rows a product has, if an epoch is one iteration over all rows.
    pub(super) all_rows: Option<usize>,
}

impl<F> Minimizer<'_, F> {
    /// The optimizer's name.
    pub(super) fn name(&self) -> &str {
        self.text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    }
}

impl<F> fmt::Debug for Minimizer<'_, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
