use crate::bits;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Ends training when the loss has not improved for `patience` epochs, and restores the weights of the best epoch.
///
/// The loss is that of the validation rows; with [`Trainer::monitor`](super::Trainer::monitor), a metric of theirs takes its place. An epoch is better only if
/// its value is better than the best before it; NaN never is.
/// With patience 1 training ends after the first epoch that is no better; with patience n, after n such
/// epochs in a row.
///
/// ```
/// use densely::{Dataset, Dense, EarlyStopping, Identity, MeanSquaredError, Mlp, Sgd, Trainer, trainer::StopReason};
/// use ndarray::array;
///
/// // a = w x with w = 1; of the loss w² at x = 1 the gradient is 2 w.
/// let fresh = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::new(array![[1.0]], array![[0.0]])?;
/// let trainer = |rate, rule| Trainer::new(MeanSquaredError, Sgd::new(rate)).without_validation().early_stopping(rule);
///
/// // At this rate w becomes -w: the first epoch is as good as any, and three are waited for a better one.
/// let mut net = fresh.clone();
/// let report = trainer(1.0, EarlyStopping::patience(3)).fit(&mut net, &data)?;
/// assert_eq!((report.stop_reason(), report.epochs().len(), report.best_epoch()), (StopReason::EarlyStopping, 4, 1));
/// assert_eq!(net.layers()[0].weights(), array![[-1.0]]);                       // the best epoch's
/// let mut net = fresh.clone();
/// trainer(1.0, EarlyStopping::patience(3).keep_last()).fit(&mut net, &data)?;
/// assert_eq!(net.layers()[0].weights(), array![[1.0]]);                        // the fourth's
///
/// // At this one losses fall slowly: 1, 0.81, 0.66.
/// let report = trainer(0.05, EarlyStopping::patience(2).min_delta(0.5)).fit(&mut fresh.clone(), &data)?;
/// assert_eq!((report.epochs().len(), report.best_epoch()), (3, 3));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct EarlyStopping {
    patience: usize,
    min_delta: f64,
    keep_last: bool,
}

impl EarlyStopping {
    /// Stops after this many epochs in a row, at least 1, that are no better than the best before them.
    pub fn patience(epochs: usize) -> Self {
        Self { patience: epochs, min_delta: 0.0, keep_last: false }
    }

    /// For patience, an epoch counts as better only if it is better by more than this, at least 0 and finite, than the last that counted: of a
    /// loss, in the unit of the targets that are trained on. Default: 0. The best epoch is the best one, by however little.
    pub fn min_delta(mut self, difference: f64) -> Self {
        self.min_delta = difference;
        self
    }

    /// Leaves the network with the weights of the last epoch. Default: with those of the best.
    pub fn keep_last(mut self) -> Self {
        self.keep_last = true;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        Error::check_setting("patience", self.patience as f64, "at least 1", |p| p >= 1.0)?;
        let holds = |delta: f64| delta >= 0.0 && delta.is_finite();
        Error::check_setting("min_delta", self.min_delta, "at least 0 and finite", holds)
    }

    pub(super) fn restores_best(&self) -> bool {
        !self.keep_last
    }

    /// Whether to stop after what was seen.
    pub(super) fn stops(&self, progress: &Progress) -> bool {
        progress.waited >= self.patience
    }
}

/// Which epoch was the best, and how many there were without improvement. Scores: the lower, the better.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    #[serde(with = "bits")]
    best: Option<f64>,
    best_epoch: usize,
    /// The last score that counted as an improvement.
    #[serde(with = "bits")]
    improved: Option<f64>,
    waited: usize,
}

impl Progress {
    /// Whether it is the best epoch so far.
    pub(super) fn after_epoch(
        &mut self,
        number: usize,
        score: f64,
        rule: Option<&EarlyStopping>,
    ) -> bool {
        let min_delta = rule.map_or(0.0, |rule| rule.min_delta);
        if !score.is_nan() && self.improved.is_none_or(|last| last - score > min_delta) {
            self.improved = Some(score);
            self.waited = 0;
        } else {
            self.waited = self.waited.saturating_add(1);
        }
        // Where no epoch has a score, the first is as good as any.
        let is_best = match self.best {
            None => self.best_epoch == 0 || !score.is_nan(),
            Some(best) => score < best,
        };
        if is_best {
            self.best = Some(score).filter(|score| !score.is_nan());
            self.best_epoch = number;
        }
        is_best
    }

    /// The number of the best epoch; 0 before the first.
    pub(super) fn best_epoch(&self) -> usize {
        self.best_epoch
    }
}
