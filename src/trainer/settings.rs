//! The settings of a trainer.

use super::monitor::Monitor;
use super::{Checkpoint, EarlyStopping};
use crate::activation::AnyActivation;
use crate::data::Examples;
use crate::data::batches::InOrder;
use crate::error::{Error, LossError, NetworkError, Result, ShapeError};
use crate::float::Float;
use crate::loss::Loss;
use crate::mlp::Mlp;
use crate::schedule::{Epochs, Schedule};

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

/// Which rows the loss is computed on after each epoch.
#[derive(Debug)]
pub(super) enum Validation<F: Float> {
    /// None, but for early stopping.
    Default,
    None,
    Fraction(f64),
    Rows(Examples<F>),
}

/// The share of the rows that early stopping watches unless told otherwise, as in scikit-learn.
const FRACTION_FOR_EARLY_STOPPING: f64 = 0.1;

impl<F: Float> Settings<'_, F> {
    /// The share of the rows to be set aside.
    pub(super) fn fraction(&self) -> Option<f64> {
        match self.validation {
            Validation::Default => {
                self.early_stopping.as_ref().map(|_| FRACTION_FOR_EARLY_STOPPING)
            }
            Validation::Fraction(fraction) => Some(fraction),
            Validation::None | Validation::Rows(_) => None,
        }
    }

    pub(super) fn restores_best(&self) -> bool {
        self.early_stopping.as_ref().is_some_and(|rule| rule.restores_best())
    }

    /// Refuses what cannot train this network, whatever the data.
    pub(super) fn check(&self, epochs: Epochs) -> Result<()> {
        let at_least_1 = |value: f64| value >= 1.0;
        let positive = |value: f64| {
            let rounded = F::from_f64(value);
            rounded > F::zero() && rounded.is_finite()
        };
        Error::check_setting("number of epochs", self.epochs as f64, "at least 1", at_least_1)?;
        Error::check_setting("batch size", self.batch_size as f64, "at least 1", at_least_1)?;
        if let Some(threads) = self.threads {
            Error::check_setting("number of threads", threads as f64, "at least 1", at_least_1)?;
        }
        if let Validation::Fraction(fraction) = self.validation {
            Error::check_setting("validation fraction", fraction, "above 0 and below 1", |f| {
                f > 0.0 && f < 1.0
            })?;
        }
        if let Some(early_stopping) = &self.early_stopping {
            early_stopping.check()?;
        }
        let limits = [("gradient norm", self.clip_norm), ("gradient value", self.clip_values)];
        for (name, limit) in limits {
            if let Some(limit) = limit {
                Error::check_setting(name, limit, "positive and finite", positive)?;
            }
        }
        let l1 = |l1: f64| l1 >= 0.0 && l1.is_finite();
        Error::check_setting("L1 penalty", self.l1, "at least 0 and finite", l1)?;
        self.schedule.check(epochs)?;
        self.checkpoints.iter().try_for_each(Checkpoint::check)
    }

    /// A loss in the targets' own unit, whatever the network's units are.
    pub(super) fn in_own_unit(&self, loss: f64, net: &Mlp<F>) -> f64 {
        let spreads = net.units_out().spreads().unwrap_or(&[1.0]);
        let mean_square = spreads.iter().map(|s| s * s).sum::<f64>() / spreads.len() as f64;
        self.loss.rescaled(loss, mean_square.sqrt())
    }

    /// Refuses files that cannot be written.
    pub(super) fn check_checkpoints(&self) -> Result<()> {
        self.checkpoints.iter().try_for_each(Checkpoint::check_can_write)
    }

    /// All that the bits of a training depend on, as text.
    pub(super) fn fingerprint_text(&self) -> String {
        let Self { loss, schedule, epochs, batch_size, seed, .. } = self;
        let Self { early_stopping, monitor, clip_norm, clip_values, l1, .. } = self;
        let steps = (loss, schedule, epochs, batch_size, seed);
        format!("{steps:?}, {:?}", (early_stopping, monitor, clip_norm, clip_values, l1))
    }

    /// The rows with a weight above 0; refuses them if they do not fit the network or the loss.
    pub(super) fn rows_for(
        &self,
        (features, outputs): (usize, usize),
        activation: &AnyActivation<F>,
        data: Examples<F>,
    ) -> Result<Examples<F>> {
        Error::check_features(data.features(), features)?;
        if data.outputs() != outputs {
            return Err(Error::Shape(ShapeError::Targets { found: data.outputs(), outputs }));
        }
        let data = data.with_weight()?;
        self.loss.check_output(activation)?;
        let (mut targets, mut first) = (InOrder::targets(&data), 0);
        while let Some(batch) = targets.next()? {
            self.loss.check_targets(batch.targets).map_err(|error| match error {
                Error::Loss(LossError::UnsuitableTarget { loss, row, value, needs }) => {
                    Error::Loss(LossError::UnsuitableTarget {
                        loss,
                        row: first + row,
                        value,
                        needs,
                    })
                }
                error => error,
            })?;
            first += batch.targets.nrows();
        }
        Ok(data)
    }
}

/// The shape and the last activation of a network, which rows must fit.
pub(super) fn shape_of<F: Float>(net: &Mlp<F>) -> Result<((usize, usize), &AnyActivation<F>)> {
    let last = net.layers().last().ok_or(Error::Network(NetworkError::NoLayers))?;
    Ok(((net.features(), net.outputs()), last.activation()))
}
