//! The settings of a trainer.

use super::{Checkpoint, EarlyStopping, description::Description, monitor::Monitor};
use crate::data::batches::{InOrder, Scales};
use crate::data::{Examples, Side};
use crate::error::check::{AT_LEAST_1, FRACTION, NOT_NEGATIVE, ensure, positive};
use crate::error::{Error, LossError, NetworkError, Result, TrainingError};
use crate::schedule::{Epochs, Schedule};
use crate::schema::Schema;
use crate::{activation::AnyActivation, float::Float, loss::Loss, mlp::Mlp, part::Part};

#[derive(Debug)]
pub(super) struct Settings<'a, F: Float> {
    pub(super) loss: Box<dyn Loss<F> + 'a>,
    pub(super) optimizer: Description<'a>,
    pub(super) schedule: Schedule<'a>,
    /// Of dropout and weight decay.
    pub(super) regularization: Schedule<'a>,
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    /// Leaves out the last batch of an epoch if it is short.
    pub(super) drop_last: bool,
    /// The largest share that the average of the parameters keeps in a step.
    pub(super) average: Option<f64>,
    pub(super) seed: u64,
    pub(super) validation: Validation<F>,
    pub(super) early_stopping: Option<EarlyStopping>,
    pub(super) monitor: Option<Monitor<'a, F>>,
    pub(super) clip_norm: Option<f64>,
    pub(super) clip_values: Option<f64>,
    pub(super) l1: f64,
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) threads: Option<usize>,
}

/// The validation rows.
#[derive(Debug)]
pub(super) enum Validation<F: Float> {
    /// None without early stopping, a fraction with it.
    Default,
    None,
    Fraction(f64),
    Rows(Examples<F>),
}

/// The default validation fraction with early stopping, as in scikit-learn.
const DEFAULT_FRACTION: f64 = 0.1;

