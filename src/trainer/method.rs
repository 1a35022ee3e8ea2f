//! How a trainer minimises its loss.

use super::epochs::{Ended, Run};
use super::settings::Settings;
use super::state::TrainingState;
use super::step::Session;
use crate::batch::Batch;
use crate::error::Result;
use crate::float::Float;
use crate::mlp::Mlp;
use crate::schedule::Epochs;
use std::fmt::Debug;

/// A way to minimise the loss: by a step for each batch, or by iterations over all rows.
pub(super) trait Method<F: Float>: Debug + Send + Sync {
    /// Refuses settings that it cannot train with.
    fn check(&self, settings: &Settings<'_, F>, net: &Mlp<F>, epochs: Epochs) -> Result<Needs>;

    /// Whether a state is one of this method's.
    fn fits(&self, state: &TrainingState<F>, net: &Mlp<F>) -> bool;

    /// Trains for one epoch.
    fn epoch(&self, run: &mut Run<'_, '_, F>, net: &mut Mlp<F>) -> Result<Ended>;

    /// Trains on one batch; the loss before the step.
    fn step(
        &self,
        session: &mut Session<F>,
        settings: &Settings<'_, F>,
        net: &mut Mlp<F>,
        batch: Batch<'_, F>,
    ) -> Result<f64>;

    /// The learning rate that a schedule changes; 0 without one.
    fn learning_rate(&self) -> f64;
}

/// What a method needs.
pub(super) struct Needs {
    /// Copies of the parameters that it keeps.
    pub(super) copies: usize,
    /// Rows in one product.
    pub(super) rows: usize,
    /// Whether several workers can train by it.
    pub(super) alone: bool,
}

impl<F: Float> dyn Method<F> + '_ {
    /// The optimizer's name, as its `Debug` begins.
    pub(super) fn name(&self) -> String {
        let text = format!("{self:?}");
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    }
}
