//! Rows in files, shuffled: a window of them at a time.

use super::interface::{BatchBuffers, Batches, Scales};
use super::shuffling::{Shuffling, rows_of_a_unit, units_of};
use crate::batch::{self, Batch, Whole};
use crate::error::{Error, Result};
use crate::{
    data::examples::Examples, data::storage::Side, float::Float, part::Part, threads::Threads,
};
use ndarray_rand::rand::seq::SliceRandom;
use ndarray_rand::rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Shuffles in two steps, without an order of all rows: the blocks of consecutive rows of the whole
/// data set, then the rows within each window of blocks. Rows at the end of a window that do not
/// fill a batch go to the start of the next window. If all rows fit into one window, their order is
/// that of rows in memory.
///
/// A window's rows are read in the order of the files and written to their places in the shuffled
/// order: each batch is a part of the window.
#[derive(Debug)]
pub(crate) struct Windows<'d, F: Float> {
    data: &'d Examples<F>,
    scales: Scales,
    /// The rows of a window, if not all fit into one.
    window: usize,
    batch_size: usize,
    part: Part,
    /// Rows in a unit of the order: a block, or 1 if all rows fit into one window.
    unit: usize,
    /// Units in a window.
    units: usize,
    /// The shuffled units of this epoch, and the next one to read.
    order: Vec<usize>,
    next_unit: usize,
    /// Shuffles the rows within a window.
    generator: ChaCha8Rng,
    /// The rows to read next, in the order of the files, and the turn of each: its place in the
    /// window's shuffled order.
    rows: Vec<usize>,
    turns: Vec<u32>,
    /// Buffer of a window's order.
    shuffled: Vec<u32>,
    left: Vec<usize>,
    dealt: WindowProgress,
    buffers: BatchBuffers<F>,
    /// The weights of all workers' rows, by turn.
    weights: Vec<F>,
}

/// How many of a window's rows have gone into batches.
#[derive(Clone, Copy, Debug, Default)]
struct WindowProgress {
    /// Rows dealt so far, by all workers and by this one.
    rows: usize,
    own: usize,
    /// Rows to deal in this window.
    end: usize,
}

impl<'d, F: Float> Windows<'d, F> {
    pub(super) fn new(
        data: &'d Examples<F>,
        scales: Scales,
        batch_size: usize,
        part: Part,
    ) -> Self {
        let unit = rows_of_a_unit(data);
        let window = data.storage.window().map_or(data.rows(), |window| window.rows);
        // A window must hold at least one batch.
        let units = window.max(batch_size.min(data.rows())).div_ceil(unit);
        Self {
            data,
            scales,
            window,
            batch_size: batch_size.min(data.rows()),
            part,
            unit,
            units,
            order: (0..units_of(data)).collect(),
            next_unit: 0,
            generator: ChaCha8Rng::from_seed([0; 32]),
            rows: Vec::new(),
            turns: Vec::new(),
            shuffled: Vec::new(),
            left: Vec::new(),
            dealt: WindowProgress::default(),
            buffers: BatchBuffers::new(data),
            weights: Vec::new(),
        }
    }

    /// Whether all rows fit one window.
    fn is_one(&self) -> bool {
        self.data.rows() <= self.window
    }

    /// Reads the next window.
    fn fill(&mut self) -> Result<()> {
        let first = self.next_unit;
        let end = (first + self.units).min(self.order.len());
        self.next_unit = end;
        if self.is_one() {
            self.rows.clear();
            self.rows.extend(0..self.data.rows());
            self.data.storage.sort(&mut self.rows);
            // The turn of each row.
            self.shuffled.resize(self.order.len(), 0);
            for (turn, &row) in self.order.iter().enumerate() {
                self.shuffled[row] = turn as u32;
            }
            self.turns.clear();
            self.turns.extend(self.rows.iter().map(|&row| self.shuffled[row]));
        } else {
            self.choose(first..end);
        }
        let turns = self.rows.len();
        let last = end == self.order.len();
        let dealt = if last { turns } else { turns - turns % self.batch_size };
        self.dealt = WindowProgress { rows: 0, own: 0, end: dealt };
        if let Some(weights) = self.data.weights() {
            self.weights.resize(turns, F::zero());
            for (&row, &turn) in self.rows.iter().zip(&self.turns) {
                self.weights[turn as usize] = weights[row];
            }
        }
        self.keep_own(dealt);
        let (rows, columns) = (self.rows.len(), self.data.features() + self.data.outputs());
        // A batch may be larger than a window.
        if rows > self.window {
            Error::check_memory::<F>(rows, columns)?;
        }
        for side in [Side::Inputs, Side::Targets] {
            let storage = &*self.data.storage;
            self.buffers.read(side, storage, &self.scales, &self.rows, &self.turns)?;
        }
        Ok(())
    }

