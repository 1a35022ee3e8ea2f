use crate::bits;
use serde::{Deserialize, Serialize};

/// Ends training when the loss has not improved for `patience` epochs, and restores the weights of
/// the best epoch.
///
/// It compares the loss on the validation rows, or the metric of
/// [`Trainer::monitor`](super::Trainer::monitor). An epoch improves if its value is better than
/// the best before it; NaN is no improvement. Training ends after `patience` epochs in a row
/// without one.
///
/// ```
/// use densely::{Dataset, Dense, EarlyStopping, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use densely::trainer::StopReason;
/// use ndarray::array;
///
/// // a = w x with w = 1. The loss w² at x = 1 has the gradient 2 w.
/// let fresh = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::new(array![[1.0]], array![[0.0]])?;
/// let trainer = |rate, rule| {
///     let trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).without_validation();
///     trainer.early_stopping(rule)
/// };
///
/// // At this rate w becomes -w: no epoch improves on the first.
/// let rule = EarlyStopping::patience(3);
/// let mut net = fresh.clone();
/// let report = trainer(1.0, rule.clone()).fit(&mut net, &data)?;
/// assert_eq!(report.stop_reason, StopReason::EarlyStopping);
/// assert_eq!((report.epochs.len(), report.best_epoch), (4, 1));
/// assert_eq!(net.layers()[0].weights(), array![[-1.0]]);             // of the best epoch
/// let mut net = fresh.clone();
/// trainer(1.0, rule.keep_last()).fit(&mut net, &data)?;
/// assert_eq!(net.layers()[0].weights(), array![[1.0]]);              // of the fourth epoch
///
/// // At this rate losses fall slowly: 1, 0.81, 0.66.
/// let rule = EarlyStopping::patience(2).min_delta(0.5);
/// let report = trainer(0.05, rule).fit(&mut fresh.clone(), &data)?;
/// assert_eq!((report.epochs.len(), report.best_epoch), (3, 3));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct EarlyStopping {
    pub(super) patience: usize,
    pub(super) min_delta: f64,
    pub(super) keep_last: bool,
    pub(super) growth: f64,
    pub(super) last_of_equals: bool,
}

impl EarlyStopping {
    /// Stops after this many epochs in a row without an improvement, at least 1.
    pub fn patience(epochs: usize) -> Self {
        let (min_delta, growth) = (0.0, 0.0);
        let (keep_last, last_of_equals) = (false, false);
        Self { patience: epochs, min_delta, keep_last, growth, last_of_equals }
    }

    /// The patience grows by this many epochs for each epoch up to the last improvement: a training
    /// that has improved for a long time may improve again. At least 0 and finite; default: 0.
    ///
    /// `EarlyStopping::patience(40).growth(2.0)` stops after epoch e if the last improvement was at
    /// epoch b and e ≥ b + 40 + 2 b.
    pub fn growth(self, epochs: f64) -> Self {
        Self { growth: epochs, ..self }
    }

    /// Of several epochs that are equally good, keeps the last. Default: the first.
    pub fn last_of_equals(self) -> Self {
        Self { last_of_equals: true, ..self }
    }

    /// Whether training ends after this many epochs, `waited` after the last improvement.
    pub(super) fn stops(&self, epochs: usize, waited: usize) -> bool {
        let improved = epochs.saturating_sub(waited) as f64;
        waited as f64 >= self.patience as f64 + self.growth * improved
    }

    /// Epochs improve only if they are better by more than this than the last improvement, in the
    /// unit of the loss or metric. Any better epoch still becomes the best one. At least 0 and
    /// finite; default: 0.
    pub fn min_delta(self, difference: f64) -> Self {
        Self { min_delta: difference, ..self }
    }

    /// Keeps the weights of the last epoch. Default: restores those of the best.
    pub fn keep_last(self) -> Self {
        Self { keep_last: true, ..self }
    }
}

/// The best epoch, and the number of epochs since the last improvement. Lower scores are better.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Improvements {
    #[serde(with = "bits")]
    best: Option<f64>,
    /// The number of the best epoch; 0 before the first.
    pub(super) best_epoch: usize,
    /// The score of the last improvement.
    #[serde(with = "bits")]
    improved: Option<f64>,
    pub(super) waited: usize,
}

impl Improvements {
    /// Returns whether the epoch is the best so far.
    pub(super) fn after_epoch(
        &mut self,
        number: usize,
        score: f64,
        rule: Option<&EarlyStopping>,
    ) -> bool {
        let min_delta = rule.map_or(0.0, |rule| rule.min_delta);
        let last_of_equals = rule.is_some_and(|rule| rule.last_of_equals);
        if !score.is_nan() && self.improved.is_none_or(|last| last - score > min_delta) {
            self.improved = Some(score);
            self.waited = 0;
        } else {
            self.waited = self.waited.saturating_add(1);
        }
        // Without any score, the first epoch is the best.
        let is_best = match self.best {
            None => self.best_epoch == 0 || !score.is_nan(),
            Some(best) => score < best || last_of_equals && score == best,
        };
        if is_best {
            self.best = Some(score).filter(|score| !score.is_nan());
            self.best_epoch = number;
        }
        is_best
    }
}
