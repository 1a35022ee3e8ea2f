//! All that a trainer is told.

use super::{Checkpoint, EarlyStopping, Monitor};
use crate::activation::AnyActivation;
use crate::data::Dataset;
use crate::data::{Chosen, Examples};
use crate::error::{
    Error, LossError, NetworkError, Result, ShapeError, StandardizerError, TrainingError,
    WorkersError,
};
use crate::float::Float;
use crate::loss::Loss;
use crate::mlp::Mlp;
use crate::optimizer::{Lbfgs, Optimizer};
use crate::schedule::Epochs;
use crate::schedule::Schedule;
use std::borrow::Cow;

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
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) threads: Option<usize>,
}

/// What rows must fit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape<'n, F: Float> {
    pub(super) features: usize,
    pub(super) outputs: usize,
    /// Of the output layer.
    pub(super) activation: &'n AnyActivation<F>,
}

impl<'n, F: Float> Shape<'n, F> {
    pub(super) fn of(net: &'n Mlp<F>) -> Result<Self> {
        let activation = net.layers().last().ok_or(NetworkError::NoLayers)?.activation();
        Ok(Self { features: net.features(), outputs: net.outputs(), activation })
    }
}

/// How the loss is minimised.
#[derive(Debug)]
pub(super) enum Method<'a, F: Float> {
    /// By a step for each batch.
    Steps(Box<dyn Optimizer<F> + 'a>),
    /// By iterations over all rows.
    Lbfgs(Lbfgs),
}

impl<F: Float> Method<'_, F> {
    /// The optimizer's, as its `Debug` has it.
    pub(super) fn name(&self) -> String {
        let text = match self {
            Self::Steps(optimizer) => format!("{optimizer:?}"),
            Self::Lbfgs(lbfgs) => format!("{lbfgs:?}"),
        };
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    }
}

/// Which rows the loss is computed on after each epoch.
#[derive(Debug)]
pub(super) enum Validation<'a, F: Float> {
    /// None, but for early stopping.
    Default,
    None,
    Fraction(f64),
    Rows(&'a dyn Examples<F>),
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
    pub(super) fn check(&self, net: &Mlp<F>, epochs: Epochs) -> Result<()> {
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
        self.checkpoints.iter().try_for_each(Checkpoint::check)?;
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
                copies += lbfgs.copies();
            }
        }
        crate::mlp::check_memory::<F>(net.parameters(), copies)
    }

    /// Refuses files that cannot be written.
    pub(super) fn check_checkpoints(&self) -> Result<()> {
        self.checkpoints.iter().try_for_each(Checkpoint::check_can_write)
    }

    /// Refuses what several workers cannot do together.
    pub(super) fn check_for_workers(&self, workers: usize, rows: usize) -> Result<()> {
        if let Method::Lbfgs(_) = self.method {
            return Err(WorkersError::Unsupported { setting: "by L-BFGS" }.into());
        }
        let few = [("the training data has", rows), ("a batch has", self.batch_size)];
        match few.into_iter().find(|&(_, rows)| rows < workers) {
            Some((what, rows)) => Err(WorkersError::TooFewRows { what, rows, workers }.into()),
            None => Ok(()),
        }
    }

    /// All that the bits of a training depend on, as text.
    pub(super) fn that_decide(&self) -> String {
        let Self { loss, method, schedule, epochs, batch_size, seed, .. } = self;
        let Self { early_stopping, monitor, clip_norm, clip_values, l1, .. } = self;
        let steps = (loss, method, schedule, epochs, batch_size, seed);
        format!("{steps:?}, {:?}", (early_stopping, monitor, clip_norm, clip_values, l1))
    }

    fn check_for_lbfgs(&self, net: &Mlp<F>) -> Result<()> {
        let drops = net.layers().iter().any(|layer| layer.dropout() > 0.0);
        let cases = [
            (drops, "dropout"),
            (!self.schedule.is_constant(), "a schedule"),
            (self.clip_norm.is_some() || self.clip_values.is_some(), "gradient clipping"),
            (self.l1 > 0.0, "an L1 penalty"),
        ];
        match cases.into_iter().find(|(given, _)| *given) {
            Some((_, setting)) => Err(TrainingError::NotWithLbfgs { setting }.into()),
            None => Ok(()),
        }
    }

    /// The rows of a batch that count; refuses them if they do not fit the network or the loss.
    pub(super) fn rows_for<'d>(
        &self,
        net: &Shape<'_, F>,
        batch: &'d Dataset<F>,
    ) -> Result<Cow<'d, Dataset<F>>> {
        check_columns(net, batch)?;
        let batch = batch.without_weightless_rows()?;
        self.check_targets(net, &*batch)?;
        Ok(batch)
    }

    /// The rows that count; refuses them if they do not fit the network or the loss.
    pub(super) fn counting<'d>(
        &self,
        net: &Shape<'_, F>,
        data: &'d dyn Examples<F>,
    ) -> Result<Chosen<'d, F>> {
        check_columns(net, data)?;
        let counting = data.counting()?.map_or(Chosen::All(data), Chosen::Some);
        self.check_targets(net, &*counting)?;
        Ok(counting)
    }

    fn check_targets(&self, net: &Shape<'_, F>, data: &dyn Examples<F>) -> Result<()> {
        self.loss.check_output(net.activation)?;
        let checked = data.each_targets(&mut |first, targets| {
            self.loss.check_targets(targets).map_err(|mut error| {
                if let Error::Loss(LossError::UnsuitableTarget { row, .. }) = &mut error {
                    *row += first;
                }
                error
            })
        });
        match checked {
            Err(Error::Loss(LossError::UnsuitableTarget { loss, needs, .. }))
                if data.scaling().targets =>
            {
                Err(StandardizerError::StandardizedTarget { loss, needs }.into())
            }
            checked => checked,
        }
    }
}

fn check_columns<F: Float>(net: &Shape<'_, F>, data: &dyn Examples<F>) -> Result<()> {
    Error::check_features(data.features(), net.features)?;
    if data.outputs() != net.outputs {
        return Err(ShapeError::Targets { found: data.outputs(), outputs: net.outputs }.into());
    }
    Ok(())
}
