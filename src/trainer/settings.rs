//! The settings of a trainer.

use super::monitor::Monitor;
use super::{Checkpoint, EarlyStopping};
use crate::error::{Error, LossError, NetworkError, Result, ShapeError};
use crate::schedule::{Epochs, Schedule};
use crate::{
    activation::AnyActivation, data::Examples, data::Side, data::batches::InOrder, float::Float,
    loss::Loss, mlp::Mlp,
};

#[derive(Debug)]
pub(super) struct Settings<'a, F: Float> {
    pub(super) loss: Box<dyn Loss<F> + 'a>,
    pub(super) schedule: Schedule<'a>,
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
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

    pub(super) fn restores_best(&self) -> bool {
        self.early_stopping.as_ref().is_some_and(|rule| rule.restores_best())
    }

    /// Refuses settings that are out of range.
    pub(super) fn check(&self, epochs: Epochs) -> Result<()> {
        const AT_LEAST_1: Range = ("at least 1", |value| value >= 1.0);
        const FRACTION: Range = ("above 0 and below 1", |value| value > 0.0 && value < 1.0);
        const PENALTY: Range = ("at least 0 and finite", |value| value >= 0.0 && value.is_finite());
        let limit: Range = ("positive and finite", |value| {
            let rounded = F::from_f64(value);
            rounded > F::zero() && rounded.is_finite()
        });
        let fraction = match self.validation {
            Validation::Fraction(fraction) => Some(fraction),
            _ => None,
        };
        let settings = [
            ("number of epochs", Some(self.epochs as f64), AT_LEAST_1),
            ("batch size", Some(self.batch_size as f64), AT_LEAST_1),
            ("number of threads", self.threads.map(|threads| threads as f64), AT_LEAST_1),
            ("validation fraction", fraction, FRACTION),
            ("gradient norm", self.clip_norm, limit),
            ("gradient value", self.clip_values, limit),
            ("L1 penalty", Some(self.l1), PENALTY),
        ];
        for (name, value, (needs, holds)) in settings {
            value.map_or(Ok(()), |value| Error::check_setting(name, value, needs, holds))?;
        }
        self.early_stopping.as_ref().map_or(Ok(()), EarlyStopping::check)?;
        self.schedule.check(epochs)?;
        self.checkpoints.iter().try_for_each(Checkpoint::check)
    }

    /// Refuses files that cannot be written.
    pub(super) fn check_checkpoints(&self) -> Result<()> {
        self.checkpoints.iter().try_for_each(Checkpoint::check_can_write)
    }

    /// The settings that decide the bits of a training, as text.
    pub(super) fn fingerprint_text(&self) -> String {
        let Self { loss, schedule, epochs, batch_size, seed, .. } = self;
        let Self { early_stopping, monitor, clip_norm, clip_values, l1, .. } = self;
        let steps = (loss, schedule, epochs, batch_size, seed);
        format!("{steps:?}, {:?}", (early_stopping, monitor, clip_norm, clip_values, l1))
    }

    /// A loss in network units, in the targets' unit: squares by the mean square of the spreads.
    pub(super) fn in_target_unit(&self, net: &Mlp<F>, loss: f64) -> f64 {
        let spreads = net.units_out().spreads().unwrap_or(&[1.0]);
        let mean_square = spreads.iter().map(|s| s * s).sum::<f64>() / spreads.len() as f64;
        self.loss.rescaled(loss, mean_square.sqrt())
    }

    /// The rows with a weight above 0. Refuses rows that do not fit the network or the loss.
    pub(super) fn rows_for(
        &self,
        (features, outputs): (usize, usize),
        activation: &AnyActivation<F>,
        data: Examples<F>,
    ) -> Result<Examples<F>> {
        Error::check_features(data.features(), features)?;
        if data.outputs() != outputs {
            return Err(ShapeError::Targets { found: data.outputs(), outputs }.into());
        }
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

/// A range of a setting: its description, and whether a value is in it.
type Range = (&'static str, fn(f64) -> bool);

/// The shape and the last activation of a network, which the rows must fit.
pub(super) fn shape_of<F: Float>(net: &Mlp<F>) -> Result<((usize, usize), &AnyActivation<F>)> {
    let last = net.layers().last().ok_or(NetworkError::NoLayers)?;
    Ok(((net.features(), net.outputs()), last.activation()))
}
