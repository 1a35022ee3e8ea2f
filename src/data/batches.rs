//! Batches of rows, in network units: one interface for rows in order, shuffled, and from a stream.

mod in_order;
mod interface;
mod shuffled;
mod shuffling;
mod stream;
mod windows;

pub(crate) use in_order::InOrder;
pub(crate) use interface::{Batches, Scales};
pub(crate) use shuffled::Shuffled;
pub(crate) use shuffling::Shuffling;
pub(crate) use stream::{Stream, WholeBatch};
pub(crate) use windows::Windows;

use super::{examples::Examples, storage::Side};
use crate::{float::Float, part::Part};

/// The rows in a new order in each epoch.
pub(crate) fn shuffled<'d, F: Float>(
    data: &'d Examples<F>,
    scales: Scales,
    batch_size: usize,
    part: Part,
) -> Box<dyn Batches<F> + 'd> {
    match (data.storage.in_memory(Side::Inputs), data.storage.in_memory(Side::Targets)) {
        (Some(inputs), Some(targets)) => {
            Box::new(Shuffled::new(data, [inputs, targets], scales, batch_size, part))
        }
        _ => Box::new(Windows::new(data, scales, batch_size, part)),
    }
}