impl<F: Float> Settings<'_, F> {
    /// The fraction of the rows to set aside.
    pub(super) fn fraction(&self) -> Option<f64> {
        match self.validation {
            Validation::Default => self.early_stopping.as_ref().map(|_| DEFAULT_FRACTION),
            Validation::Fraction(fraction) => Some(fraction),
            Validation::None | Validation::Rows(_) => None,
        }
    }

    pub(super) fn check_schedules(&self, epochs: Epochs) -> Result<()> {
        self.schedule.check(epochs)?;
        self.regularization.check(epochs)?;
        ensure(!self.regularization.follows_scores(), || TrainingError::RegularizationByScores)
    }

    /// Refuses settings that are out of range, or cannot train this network.
    pub(super) fn check(&self, net: &Mlp<F>, epochs: Epochs) -> Result<()> {
        let count = |count: usize| Some(count as f64);
        let rule = self.early_stopping.as_ref();
        let settings = [
            ("number of epochs", count(self.epochs), AT_LEAST_1),
            ("batch size", count(self.batch_size), AT_LEAST_1),
            ("number of threads", self.threads.and_then(count), AT_LEAST_1),
            ("validation fraction", self.fraction(), FRACTION),
            ("gradient norm", self.clip_norm, positive::<F>()),
            ("gradient value", self.clip_values, positive::<F>()),
            ("L1 penalty", Some(self.l1), NOT_NEGATIVE),
            ("patience", rule.and_then(|rule| count(rule.patience)), AT_LEAST_1),
            ("min_delta", rule.map(|rule| rule.min_delta), NOT_NEGATIVE),
            ("growth of the patience", rule.map(|rule| rule.growth), NOT_NEGATIVE),
            ("decay of the average", self.average, FRACTION),
        ];
        let checkpoints = self.checkpoints.iter().map(|checkpoint| {
            ("epochs between checkpoints", checkpoint.every.and_then(count), AT_LEAST_1)
        });
        for (name, value, range) in settings.into_iter().chain(checkpoints) {
            value.map_or(Ok(()), |value| Error::check_range(name, value, range))?;
        }
        self.check_schedules(epochs)?;
        (self.optimizer.check)()?;
        let unsupported = [
            (epochs == Epochs::OfUnknownLength, "a stream of batches"),
            (epochs == Epochs::None, "a step on one batch"),
            (net.layers().iter().any(|layer| layer.dropout() > 0.0), "dropout"),
            (!self.schedule.is_constant() || !self.regularization.is_constant(), "a schedule"),
            (self.drop_last, "leaving out a short last batch"),
            (self.clip_norm.or(self.clip_values).is_some(), "gradient clipping"),
            (self.l1 > 0.0, "an L1 penalty"),
            (self.average.is_some(), "an average of the weights"),
            (net.layers().iter().any(|layer| !layer.learns_evenly()), "rate factors"),
        ];
        if let Some((_, setting)) = unsupported.into_iter().find(|(given, _)| *given)
            && self.optimizer.all_rows.is_some()
        {
            return Err(TrainingError::NotWithLbfgs { setting }.into());
        }
        Ok(())
    }

    /// The user's own validation rows, whose columns and classes must be those of the schema.
    pub(super) fn validation_rows(
        &self,
        net: &Mlp<F>,
        schema: &Schema,
    ) -> Result<Option<Examples<F>>> {
        let Validation::Rows(rows) = &self.validation else { return Ok(None) };
        let rows = self.rows_for(&shape_of(net)?, rows.clone())?;
        schema.check_same(rows.schema()).map(|()| Some(rows))
    }

    /// One worker's part of the validation rows.
    pub(super) fn in_order<'d>(
        &self,
        rows: &'d Examples<F>,
        part: Part,
        scales: Scales,
    ) -> InOrder<'d, F> {
        let (own, at_once) = (part.of(rows.rows()), self.batch_size.min(rows.rows()));
        InOrder::new(rows, Side::BOTH, own, at_once, scales)
    }

    /// The settings that decide the bits of a training, as text.
    pub(super) fn fingerprint_text(&self) -> String {
        let Self { loss, optimizer, schedule, regularization, epochs, batch_size, seed, .. } = self;
        let steps = (loss, optimizer, schedule, regularization, epochs, batch_size, seed);
        let others = (self.drop_last, self.average, &self.early_stopping, &self.monitor);
        let of_gradients = (self.clip_norm, self.clip_values, self.l1);
        format!("{steps:?}, {others:?}, {of_gradients:?}")
    }

    /// Converts a loss from network units to the targets' unit: a squared one is multiplied by the
    /// mean square of the spreads.
    pub(super) fn in_target_unit(&self, net: &Mlp<F>, loss: f64) -> f64 {
        let spreads = net.units_out().spreads().unwrap_or(&[1.0]);
        let mean_square = spreads.iter().map(|s| s * s).sum::<f64>() / spreads.len() as f64;
        self.loss.rescaled(loss, mean_square.sqrt())
    }

    /// The rows with a weight above 0. Refuses rows that do not fit the network or the loss.
    pub(super) fn rows_for(
        &self,
        (features, outputs, activation): &Shape<F>,
        data: Examples<F>,
    ) -> Result<Examples<F>> {
        let shape = (data.rows(), data.outputs());
        Error::check_shapes((shape.0, data.features()), shape, (*features, *outputs))?;
        let data = data.with_weight()?;
        self.loss.check_output(activation)?;
        if let Some(targets) = data.in_memory(Side::Targets) {
            // At once and without buffers, since a step on one batch must not allocate.
            self.loss.check_targets(targets)?;
            return Ok(data);
        }
        let (mut targets, mut first) = (InOrder::targets(&data), 0);
        while let Some(batch) = targets.next()? {
            self.loss.check_targets(batch.targets).map_err(|mut error| {
                if let Error::Loss(LossError::UnsuitableTarget { row, .. }) = &mut error {
                    *row += first;
                }
                error
            })?;
            first += batch.targets.nrows();
        }
        Ok(data)
    }
}

/// Features, outputs, and the last activation of a network, which the rows must fit.
pub(super) type Shape<F> = (usize, usize, AnyActivation<F>);

pub(super) fn shape_of<F: Float>(net: &Mlp<F>) -> Result<Shape<F>> {
    let last = net.layers().last().ok_or(NetworkError::NoLayers)?;
    Ok((net.features(), net.outputs(), last.activation().clone()))
}
