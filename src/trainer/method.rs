//! The methods that minimise the loss, and what they get.

use super::{observer::Observers, report::StopReason, settings::Settings, step::Session};
use crate::data::batches::{Batches, InOrder};
use crate::workers::agreement::Agreement;
use crate::{error::Result, float::Float, mlp::Mlp};

/// A method to minimise the loss: a step for each batch, or an iteration over all rows.
pub(super) trait Method<F: Float>: Send + Sync {
    /// Trains for one epoch.
    fn epoch(&self, run: &mut Run<'_, '_, F>, net: &mut Mlp<F>) -> Result<EpochEnd>;
}

/// How an epoch ended.
pub(super) struct EpochEnd {
    /// The mean training loss. `None` if there is no such epoch: an observer has ended it, or it
    /// could not improve anything.
    pub(super) loss: Option<f64>,
    /// Why training ends with it.
    pub(super) stop: Option<StopReason>,
}

/// One call of `fit` or `step`.
pub(super) struct Run<'r, 'a, F: Float> {
    pub(super) settings: &'r Settings<'a, F>,
    pub(super) method: &'r (dyn Method<F> + 'a),
    pub(super) observers: &'r mut Observers<'a, F>,
    pub(super) agreement: Agreement<'r, F>,
    pub(super) session: &'r mut Session<F>,
    pub(super) batches: &'r mut dyn Batches<F>,
    /// The training rows in order, unless they come as a stream.
    pub(super) training: Option<InOrder<'r, F>>,
    /// This worker's part of the validation rows.
    pub(super) validation: Option<InOrder<'r, F>>,
}
