//! Rows in their own order.

use super::interface::{BatchBuffers, Scales};
use crate::{
    batch::Batch, data::examples::Examples, data::storage::Side, error::Result, float::Float,
};
use std::ops::Range;

/// Lends consecutive rows: for validation, predictions, scales and checks.
#[derive(Debug)]
pub(crate) struct InOrder<'d, F: Float> {
    data: &'d Examples<F>,
    sides: &'static [Side],
    scales: Scales,
    batch_size: usize,
    all: Range<usize>,
    /// The rows that are still to be lent.
    rows: Range<usize>,
    /// The rows in the buffers.
    read: Range<usize>,
    buffers: BatchBuffers<F>,
    /// The rows to read, and their places in the buffers.
    numbers: Vec<usize>,
    places: Vec<u32>,
}

/// The bytes of numbers that are read from files at once: many enough to outweigh the cost of a
/// read, and few beside a window of shuffled rows.
const AT_ONCE: usize = 4 << 20;

/// The batch size for results that do not depend on it.
const ROWS_AT_ONCE: usize = 64;

impl<'d, F: Float> InOrder<'d, F> {
    /// Inputs and targets of these rows, `batch_size` at a time.
    pub(crate) fn new(
        data: &'d Examples<F>,
        rows: Range<usize>,
        batch_size: usize,
        scales: Scales,
    ) -> Self {
        Self::of(data, &[Side::Inputs, Side::Targets], rows, batch_size, scales)
    }

    /// The inputs of these rows in the data's units; without targets.
    pub(crate) fn inputs(data: &'d Examples<F>, rows: Range<usize>) -> Self {
        Self::of(data, &[Side::Inputs], rows, ROWS_AT_ONCE, Scales::default())
    }

    /// The targets of all rows in the data's units; without inputs.
    pub(crate) fn targets(data: &'d Examples<F>) -> Self {
        Self::targets_of(data, 0..data.rows())
    }

    /// The targets of these rows in the data's units; without inputs.
    pub(crate) fn targets_of(data: &'d Examples<F>, rows: Range<usize>) -> Self {
        Self::of(data, &[Side::Targets], rows, ROWS_AT_ONCE, Scales::default())
    }

    fn of(
        data: &'d Examples<F>,
        sides: &'static [Side],
        rows: Range<usize>,
        batch_size: usize,
        scales: Scales,
    ) -> Self {
        let (all, read, buffers) = (rows.clone(), rows.start..rows.start, BatchBuffers::new(data));
        let (numbers, places) = (Vec::new(), Vec::new());
        Self { data, sides, scales, batch_size, all, rows, read, buffers, numbers, places }
    }

    /// Starts again at the first row.
    pub(crate) fn rewind(&mut self) {
        self.rows = self.all.clone();
        self.read = self.all.start..self.all.start;
    }

    /// The data set that contains the rows.
    pub(crate) fn data(&self) -> &'d Examples<F> {
        self.data
    }

    /// The next rows; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Batch<'_, F>>> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        if self.rows.start == self.read.end {
            self.fill()?;
        }
        let start = self.rows.start;
        let end = self.read.end.min(start + self.batch_size);
        self.rows.start = end;
        let of_buffer = start - self.read.start..end - self.read.start;
        let [inputs, targets] = [&self.buffers.inputs, &self.buffers.targets].map(|matrix| {
            let rows = matrix.as_rows();
            if rows.rows() == 0 { rows } else { rows.slice(of_buffer.clone()) }
        });
        let weights = self.data.weights().map(|weights| &weights[start..end]);
        let mut batch = Batch::new(inputs, targets.view(), weights);
        // Without inputs, the targets have the number of rows.
        batch.whole.rows = end - start;
        Ok(Some(batch))
    }

    /// Reads several batches at once.
    fn fill(&mut self) -> Result<()> {
        let Self { data, sides, scales, batch_size, rows, read, buffers, numbers, places, .. } =
            self;
        let columns = sides.iter().map(|&side| data.storage.columns(side)).sum::<usize>();
        let at_once = match data.storage.window() {
            None => *batch_size,
            Some(_) => (AT_ONCE / (size_of::<F>() * columns)).max(1).next_multiple_of(*batch_size),
        };
        *read = rows.start..rows.end.min(rows.start + at_once);
        numbers.clear();
        numbers.extend(read.clone());
        data.storage.sort(numbers);
        places.clear();
        places.extend(numbers.iter().map(|row| (row - read.start) as u32));
        for &side in *sides {
            buffers.read(side, &*data.storage, scales, numbers, places)?;
        }
        Ok(())
    }
}
