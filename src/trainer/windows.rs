//! Batches of rows that are not in memory: a window of them at a time.

use super::batches::{Shuffling, Source, Step, rows_of_a_unit, units_of};
use crate::batch::{Batch, Whole};
use crate::data::{Examples, Matrix};
use crate::error::{Result, ShapeError};
use crate::float::Float;
use crate::matrix::{Rows, fit_in_memory};
use crate::threads::Threads;
use crate::workers::Part;
use ndarray::{ArrayView1, Axis, Slice};
use rand::seq::SliceRandom;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

/// Shuffles in two steps, without an order of all rows: blocks of consecutive rows in a random order over the whole data set, and the rows of as many blocks as fit a
/// window among themselves. What is left of a window, less than a batch, is dealt first in the next one. Where all rows fit one window, their order is the one from memory.
///
/// A window's rows are read in the order of the files, and written to where they are dealt: a batch is then a part of the window.
#[derive(Debug)]
pub(super) struct Windowed<'d, F: Float> {
    data: &'d dyn Examples<F>,
    batch_size: usize,
    part: Part,
    /// Rows in a unit of the order: a block, or 1 where all rows fit one window.
    unit: usize,
    /// Units in a window.
    units: usize,
    /// The units of this epoch in their order, and the next of them that is to be read.
    order: Vec<usize>,
    next_unit: usize,
    /// Of the order in a window.
    generator: ChaCha8Rng,
    /// The rows to be read next, as they are read, and where each belongs: the number of its turn in this window.
    rows: Vec<usize>,
    turns: Vec<u32>,
    /// Buffer of a window's order.
    shuffled: Vec<u32>,
    left: Vec<usize>,
    dealt: Dealt,
    inputs: Rows<F>,
    targets: Rows<F>,
    /// Of all workers' rows, by their turns.
    weights: Rows<F>,
}

/// How far a window was dealt.
#[derive(Clone, Copy, Debug)]
struct Dealt {
    /// Rows of the window that have been dealt, by all workers, and by this one.
    rows: usize,
    own: usize,
    /// Rows that are dealt in this window.
    end: usize,
}

impl<'d, F: Float> Windowed<'d, F> {
    pub(super) fn new(data: &'d dyn Examples<F>, batch_size: usize, part: Part) -> Self {
        let unit = rows_of_a_unit(data);
        // A window of less than a batch would have nothing to deal.
        let units = data.window().rows.max(batch_size.min(data.rows())).div_ceil(unit);
        Self {
            data,
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
            dealt: Dealt { rows: 0, own: 0, end: 0 },
            inputs: Rows::new(data.features()),
            targets: Rows::new(data.outputs()),
            weights: Rows::new(1),
        }
    }

    /// Whether all rows fit one window.
    fn is_one(&self) -> bool {
        self.data.rows() <= self.data.window().rows
    }

    /// Reads the next window.
    fn fill(&mut self) -> Result<()> {
        let first = self.next_unit;
        let end = (first + self.units).min(self.order.len());
        self.next_unit = end;
        if self.is_one() {
            self.rows.clear();
            self.rows.extend(0..self.data.rows());
            self.data.sort(&mut self.rows);
            // Where each row stands in the order.
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
        self.dealt = Dealt { rows: 0, own: 0, end: dealt };
        if let Some(weights) = self.data.weights() {
            let mut by_turn = self.weights.resize(turns);
            let mut by_turn = by_turn.column_mut(0);
            for (&row, &turn) in self.rows.iter().zip(&self.turns) {
                by_turn[turn as usize] = weights[row];
            }
        }
        self.keep_own(dealt);
        let (rows, columns) = (self.rows.len(), self.inputs.columns() + self.targets.columns());
        // Of a batch that is larger than a window.
        if rows > self.data.window().rows && !fit_in_memory::<F>(rows, columns) {
            return Err(ShapeError::TooLarge { rows, columns }.into());
        }
        for (matrix, buffer) in
            [(Matrix::Inputs, &mut self.inputs), (Matrix::Targets, &mut self.targets)]
        {
            if let Some(numbers) = buffer.resize(rows).as_slice_mut() {
                self.data.read(matrix, &self.rows, &self.turns, numbers)?;
            }
        }
        Ok(())
    }

    /// The rows that were left, then those of these units, with a random turn each.
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

    /// Of the window's rows, keeps those that this worker deals, with the place where each belongs in its buffer; those that are not dealt are left for the next window.
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

impl<F: Float> Source<F> for Windowed<'_, F> {
    fn begin(&mut self, _: usize, shuffling: &mut Option<Shuffling>) -> Result<()> {
        if let Some(shuffling) = shuffling {
            shuffling.next_order(&mut self.order);
            if !self.is_one() {
                let seed = shuffling.generator().next_u64();
                self.generator = ChaCha8Rng::seed_from_u64(seed);
            }
        }
        self.next_unit = 0;
        self.left.clear();
        self.dealt = Dealt { rows: 0, own: 0, end: 0 };
        Ok(())
    }

    fn next(&mut self, _: Threads, step: &mut Step<'_, F>) -> Option<Result<ControlFlow<()>>> {
        // A window with the short block at the end of the data may have less than a batch.
        while self.dealt.rows == self.dealt.end {
            if self.next_unit == self.order.len() {
                return None;
            }
            if let Err(error) = self.fill() {
                return Some(Err(error));
            }
        }
        let Dealt { rows: first, own: place, end } = self.dealt;
        let rows = self.batch_size.min(end - first);
        let own = self.part.of(rows);
        self.dealt.rows += rows;
        self.dealt.own += own.len();
        let slice = |first: usize, rows: usize| Slice::from(first..first + rows);
        let weights = self.data.weights().map(|_| self.weights.view().remove_axis(Axis(1)));
        let of_all = weights.map(|weights| weights.slice_axis_move(Axis(0), slice(first, rows)));
        let weights = of_all.map(|all| all.slice_axis_move(Axis(0), slice(own.start, own.len())));
        let whole = (!self.part.is_all()).then(|| {
            let sum = |weights: ArrayView1<'_, F>| weights.iter().map(|w| w.as_f64()).sum();
            Whole { rows, weight: of_all.map_or(rows as f64, sum), before: own.start }
        });
        let in_buffer = slice(place, own.len());
        let inputs = self.inputs.view().slice_axis_move(Axis(0), in_buffer);
        let targets = self.targets.view().slice_axis_move(Axis(0), in_buffer);
        Some(step(Batch { inputs, targets, weights, whole }))
    }

    fn steps(&self) -> Option<u64> {
        Some(self.data.rows().div_ceil(self.batch_size) as u64)
    }

    fn rows(&self) -> Option<&dyn Examples<F>> {
        Some(self.data)
    }
}

#[cfg(test)]
#[cfg(feature = "npy")]
mod tests;
