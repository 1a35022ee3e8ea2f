//! One call of `fit`, and the ways to train for an epoch of it.

use super::observer::{Moment, Observer, Training};
use super::report::StopReason;
use super::settings::Settings;
use super::state::TrainingState;
use super::step::Session;
use crate::batch::Batch;
use crate::data::Outputs;
use crate::data::batches::{Batches, InOrder, Scales};
use crate::error::{Result, TrainingError};
use crate::float::Float;
use crate::mlp::{Mlp, check_memory};
use crate::schedule::Epochs;
use crate::threads::Threads;
use crate::workers::agreement::Agreement;
use std::fmt::Debug;
use std::ops::ControlFlow;

/// One call of `fit`.
pub(super) struct Run<'r, 'a, F: Float> {
    pub(super) settings: &'r Settings<'a, F>,
    pub(super) method: &'r (dyn Method<F> + 'a),
    pub(super) observers: &'r mut Observers<'a, F>,
    pub(super) agreement: Agreement<'r, F>,
    pub(super) session: &'r mut Session<F>,
    pub(super) batches: &'r mut dyn Batches<F>,
    /// This worker's part of the validation rows.
    pub(super) validation: Option<InOrder<'r, F>>,
    pub(super) scales: Scales,
    pub(super) threads: Threads,
    /// What the metric looks at.
    pub(super) outputs: Outputs<F>,
    /// The rows of the last epoch.
    pub(super) rows: usize,
    /// Whether an observer ended an epoch before its end.
    pub(super) midway: bool,
}

/// The observers of a training.
pub(super) type Observers<'a, F> = Vec<Box<dyn Observer<F> + Send + 'a>>;

/// How an epoch ended.
pub(super) enum Ended {
    /// After its last batch; its score: the lower, the better.
    Whole(f64),
    /// Before its last batch, by an observer.
    Midway,
    /// Because the optimizer is done; with the score of the start, if that is all.
    Done(StopReason, Option<f64>),
}

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

    /// Refuses settings that cannot train this network.
    pub(super) fn check_all(
        &self,
        settings: &Settings<'_, F>,
        net: &Mlp<F>,
        epochs: Epochs,
    ) -> Result<Needs> {
        settings.check(epochs)?;
        let needs = self.check(settings, net, epochs)?;
        // Besides: the parameters at the last epoch's end, the best, and the gradients.
        check_memory::<F>(net.parameters(), 3 + needs.copies)?;
        Ok(needs)
    }

    /// Refuses a state of another network or optimizer.
    pub(super) fn check_state(&self, state: &TrainingState<F>, net: &Mlp<F>) -> Result<()> {
        state.check(net)?;
        if self.fits(state, net) && state.optimizer == self.name() {
            return Ok(());
        }
        Err(TrainingError::StateMismatch { reason: "it was saved with another optimizer" }.into())
    }
}

/// Tells every observer of this worker, also after one that ends training; whether one does.
pub(super) fn tell<F: Float>(
    observers: &mut Observers<'_, F>,
    session: &Session<F>,
    net: &Mlp<F>,
    moment: Moment,
) -> ControlFlow<()> {
    let training = Training { net, session };
    let mut told = ControlFlow::Continue(());
    for observer in observers {
        if observer.observe(moment, &training).is_break() {
            told = ControlFlow::Break(());
        }
    }
    told
}
