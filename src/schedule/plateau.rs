use crate::bits;
use serde::{Deserialize, Serialize};

/// The state of a schedule that waits for a plateau.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Plateau {
    #[serde(with = "bits")]
    best: Option<f64>,
    /// Epochs in a row without an improvement.
    waited: usize,
    /// The learning rate after its first reduction.
    #[serde(with = "bits")]
    reduced: Option<f64>,
}

impl Plateau {
    pub(super) fn rate(self, base: f64) -> f64 {
        self.reduced.unwrap_or(base)
    }

    /// NaN is never an improvement.
    pub(super) fn after_epoch(&mut self, score: f64, base: f64, factor: f64, patience: usize) {
        if !score.is_nan() && self.best.is_none_or(|best| score < best) {
            self.best = Some(score);
            self.waited = 0;
            return;
        }
        self.waited = self.waited.saturating_add(1);
        if self.waited >= patience {
            self.waited = 0;
            self.reduced = Some(self.rate(base) * factor);
        }
    }
}
