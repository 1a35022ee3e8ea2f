//! Shuffled mini-batches.

use crate::random::{Purpose, generator};
use crate::rows::Rows;
use crate::threads::Threads;
use crate::{Dataset, Float};
use ndarray::{ArrayView2, ArrayViewMut2};
use ndarray_rand::rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Copying a number from a row that is not in cache takes as long as so many multiplications.
const COST: usize = 16;

/// Deals the rows of a data set out in batches, in a new order each epoch. The buffers are made once.
#[derive(Debug)]
pub(super) struct Batches<F> {
    order: Vec<usize>,
    batch_size: usize,
    inputs: Rows<F>,
    targets: Rows<F>,
    generator: ChaCha8Rng,
}

impl<F: Float> Batches<F> {
    pub(super) fn new(data: &Dataset<F>, batch_size: usize, seed: u64) -> Self {
        Self {
            order: (0..data.rows()).collect(),
            batch_size: batch_size.min(data.rows()),
            inputs: Rows::new(data.features()),
            targets: Rows::new(data.outputs()),
            generator: generator(seed, Purpose::Shuffling),
        }
    }

    /// A new order.
    pub(super) fn shuffle(&mut self) {
        self.order.shuffle(&mut self.generator);
    }

    /// How many batches an epoch has.
    pub(super) fn count(&self) -> usize {
        self.order.len().div_ceil(self.batch_size)
    }

    /// The inputs and targets of one batch; the last has the rows that are left.
    pub(super) fn gather(
        &mut self,
        batch: usize,
        data: &Dataset<F>,
        threads: Threads,
    ) -> (ArrayView2<'_, F>, ArrayView2<'_, F>) {
        let start = batch * self.batch_size;
        let end = (start + self.batch_size).min(self.order.len());
        let rows = &self.order[start..end];
        let to = (rows, self.inputs.resize(rows.len()), self.targets.resize(rows.len()));
        let cost = COST * rows.len() * (data.features() + data.outputs());
        threads.divide(to, cost, &|_, (rows, inputs, targets)| {
            gather(data.inputs(), rows, inputs);
            gather(data.targets(), rows, targets);
        });
        (self.inputs.view(), self.targets.view())
    }
}

fn gather<F: Float>(from: ArrayView2<'_, F>, rows: &[usize], mut to: ArrayViewMut2<'_, F>) {
    let columns = from.ncols();
    if let (Some(from), Some(to)) = (from.to_slice(), to.as_slice_mut()) {
        for (&row, to) in rows.iter().zip(to.chunks_exact_mut(columns)) {
            to.copy_from_slice(&from[row * columns..(row + 1) * columns]);
        }
    }
}
