//! A stream of batches from the caller.

use super::interface::{BatchBuffers, Batches, Scales};
use super::shuffling::Shuffling;
use crate::{
    batch::Batch, data::examples::Examples, data::storage::Side, error::Result, float::Float,
    threads::Threads,
};

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

    fn steps(&self) -> Option<u64> {
        None
    }
}

/// All rows of a small data set as one batch, in buffers that stay.
#[derive(Debug)]
pub(crate) struct WholeBatch<F: Float> {
    current: Option<(Examples<F>, BatchBuffers<F>)>,
    rows: Vec<usize>,
    places: Vec<u32>,
}

impl<F: Float> Default for WholeBatch<F> {
    fn default() -> Self {
        Self { current: None, rows: Vec::new(), places: Vec::new() }
    }
}

impl<F: Float> WholeBatch<F> {
    /// The rows in network units.
    pub(crate) fn of(&mut self, data: Examples<F>, scales: &Scales) -> Result<Batch<'_, F>> {
        let rows = data.rows();
        let fits = |buffers: &BatchBuffers<F>| {
            let columns = (buffers.inputs.columns(), buffers.targets.columns());
            columns == (data.features(), data.outputs())
        };
        let buffers = self.current.take().map(|(_, buffers)| buffers).filter(fits);
        let buffers = buffers.unwrap_or_else(|| BatchBuffers::new(&data));
        let (data, buffers) = self.current.insert((data, buffers));
        if self.rows.len() < rows {
            self.rows = (0..rows).collect();
            self.places = (0..rows as u32).collect();
        }
        for side in [Side::Inputs, Side::Targets] {
            buffers.read(side, &*data.storage, scales, &self.rows[..rows], &self.places[..rows])?;
        }
        Ok(Batch::new(buffers.inputs.as_rows(), buffers.targets.view(), data.weights()))
    }
}
