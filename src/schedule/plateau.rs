use crate::exact;
use serde::{Deserialize, Serialize};

/// What a schedule that waits for a plateau has seen.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Plateau {
    #[serde(with = "exact")]
    best: Option<f64>,
    /// Epochs in a row that were no better.
    waited: usize,
    reductions: u32,
}

impl Plateau {
    /// How many times the rate was reduced.
    pub(super) fn reductions(self) -> u32 {
        self.reductions
    }

    /// NaN is no better than anything.
    pub(super) fn after_epoch(&mut self, score: f64, patience: usize) {
        if !score.is_nan() && self.best.is_none_or(|best| score < best) {
            self.best = Some(score);
            self.waited = 0;
            return;
        }
        self.waited += 1;
        if self.waited >= patience {
            self.waited = 0;
            self.reductions += 1;
        }
    }
}
