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

/// The rows of a block, the unit of the order, if all rows exceed a window. Else it is one row.
pub(super) fn block<F: Float>(data: &Examples<F>) -> Option<usize> {
    let window = data.storage.window().filter(|window| data.rows() > window.rows);
    window.map(|window| window.block)
}

/// The number of units.
pub(super) fn units<F: Float>(data: &Examples<F>) -> usize {
    data.rows().div_ceil(block(data).unwrap_or(1))
}

impl Shuffling {
    pub(crate) fn new<F: Float>(data: &Examples<F>, seed: u64) -> Self {
        let (rows, order) = (data.rows(), (0..units(data)).collect());
        Self { rows, order, generator: generator(seed, Purpose::Shuffling) }
    }

    /// Checks that this is an order of these rows.
    pub(crate) fn check<F: Float>(&self, data: &Examples<F>) -> Result<()> {
        let mut seen = vec![false; units(data)];
        let mut once =
            |&unit: &usize| seen.get_mut(unit).is_some_and(|seen| !std::mem::replace(seen, true));
        let reason = if self.rows != data.rows() {
            "it was saved with another number of rows"
        } else if self.order.len() != units(data) {
            "the rows are shuffled in another way, as in files and not in memory"
        } else if !self.order.iter().all(&mut once) {
            "its order of the rows has a row twice"
        } else {
            return Ok(());
        };
        Err(TrainingError::StateMismatch { reason }.into())
    }
}
