//! What all batches have in common: the interface, the scales, and the buffers.

use super::shuffling::Shuffling;
use crate::data::storage::{Side, Stored};
use crate::{
    batch::Batch, data::examples::Examples, error::Result, float::Float, matrix::Matrix, mlp::Mlp,
    threads::Threads, units::Scale,
};

/// Lends the batches of one epoch after the other.
pub(crate) trait Batches<F: Float>: Send {
    /// Begins an epoch, counted from 1. `shuffling` is kept from epoch to epoch; the seed starts
    /// it.
    fn begin(&mut self, epoch: usize, seed: u64, shuffling: &mut Option<Shuffling>) -> Result<()>;

    /// This worker's part of the next batch of the epoch; `None` after the last.
    fn next(&mut self, threads: Threads) -> Result<Option<Batch<'_, F>>>;

    /// The number of steps of an epoch, if it is known in advance.
    fn steps(&self) -> Option<u64>;
}

/// The scales that bring inputs and targets to network units, if there are any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scales {
    pub(crate) inputs: Option<Scale>,
    pub(crate) targets: Option<Scale>,
}

impl Scales {
    pub(crate) fn of<F: Float>(net: &Mlp<F>) -> Result<Self> {
        let (inputs, targets) = (net.units_in().measured()?, net.units_out().measured()?);
        Ok(Self { inputs: inputs.cloned(), targets: targets.cloned() })
    }

    fn side(&self, side: Side) -> Option<&Scale> {
        match side {
            Side::Inputs => self.inputs.as_ref(),
            Side::Targets => self.targets.as_ref(),
        }
    }
}

/// The buffers that rows are read into.
#[derive(Debug)]
pub(super) struct BatchBuffers<F> {
    pub(super) inputs: Matrix<F>,
    pub(super) targets: Matrix<F>,
}

impl<F: Float> BatchBuffers<F> {
    pub(super) fn new(data: &Examples<F>) -> Self {
        Self { inputs: Matrix::new(data.features()), targets: Matrix::new(data.outputs()) }
    }

    fn side(&mut self, side: Side) -> &mut Matrix<F> {
        match side {
            Side::Inputs => &mut self.inputs,
            Side::Targets => &mut self.targets,
        }
    }

    /// Reads rows of one side to their places among the first `count` rows of its buffer.
    pub(super) fn read(
        &mut self,
        side: Side,
        storage: &dyn Stored<F>,
        scales: &Scales,
        rows: &[usize],
        places: &[u32],
    ) -> Result<()> {
        let to = self.side(side).resize(rows.len()).numbers_mut();
        storage.read(side, rows, places, scales.side(side), to)
    }
}
