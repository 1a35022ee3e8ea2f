//! The random order of rows, which is kept from epoch to epoch.

use crate::error::{Result, TrainingError};
use crate::random::{self, Purpose, generator};
use crate::{bits, data::examples::Examples, float::Float};
use ndarray_rand::rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The order of the rows, or of blocks of rows, and the generator that shuffles it for the next
/// epoch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Shuffling {
    rows: usize,
    #[serde(with = "bits")]
    order: Vec<usize>,
    #[serde(with = "random")]
    generator: ChaCha8Rng,
}

/// Rows of one unit of the order: 1, or a block if all rows exceed a window.
pub(super) fn rows_of_a_unit<F: Float>(data: &Examples<F>) -> usize {
    data.storage
        .window()
        .filter(|window| data.rows() > window.rows)
        .map_or(1, |window| window.block)
}

/// The number of units: of rows, or of blocks if all rows exceed a window.
pub(super) fn units_of<F: Float>(data: &Examples<F>) -> usize {
    data.rows().div_ceil(rows_of_a_unit(data))
}

impl Shuffling {
    pub(crate) fn new<F: Float>(data: &Examples<F>, seed: u64) -> Self {
        let (rows, order) = (data.rows(), (0..units_of(data)).collect());
        Self { rows, order, generator: generator(seed, Purpose::Shuffling) }
    }

    /// Makes the next order, and copies it.
    pub(super) fn next_order(&mut self, order: &mut [usize]) {
        self.order.shuffle(&mut self.generator);
        order.copy_from_slice(&self.order);
    }

    pub(super) fn generator(&mut self) -> &mut ChaCha8Rng {
        &mut self.generator
    }

    /// Checks that this is an order of these rows.
    pub(crate) fn check<F: Float>(&self, data: &Examples<F>) -> Result<()> {
        let refused = |reason| Err(TrainingError::StateMismatch { reason }.into());
        if self.rows != data.rows() {
            return refused("it was saved with another number of rows");
        }
        let units = units_of(data);
        let mut seen = vec![false; units];
        let mut once =
            |unit: usize| seen.get_mut(unit).is_some_and(|seen| !std::mem::replace(seen, true));
        if self.order.len() != units {
            return refused("the rows are shuffled in another way, as in files and not in memory");
        }
        match self.order.iter().all(|&unit| once(unit)) {
            true => Ok(()),
            false => refused("its order of the rows has a row twice"),
        }
    }
}
