//! A stream of batches from the caller.

use super::{Batches, shuffling::Shuffling};
use crate::data::storage::{Scales, Side, Sides};
use crate::{batch::Batch, data::dataset::Examples, error::Result, float::Float};
use crate::{matrix::Matrix, threads::Threads};

/// Batches of any number and size, as the caller makes them.
pub(crate) struct Stream<'w, F: Float, E, I, C> {
    /// Makes the batches of an epoch.
    epoch: E,
    batches: Option<I>,
    /// Checks the rows, and leaves out those of weight 0.
    check: C,
    scales: Scales,
    whole: &'w mut WholeBatch<F>,
}

impl<'w, F: Float, E, I, C> Stream<'w, F, E, I, C> {
    pub(crate) fn new(epoch: E, check: C, scales: Scales, whole: &'w mut WholeBatch<F>) -> Self {
        Self { epoch, batches: None, check, scales, whole }
    }
}

impl<F, E, B, C> Batches<F> for Stream<'_, F, E, B::IntoIter, C>
where
    F: Float,
    B: IntoIterator<Item = Result<Examples<F>>>,
    B::IntoIter: Send,
    E: FnMut(usize) -> Result<B> + Send,
    C: FnMut(Examples<F>) -> Result<Examples<F>> + Send,
{
    fn begin(&mut self, epoch: usize, _: u64, _: &mut Option<Shuffling>) -> Result<()> {
        self.batches = Some((self.epoch)(epoch)?.into_iter());
        Ok(())
    }

    fn next(&mut self, _: Threads) -> Result<Option<Batch<'_, F>>> {
        let Some(batch) = self.batches.as_mut().and_then(Iterator::next) else { return Ok(None) };
        let rows = (self.check)(batch?)?;
        self.whole.of(rows, &self.scales).map(Some)
    }
}

/// All rows of a small data set as one batch, in buffers that stay.
#[derive(Debug, Default)]
pub(crate) struct WholeBatch<F: Float> {
    data: Option<Examples<F>>,
    buffers: Sides<Matrix<F>>,
    rows: Vec<usize>,
}

impl<F: Float> WholeBatch<F> {
    /// The rows in network units.
    pub(crate) fn of(&mut self, data: Examples<F>, scales: &Scales) -> Result<Batch<'_, F>> {
        let Self { data: current, buffers, rows } = self;
        let data = current.insert(data);
        rows.extend(rows.len()..data.rows());
        let rows = &rows[..data.rows()];
        data.storage.read(Side::BOTH, rows, scales, buffers, Threads::ONE)?;
        let (inputs, targets) = (buffers.inputs.as_rows(), buffers.targets.view());
        Ok(Batch::new(inputs, targets, data.weights.as_deref()))
    }
}
