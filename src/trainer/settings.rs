//! All that a trainer is told.

use super::{EarlyStopping, Monitor};
use crate::{Dataset, Error, Float, Lbfgs, Loss, Mlp, Optimizer, Result, Schedule};

pub(super) struct Settings<'a, F: Float> {
    pub(super) loss: Box<dyn Loss<F> + 'a>,
    pub(super) method: Method<'a, F>,
    pub(super) schedule: Schedule<'a>,
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) seed: u64,
    pub(super) validation: Validation<'a, F>,
    pub(super) early_stopping: Option<EarlyStopping>,
    pub(super) monitor: Option<Monitor<'a, F>>,
    pub(super) clip_norm: Option<f64>,
    pub(super) clip_values: Option<f64>,
    pub(super) l1: f64,
    pub(super) threads: Option<usize>,
}

/// How the loss is minimised.
#[derive(Debug)]
pub(super) enum Method<'a, F: Float> {
    /// By a step for each batch.
    Steps(Box<dyn Optimizer<F> + 'a>),
    /// By iterations over all rows.
    Lbfgs(Lbfgs),
}

/// Which rows the loss is computed on after each epoch.
#[derive(Debug)]
pub(super) enum Validation<'a, F: Float> {
    /// None, but for early stopping.
    Default,
    Fraction(f64),
    Rows(&'a Dataset<F>),
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
            Validation::Rows(_) => None,
        }
    }

    /// Refuses what cannot train this network, whatever the data.
    pub(super) fn check(&self, net: &Mlp<F>, steps_per_epoch_known: bool) -> Result<()> {
        let at_least_1 = |value: f64| value >= 1.0;
        let positive = |value: f64| value > 0.0 && value.is_finite();
        Error::check_setting("number of epochs", self.epochs as f64, "at least 1", at_least_1)?;
        Error::check_setting("batch size", self.batch_size as f64, "at least 1", at_least_1)?;
        if let Some(threads) = self.threads {
            Error::check_setting("number of threads", threads as f64, "at least 1", at_least_1)?;
        }
        if let Validation::Fraction(fraction) = self.validation {
            Error::check_setting("validation fraction", fraction, "between 0 and 1", |f| {
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
        self.schedule.check(steps_per_epoch_known)?;
        // The parameters at the last epoch's end, the best, and the gradients.
        let mut copies = 3;
        match &self.method {
            Method::Steps(optimizer) => {
                optimizer.check()?;
                copies += optimizer.memories();
            }
            Method::Lbfgs(lbfgs) => {
                lbfgs.check()?;
                self.check_for_lbfgs(net)?;
                copies += 5;
            }
        }
        crate::mlp::check_memory::<F>(net.parameters(), copies)
    }

    fn check_for_lbfgs(&self, net: &Mlp<F>) -> Result<()> {
        let drops = net.layers().iter().any(|layer| layer.dropout() > 0.0);
        let cases = [
            (drops, "dropout"),
            (!self.schedule.is_constant(), "schedule"),
            (self.clip_norm.is_some() || self.clip_values.is_some(), "gradient clipping"),
            (self.l1 > 0.0, "L1 penalty"),
        ];
        match cases.into_iter().find(|(given, _)| *given) {
            Some((_, setting)) => Err(Error::NotWithLbfgs { setting }),
            None => Ok(()),
        }
    }

    /// Refuses rows that do not fit the network or the loss.
    pub(super) fn check_rows(&self, net: &Mlp<F>, data: &Dataset<F>) -> Result<()> {
        Error::check_features(data.features(), net.features())?;
        if data.outputs() != net.outputs() {
            return Err(Error::Targets { found: data.outputs(), outputs: net.outputs() });
        }
        let last = net.layers().last().ok_or(Error::NoLayers)?;
        self.loss.check(last.activation(), data.targets())
    }
}
