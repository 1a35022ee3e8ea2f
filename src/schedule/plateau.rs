use crate::bits;
use serde::{Deserialize, Serialize};

/// The state of a schedule that waits for a plateau.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Plateau {
    #[serde(with = "bits")]
    pub(super) best: Option<f64>,
    /// Epochs in a row without an improvement.
    pub(super) waited: usize,
    /// The learning rate after its first reduction.
    #[serde(with = "bits")]
    pub(super) reduced: Option<f64>,
}
