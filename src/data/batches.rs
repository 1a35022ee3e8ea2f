//! Batches of rows in network units. Shuffled rows and streams have one interface; rows in order
//! have their own.

mod in_order;
mod shuffling;
mod stream;
mod windows;

pub(crate) use super::storage::Scales;
pub(crate) use in_order::{InOrder, ROWS_AT_ONCE};
pub(crate) use shuffling::Shuffling;
pub(crate) use stream::{Stream, WholeBatch};
pub(crate) use windows::shuffled;

use crate::{batch::Batch, error::Result, float::Float, threads::Threads};

/// Lends the batches of one epoch after the other.
pub(crate) trait Batches<F: Float>: Send {
    /// Begins an epoch, counted from 1. `shuffling` is kept from epoch to epoch; the seed starts
    /// it.
    fn begin(&mut self, epoch: usize, seed: u64, shuffling: &mut Option<Shuffling>) -> Result<()>;

    /// This worker's part of the next batch of the epoch; `None` after the last.
    fn next(&mut self, threads: Threads) -> Result<Option<Batch<'_, F>>>;

    /// The number of steps of an epoch, if it is known in advance.
    fn steps(&self) -> Option<u64> {
        None
    }
}
