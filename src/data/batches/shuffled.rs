//! Rows in memory, shuffled.

use super::interface::{BatchBuffers, Batches, Scales};
use super::shuffling::Shuffling;
use crate::batch::{self, Batch, Whole};
use crate::matrix::{Matrix, Rows};
use crate::{
    data::{arrays::copy_row, examples::Examples},
    elementary::vectorized,
    error::Result,
    float::Float,
    part::Part,
    threads::Threads,
    units::Scale,
};

/// Gathering a number of a row that is not in cache takes as long as this many multiplications.
const COST: usize = 16;

/// Gathers each batch of an epoch from rows in memory.
#[derive(Debug)]
pub(crate) struct Shuffled<'d, F: Float> {
    data: &'d Examples<F>,
    inputs: Rows<'d, F>,
    targets: Rows<'d, F>,
    scales: Scales,
    batch_size: usize,
    part: Part,
    order: Vec<usize>,
    /// The first row, in this order, of the next batch.
    next: usize,
    buffers: BatchBuffers<F>,
    weights: Vec<F>,
}

impl<'d, F: Float> Shuffled<'d, F> {
    pub(super) fn new(
        data: &'d Examples<F>,
        [inputs, targets]: [Rows<'d, F>; 2],
        scales: Scales,
        batch_size: usize,
        part: Part,
    ) -> Self {
        let (rows, batch_size) = (data.rows(), batch_size.min(data.rows()));
        let (order, buffers, weights) = (vec![0; rows], BatchBuffers::new(data), Vec::new());
        let next = rows;
        Self { data, inputs, targets, scales, batch_size, part, order, next, buffers, weights }
    }
}

impl<F: Float> Batches<F> for Shuffled<'_, F> {
    fn begin(&mut self, _: usize, seed: u64, shuffling: &mut Option<Shuffling>) -> Result<()> {
        let data = self.data;
        shuffling.get_or_insert_with(|| Shuffling::new(data, seed)).next_order(&mut self.order);
        self.next = 0;
        Ok(())
    }

    fn next(&mut self, threads: Threads) -> Result<Option<Batch<'_, F>>> {
        let end = (self.next + self.batch_size).min(self.order.len());
        let all = &self.order[self.next..end];
        if all.is_empty() {
            return Ok(None);
        }
        self.next = end;
        let own = self.part.of(all.len());
        let rows = &all[own.clone()];
        let BatchBuffers { inputs, targets } = &mut self.buffers;
        gather(self.inputs, self.scales.inputs.as_ref(), rows, inputs, threads);
        gather(self.targets, self.scales.targets.as_ref(), rows, targets, threads);
        let mut batch = Batch::new(inputs.as_rows(), targets.view(), None);
        let mut weight = all.len() as f64;
        if let Some(weights) = self.data.weights() {
            self.weights.clear();
            self.weights.extend(all.iter().map(|&row| weights[row]));
            weight = batch::sum(&self.weights);
            batch.weights = Some(&self.weights[own.clone()]);
        }
        batch.whole = Whole { rows: all.len(), weight, before: own.start };
        Ok(Some(batch))
    }

    fn steps(&self) -> Option<u64> {
        Some(self.order.len().div_ceil(self.batch_size) as u64)
    }
}

/// Copies these rows to a buffer, in network units.
fn gather<F: Float>(
    from: Rows<'_, F>,
    scale: Option<&Scale>,
    rows: &[usize],
    to: &mut Matrix<F>,
    threads: Threads,
) {
    let columns = from.columns();
    let length = threads.length(rows.len(), 1, COST * rows.len() * columns);
    let parts = to.resize(rows.len()).numbers_mut().chunks_mut(length * columns);
    threads.each(rows.chunks(length).zip(parts), &|(rows, to)| {
        let (from, pairs) = (from.numbers(), rows.iter().zip(to.chunks_exact_mut(columns)));
        vectorized(move || pairs.for_each(|(&row, to)| copy_row(from, row, scale, to)));
    });
}
