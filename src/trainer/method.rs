//! One call of `fit`, and the methods that train an epoch of it.

use super::observer::{Moment, Observer, Training};
use super::state::{TrainingState, mismatch};
use super::{report::StopReason, settings::Settings, step::Session};
use crate::data::Examples;
use crate::data::batches::{Batches, InOrder, Scales};
use crate::mlp::{Mlp, Parameters, check_copies};
use crate::{
    batch::Batch, data::Outputs, error::Result, float::Float, schedule::Epochs, threads::Threads,
    workers::agreement::Agreement,
};
use std::fmt::Debug;

/// One call of `fit`.
pub(super) struct Run<'r, 'a, F: Float> {
    pub(super) settings: &'r Settings<'a, F>,
    pub(super) method: &'r (dyn Method<F> + 'a),
    pub(super) observers: &'r mut Observers<'a, F>,
    pub(super) agreement: Agreement<'r, F>,
    pub(super) session: &'r mut Session<F>,
    pub(super) batches: &'r mut dyn Batches<F>,
    /// The training rows, unless they come as a stream.
    pub(super) training: Option<&'r Examples<F>>,
    /// What L-BFGS keeps from one iteration to the next: all rows, and parameters to try.
    pub(super) all_rows: Option<(InOrder<'r, F>, Parameters<F>)>,
    /// This worker's part of the validation rows.
    pub(super) validation: Option<InOrder<'r, F>>,
    pub(super) scales: Scales,
    pub(super) threads: Threads,
    /// The outputs that the metric gets.
    pub(super) outputs: Outputs<F>,
    /// The rows of the last epoch.
    pub(super) rows: usize,
    /// Whether an observer ended an epoch before its last batch.
    pub(super) midway: bool,
}

/// The observers of a training.
pub(super) type Observers<'a, F> = Vec<Box<dyn Observer<F> + Send + 'a>>;

/// How an epoch ended.
pub(super) enum EpochOutcome {
    /// After its last batch, with its score: lower is better.
    Whole(f64),
    /// Before its last batch, by an observer.
    Midway,
    /// Because the optimizer is done; with a score if there is no other epoch.
    Done(StopReason, Option<f64>),
}

/// A method to minimise the loss: a step for each batch, or iterations over all rows.
pub(super) trait Method<F: Float>: Debug + Send + Sync {
    /// Refuses settings that the method does not support.
    fn check(&self, settings: &Settings<'_, F>, net: &Mlp<F>, epochs: Epochs) -> Result<Needs>;

    /// Whether a state can be one of this method.
    fn fits(&self, state: &TrainingState<F>, net: &Mlp<F>) -> bool;

    /// Trains for one epoch.
    fn epoch(&self, run: &mut Run<'_, '_, F>, net: &mut Mlp<F>) -> Result<EpochOutcome>;

    /// Trains on one batch and returns the loss before the step.
    fn step(
        &self,
        session: &mut Session<F>,
        settings: &Settings<'_, F>,
        net: &mut Mlp<F>,
        batch: Batch<'_, F>,
    ) -> Result<f64>;

    /// The learning rate that a schedule changes; 0 if there is none.
    fn learning_rate(&self) -> f64;
}

/// What a method needs.
pub(super) struct Needs {
    /// How many copies of the parameters it keeps.
    pub(super) copies: usize,
    /// Rows in one product.
    pub(super) rows: usize,
    /// Whether it does not support several workers.
    pub(super) alone: bool,
}

impl<F: Float> dyn Method<F> + '_ {
    /// The optimizer's name, with which its `Debug` text begins.
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
        // Three more: the last epoch's parameters, the best ones, and the gradients.
        check_copies::<F>(net.parameters(), 3 + needs.copies)?;
        Ok(needs)
    }

    /// Refuses a state of another network or optimizer.
    pub(super) fn check_state(&self, state: &TrainingState<F>, net: &Mlp<F>) -> Result<()> {
        state.check(net)?;
        if self.fits(state, net) && state.optimizer == self.name() {
            return Ok(());
        }
        mismatch("it was saved with another optimizer")
    }
}

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
