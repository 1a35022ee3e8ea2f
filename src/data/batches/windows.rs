//! Rows in a new random order in each epoch, a window of them at a time.

use super::{Batches, shuffling, shuffling::Shuffling};
use crate::data::storage::{Scales, Side, Sides};
use crate::{batch::Batch, data::dataset::Examples, error::Result, float::Float};
use crate::{matrix::Matrix, part::Part, threads::Threads};
use ndarray_rand::rand::{RngCore, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// Reads a window of rows at a time, each row to its place in the order: a batch is a part of the
/// window. Of rows in memory, a window holds one batch.
///
/// If the rows do not fit into one window, they are shuffled in two steps, without an order of all:
/// the blocks of consecutive rows of the whole data set, then the rows within each window of
/// blocks. Rows at the end of a window that do not fill a batch go to the start of the next window.
#[derive(Debug)]
struct Windows<'d, F: Float> {
    data: &'d Examples<F>,
    scales: Scales,
    batch_size: usize,
    /// Leaves out the last batch if it is short.
    drop_last: bool,
    part: Part,
    /// The shuffled units of this epoch, rows or blocks, and the next one to read.
    order: Vec<usize>,
    next_unit: usize,
    /// Units in a window.
    units: usize,
    /// The rows of a block, and what shuffles the rows within a window.
    blocks: Option<(usize, ChaCha8Rng)>,
    /// The rows of the window, in their order. All workers deal those before `end`.
    rows: Vec<usize>,
    end: usize,
    /// How many of them have gone into batches.
    dealt: usize,
    /// This worker's rows of the window, and their numbers.
    own: Vec<usize>,
    buffers: Sides<Matrix<F>>,
    /// The weights of a batch's rows, of all workers.
    weights: Vec<F>,
}

/// The rows in a new order in each epoch.
pub(crate) fn shuffled<'d, F: Float>(
    data: &'d Examples<F>,
    scales: Scales,
    (batch_size, drop_last): (usize, bool),
    part: Part,
) -> Box<dyn Batches<F> + 'd> {
    let batch_size = batch_size.min(data.rows());
    let block = shuffling::block(data);
    // A window must hold at least one batch.
    let window = data.storage.window().map_or(batch_size, |window| window.rows.max(batch_size));
    Box::new(Windows {
        data,
        scales,
        batch_size,
        drop_last,
        part,
        order: vec![0; shuffling::entries(data)],
        next_unit: 0,
        units: window.div_ceil(block.unwrap_or(1)),
        blocks: block.map(|block| (block, ChaCha8Rng::from_seed([0; 32]))),
        rows: Vec::new(),
        end: 0,
        dealt: 0,
        own: Vec::new(),
        buffers: Sides::default(),
        weights: Vec::new(),
    })
}

impl<F: Float> Windows<'_, F> {
    /// Reads the next window.
    fn fill(&mut self, threads: Threads) -> Result<()> {
        // The rows that are left over come first.
        self.rows.drain(..self.end);
        let first = self.next_unit;
        self.next_unit = self.order.len().min(first + self.units);
        let units = &mut self.order[first..self.next_unit];
        match &mut self.blocks {
            None => self.rows.extend_from_slice(units),
            Some((block, generator)) => {
                units.sort_unstable();
                let left = self.rows.len();
                let starts = units.iter().map(|&unit| unit * *block);
                let rows = starts.flat_map(|row| row..self.data.rows().min(row + *block));
                self.rows.extend(rows.clone());
                let mut places: Vec<usize> = (left..self.rows.len()).collect();
                places.shuffle(generator);
                rows.zip(places).for_each(|(row, place)| self.rows[place] = row);
            }
        }
        let count = self.rows.len();
        let is_last = self.next_unit == self.order.len();
        self.end = if is_last { count } else { count - count % self.batch_size };
        self.dealt = 0;
        self.own.clear();
        for batch in self.rows[..self.end].chunks(self.batch_size) {
            self.own.extend_from_slice(&batch[self.part.of(batch.len())]);
        }
        self.data.storage.read(Side::BOTH, &self.own, &self.scales, &mut self.buffers, threads)
    }
}

impl<F: Float> Batches<F> for Windows<'_, F> {
    fn begin(&mut self, _: usize, seed: u64, shuffling: &mut Option<Shuffling>) -> Result<()> {
        let data = self.data;
        let shuffling = shuffling.get_or_insert_with(|| Shuffling::new(data, seed));
        shuffling.order.shuffle(&mut shuffling.generator);
        self.order.copy_from_slice(&shuffling.order);
        if let Some((_, generator)) = &mut self.blocks {
            *generator = ChaCha8Rng::seed_from_u64(shuffling.generator.next_u64());
        }
        self.rows.clear();
        (self.next_unit, self.end, self.dealt) = (0, 0, 0);
        Ok(())
    }

    fn next(&mut self, threads: Threads) -> Result<Option<Batch<'_, F>>> {
        // The data's last block may be short: a window may then hold less than a batch.
        while self.dealt == self.end {
            if self.next_unit == self.order.len() {
                return Ok(None);
            }
            self.fill(threads)?;
        }
        let rows = &self.rows[self.dealt..self.end.min(self.dealt + self.batch_size)];
        if self.drop_last && rows.len() < self.batch_size {
            return Ok(None);
        }
        let own = self.part.of(rows.len());
        // All batches before this one are full.
        let own_dealt = self.dealt / self.batch_size * self.part.of(self.batch_size).len();
        let in_buffers = own_dealt..own_dealt + own.len();
        self.dealt += rows.len();
        let inputs = self.buffers.inputs.as_rows().slice(in_buffers.clone());
        let targets = self.buffers.targets.as_rows().slice(in_buffers).view();
        let weights = self.data.weights.as_deref().map(|weights| {
            self.weights.clear();
            self.weights.extend(rows.iter().map(|&row| weights[row]));
            &self.weights[..]
        });
        Ok(Some(Batch::part(inputs, targets, weights, own, rows.len())))
    }

    fn steps(&self) -> Option<u64> {
        let rows = self.data.rows();
        let short = usize::from(!self.drop_last && !rows.is_multiple_of(self.batch_size));
        Some((rows / self.batch_size + short) as u64)
    }
}

#[cfg(feature = "npy")]
#[cfg(test)]
mod tests;