    /// Takes the rows left over from the last window, then those of these units in random turns.
    fn choose(&mut self, units: std::ops::Range<usize>) {
        self.rows.clear();
        self.rows.append(&mut self.left);
        let left = self.rows.len();
        self.turns.clear();
        self.turns.extend(0..left as u32);
        let units = &mut self.order[units];
        units.sort_unstable();
        for &unit in &*units {
            let start = unit * self.unit;
            self.rows.extend(start..self.data.rows().min(start + self.unit));
        }
        let fresh = (self.rows.len() - left) as u32;
        self.shuffled.clear();
        self.shuffled.extend(0..fresh);
        self.shuffled.shuffle(&mut self.generator);
        self.turns.extend(self.shuffled.iter().map(|turn| left as u32 + turn));
    }

    /// Keeps this worker's rows, each with its place in the buffer. Rows from turn `dealt` on are
    /// left over for the next window.
    fn keep_own(&mut self, dealt: usize) {
        self.left.resize(self.rows.len() - dealt, 0);
        if self.left.is_empty() && self.part.is_all() {
            return;
        }
        let (size, own_of_batch) = (self.batch_size, self.part.of(self.batch_size));
        let mut kept = 0;
        for index in 0..self.rows.len() {
            let (row, turn) = (self.rows[index], self.turns[index] as usize);
            if turn >= dealt {
                self.left[turn - dealt] = row;
                continue;
            }
            let (batch, in_batch) = (turn / size, turn % size);
            let own = if (batch + 1) * size <= dealt {
                own_of_batch.clone()
            } else {
                self.part.of(dealt - batch * size)
            };
            if own.contains(&in_batch) {
                let place = batch * own_of_batch.len() + in_batch - own.start;
                (self.rows[kept], self.turns[kept]) = (row, place as u32);
                kept += 1;
            }
        }
        self.rows.truncate(kept);
        self.turns.truncate(kept);
    }
}

impl<F: Float> Batches<F> for Windows<'_, F> {
    fn begin(&mut self, _: usize, seed: u64, shuffling: &mut Option<Shuffling>) -> Result<()> {
        let data = self.data;
        let shuffling = shuffling.get_or_insert_with(|| Shuffling::new(data, seed));
        shuffling.next_order(&mut self.order);
        if !self.is_one() {
            let seed = shuffling.generator().next_u64();
            self.generator = ChaCha8Rng::seed_from_u64(seed);
        }
        self.next_unit = 0;
        self.left.clear();
        self.dealt = WindowProgress::default();
        Ok(())
    }

    fn next(&mut self, _: Threads) -> Result<Option<Batch<'_, F>>> {
        // The data's last block may be short: a window may then hold less than a batch.
        while self.dealt.rows == self.dealt.end {
            if self.next_unit == self.order.len() {
                return Ok(None);
            }
            self.fill()?;
        }
        let WindowProgress { rows: first, own: place, end } = self.dealt;
        let rows = self.batch_size.min(end - first);
        let own = self.part.of(rows);
        self.dealt.rows += rows;
        self.dealt.own += own.len();
        let in_buffer = place..place + own.len();
        let inputs = self.buffers.inputs.as_rows().slice(in_buffer.clone());
        let targets = self.buffers.targets.as_rows().slice(in_buffer);
        let mut batch = Batch::new(inputs, targets.view(), None);
        let mut weight = rows as f64;
        if self.data.weights().is_some() {
            let all = &self.weights[first..first + rows];
            weight = batch::sum(all);
            batch.weights = Some(&all[own.clone()]);
        }
        batch.whole = Whole { rows, weight, before: own.start };
        Ok(Some(batch))
    }

    fn steps(&self) -> Option<u64> {
        Some(self.data.rows().div_ceil(self.batch_size) as u64)
    }
}

#[cfg(feature = "npy")]
#[cfg(test)]
mod tests;
