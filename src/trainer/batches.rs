//! Where the batches of an epoch come from: rows in memory, shuffled, or a stream.

use super::windows::Windowed;
use crate::batch::{Batch, Whole};
use crate::bits;
use crate::data::Dataset;
use crate::data::Examples;
use crate::error::{Result, TrainingError};
use crate::float::Float;
use crate::matrix::Rows;
use crate::random::{self, Purpose, generator};
use crate::threads::Threads;
use crate::workers::Part;
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// What a batch is handed to.
pub(super) type Step<'s, F> = dyn FnMut(Batch<'_, F>) -> Result<ControlFlow<()>> + 's;

/// Deals out the batches of one epoch after the other.
pub(super) trait Source<F: Float> {
    /// Begins an epoch, counted from 1. What lasts from one epoch to the next is in `shuffling`.
    fn begin(&mut self, epoch: usize, shuffling: &mut Option<Shuffling>) -> Result<()>;

    /// Hands the next batch of the epoch to `step`; `None` after the last.
    fn next(&mut self, threads: Threads, step: &mut Step<'_, F>)
    -> Option<Result<ControlFlow<()>>>;

    /// How many steps an epoch has, if that is known before.
    fn steps(&self) -> Option<u64>;

    /// All rows, unless they come as a stream.
    fn rows(&self) -> Option<&dyn Examples<F>>;
}

/// How many units an order is of: all rows, or blocks of them where they are more than a window.
pub(super) fn units_of<F: Float>(data: &dyn Examples<F>) -> usize {
    data.rows().div_ceil(rows_of_a_unit(data))
}

pub(super) fn rows_of_a_unit<F: Float>(data: &dyn Examples<F>) -> usize {
    let window = data.window();
    if data.rows() <= window.rows { 1 } else { window.block }
}

/// The rows of this data set, shuffled.
pub(super) fn shuffled<F: Float>(
    data: &dyn Examples<F>,
    batch_size: usize,
    part: Part,
) -> Box<dyn Source<F> + Send + '_> {
    match data.in_memory() {
        Some(all) => Box::new(Shuffled::new(data, all, batch_size, part)),
        None => Box::new(Windowed::new(data, batch_size, part)),
    }
}

/// The order of the rows, or of blocks of them, and the generator that makes the next one of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Shuffling {
    rows: usize,
    #[serde(with = "bits")]
    order: Vec<usize>,
    #[serde(with = "random")]
    generator: ChaCha8Rng,
}

impl Shuffling {
    pub(super) fn new<F: Float>(data: &dyn Examples<F>, seed: u64) -> Self {
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

    /// Refuses it unless it is an order of these rows.
    pub(super) fn check<F: Float>(&self, data: &dyn Examples<F>) -> Result<()> {
        if self.rows != data.rows() {
            return Err(TrainingError::StateMismatch {
                reason: "it was saved with another number of rows",
            }
            .into());
        }
        let units = units_of(data);
        let mut seen = vec![false; units];
        let mut once =
            |unit: usize| seen.get_mut(unit).is_some_and(|seen| !std::mem::replace(seen, true));
        if self.order.len() != units {
            let reason = "rows in files and rows in memory are shuffled differently";
            return Err(TrainingError::StateMismatch { reason }.into());
        }
        if !self.order.iter().all(|&unit| once(unit)) {
            return Err(TrainingError::StateMismatch {
                reason: "its order of the rows has a row twice",
            }
            .into());
        }
        Ok(())
    }
}

/// Copying a number from a row that is not in cache takes as long as so many multiplications.
const COST: usize = 16;

/// Rows in memory, in a new order each epoch. The buffers are made once.
#[derive(Debug)]
pub(super) struct Shuffled<'d, F: Float> {
    data: &'d dyn Examples<F>,
    /// Its rows.
    all: Batch<'d, F>,
    batch_size: usize,
    part: Part,
    order: Vec<usize>,
    /// The first row, in this order, of the next batch.
    next: usize,
    inputs: Rows<F>,
    targets: Rows<F>,
    weights: Rows<F>,
}

