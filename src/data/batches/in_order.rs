//! Rows in their own order.

use crate::data::storage::{Scales, Side, Sides};
use crate::{batch::Batch, data::dataset::Examples, error::Result, float::Float};
use crate::{matrix::Matrix, threads::Threads};
use std::ops::Range;

/// Lends consecutive rows: for validation, predictions, scales and checks.
#[derive(Debug)]
pub(crate) struct InOrder<'d, F: Float> {
    data: &'d Examples<F>,
    sides: &'d [Side],
    scales: Scales,
    batch_size: usize,
    all: Range<usize>,
    /// The rows that are still to be lent.
    rows: Range<usize>,
    /// How many rows are read at once: several batches from files.
    at_once: usize,
    /// The rows in the buffers.
    read: Range<usize>,
    numbers: Vec<usize>,
    buffers: Sides<Matrix<F>>,
}

/// The bytes of numbers that are read from files at once: many enough to outweigh the cost of a
/// read, and few beside a window of shuffled rows.
const AT_ONCE: usize = 4 << 20;

/// The batch size for results that do not depend on it.
pub(crate) const ROWS_AT_ONCE: usize = 64;

impl<'d, F: Float> InOrder<'d, F> {
    /// The targets of all rows in the data's units; without inputs.
    pub(crate) fn targets(data: &'d Examples<F>) -> Self {
        Self::new(data, &[Side::Targets], 0..data.rows(), ROWS_AT_ONCE, Scales::default())
    }

    /// These sides of these rows, `batch_size` at a time.
    pub(crate) fn new(
        data: &'d Examples<F>,
        sides: &'d [Side],
        all: Range<usize>,
        batch_size: usize,
        scales: Scales,
    ) -> Self {
        let columns = sides.iter().map(|&side| data.storage.columns(side)).sum::<usize>();
        let at_once = match data.storage.window() {
            None => batch_size,
            Some(_) => (AT_ONCE / (size_of::<F>() * columns)).max(1).next_multiple_of(batch_size),
        };
        let (rows, read, numbers, buffers) = (all.clone(), 0..0, Vec::new(), Sides::default());
        Self { data, sides, scales, batch_size, all, rows, at_once, read, numbers, buffers }
    }

    /// Starts again at the first row.
    pub(crate) fn rewind(&mut self) {
        (self.rows, self.read) = (self.all.clone(), 0..0);
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
        let Self { data, sides, scales, rows, read, numbers, buffers, .. } = self;
        if !read.contains(&rows.start) {
            *read = rows.start..rows.end.min(rows.start + self.at_once);
            numbers.clear();
            numbers.extend(read.clone());
            data.storage.read(sides, numbers, scales, buffers, Threads::ONE)?;
        }
        let lent = rows.start..read.end.min(rows.start + self.batch_size);
        rows.start = lent.end;
        let in_buffers = lent.start - read.start..lent.end - read.start;
        let inputs = buffers.inputs.as_rows().slice(in_buffers.clone());
        let targets = buffers.targets.as_rows().slice(in_buffers).view();
        let weights = data.weights.as_deref().map(|weights| &weights[lent]);
        Ok(Some(Batch::new(inputs, targets, weights)))
    }
}
