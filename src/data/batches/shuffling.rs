//! The random order of rows, which is kept from epoch to epoch.

use crate::error::{Result, TrainingError};
use crate::random::{self, Purpose, generator};
use crate::{bits, data::dataset::Examples, float::Float};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The order of the rows, or of blocks of rows, and the generator that shuffles it for the next
/// epoch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Shuffling {
    rows: usize,
    #[serde(with = "bits")]
    pub(super) order: Vec<usize>,
    #[serde(with = "random")]
    pub(super) generator: ChaCha8Rng,
}

/// The number of rows in a block, if there are more rows than a window holds: blocks are shuffled
/// then. `None` if rows are.
pub(super) fn block<F: Float>(data: &Examples<F>) -> Option<usize> {
    let window = data.storage.window().filter(|window| data.rows() > window.rows);
    window.map(|window| window.block)
}

/// The number of blocks or rows to shuffle.
pub(super) fn entries<F: Float>(data: &Examples<F>) -> usize {
    data.rows().div_ceil(block(data).unwrap_or(1))
}

impl Shuffling {
    pub(crate) fn new<F: Float>(data: &Examples<F>, seed: u64) -> Self {
        let (rows, order) = (data.rows(), (0..entries(data)).collect());
        Self { rows, order, generator: generator(seed, Purpose::Shuffling) }
    }

    /// Checks that this is an order of these rows.
    pub(crate) fn check<F: Float>(&self, data: &Examples<F>) -> Result<()> {
        let mut seen = vec![false; entries(data)];
        let mut once =
            |&entry: &usize| seen.get_mut(entry).is_some_and(|seen| !std::mem::replace(seen, true));
        let reason = if self.rows != data.rows() {
            "it was saved with another number of rows"
        } else if self.order.len() != entries(data) {
            "the rows were shuffled in memory and are now in files, or the reverse"
        } else if !self.order.iter().all(&mut once) {
            "its order of the rows does not have each row once"
        } else {
            return Ok(());
        };
        Err(TrainingError::StateMismatch { reason }.into())
    }
}