impl<'d, F: Float> Shuffled<'d, F> {
    fn new(data: &'d dyn Examples<F>, all: Batch<'d, F>, batch_size: usize, part: Part) -> Self {
        Self {
            data,
            all,
            batch_size: batch_size.min(data.rows()),
            part,
            order: vec![0; data.rows()],
            next: 0,
            inputs: Rows::new(data.features()),
            targets: Rows::new(data.outputs()),
            weights: Rows::new(1),
        }
    }
}

impl<F: Float> Source<F> for Shuffled<'_, F> {
    fn begin(&mut self, _: usize, shuffling: &mut Option<Shuffling>) -> Result<()> {
        if let Some(shuffling) = shuffling {
            shuffling.next_order(&mut self.order);
        }
        self.next = 0;
        Ok(())
    }

    fn next(
        &mut self,
        threads: Threads,
        step: &mut Step<'_, F>,
    ) -> Option<Result<ControlFlow<()>>> {
        let end = (self.next + self.batch_size).min(self.order.len());
        let all = &self.order[self.next..end];
        if all.is_empty() {
            return None;
        }
        let data = self.all;
        let own = self.part.of(all.len());
        let rows = &all[own.clone()];
        let to = (rows, self.inputs.resize(rows.len()), self.targets.resize(rows.len()));
        let cost = COST * rows.len() * (data.inputs.ncols() + data.targets.ncols());
        threads.divide(to, cost, &|_, (rows, inputs, targets)| {
            gather(data.inputs, rows, inputs);
            gather(data.targets, rows, targets);
        });
        let weights = data.weights.map(|weights| {
            gather(weights.insert_axis(Axis(1)), rows, self.weights.resize(rows.len()));
            self.weights.view().remove_axis(Axis(1))
        });
        self.next = end;
        let whole = (!self.part.is_all()).then(|| {
            let weight_of = |weights: ArrayView1<'_, F>| -> f64 {
                all.iter().map(|&row| weights[row].as_f64()).sum()
            };
            let weight = data.weights.map_or(all.len() as f64, weight_of);
            Whole { rows: all.len(), weight, before: own.start }
        });
        let (inputs, targets) = (self.inputs.view(), self.targets.view());
        Some(step(Batch { inputs, targets, weights, whole }))
    }

    fn steps(&self) -> Option<u64> {
        Some(self.order.len().div_ceil(self.batch_size) as u64)
    }

    fn rows(&self) -> Option<&dyn Examples<F>> {
        Some(self.data)
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

/// Batches that come one by one, as many and as large as they are.
pub(super) struct Stream<E, I, C> {
    /// The batches of an epoch.
    pub(super) epoch: E,
    pub(super) batches: Option<I>,
    /// The rows of a batch that count; refuses one that does not fit.
    pub(super) rows_for: C,
}

impl<F, E, B, C> Source<F> for Stream<E, B::IntoIter, C>
where
    F: Float,
    B: IntoIterator<Item = Result<Dataset<F>>>,
    E: FnMut(usize) -> Result<B>,
    C: FnMut(Dataset<F>) -> Result<Dataset<F>>,
{
    fn begin(&mut self, epoch: usize, _: &mut Option<Shuffling>) -> Result<()> {
        self.batches = Some((self.epoch)(epoch)?.into_iter());
        Ok(())
    }

    fn next(&mut self, _: Threads, step: &mut Step<'_, F>) -> Option<Result<ControlFlow<()>>> {
        let batch = self.batches.as_mut()?.next()?.and_then(&mut self.rows_for);
        Some(batch.and_then(|batch| step(batch.batch())))
    }

    fn steps(&self) -> Option<u64> {
        None
    }

    fn rows(&self) -> Option<&dyn Examples<F>> {
        None
    }
}

impl<F: Float> Dataset<F> {
    /// All rows as one batch.
    pub(super) fn batch(&self) -> Batch<'_, F> {
        Batch::new(self.inputs(), self.targets(), self.weights())
    }
}
