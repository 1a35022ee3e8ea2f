//! The workers of a job: all ranks of MPI's world.

use crate::exchange::Exchange;
use crate::packed::Packed;
use crate::Workers;
use densely::{Float, Result};
use mpi::environment::Universe;
use mpi::request::{self, Request};
use mpi::traits::{Communicator, Equivalence};

/// A slice of fewer numbers travels with all other such slices, and with the numbers beside the gradients, in one message.
const SHORT: usize = 4096;

/// All ranks of MPI's world, each of them a worker.
pub struct MpiWorkers<'u, F> {
    universe: &'u Universe,
    rank: usize,
    count: usize,
    /// What gradients are sent from and received into.
    scratch: Vec<F>,
    packed: Packed,
}

impl<'u, F: Float + Equivalence> MpiWorkers<'u, F> {
    /// The ranks of this job.
    pub fn new(universe: &'u Universe) -> Self {
        let world = universe.world();
        Self {
            universe,
            rank: world.rank() as usize,
            count: world.size() as usize,
            scratch: Vec::new(),
            packed: Packed::default(),
        }
    }
}

impl<F: Float + Equivalence> Workers<F> for MpiWorkers<'_, F> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn count(&self) -> usize {
        self.count
    }

    fn sum<'g>(
        &mut self,
        numbers: &mut [f64],
        gradients: &mut dyn Iterator<Item = &'g mut [F]>,
    ) -> Result<()>
    where
        F: 'g,
    {
        if self.count == 1 {
            gradients.for_each(drop);
            return Ok(());
        }
        let world = self.universe.world();
        let mut short = Vec::new();
        let mut waiting = None;
        let mut needed = 0;
        // More than one round only until the scratch has grown to what the gradients need.
        loop {
            let (scratch, packed) = (&mut self.scratch[..], &mut self.packed);
            request::scope(|scope| {
                let mut exchange = Exchange::new(scope, &world, scratch);
                while let Some(slice) = waiting.take().or_else(|| gradients.next()) {
                    if slice.len() < SHORT {
                        short.push(slice);
                        exchange.progress();
                        continue;
                    }
                    let needs = Exchange::<F>::needs(slice.len(), self.count);
                    if needs > exchange.room() {
                        waiting = Some(slice);
                        break;
                    }
                    needed += needs;
                    exchange.begin(slice);
                }
                let pending = match waiting {
                    None => packed.exchange(scope, &world, numbers, &short),
                    Some(_) => Vec::new(),
                };
                exchange.finish();
                pending.into_iter().for_each(Request::wait_without_status);
            });
            let Some(slice) = &waiting else { break };
            let needs = Exchange::<F>::needs(slice.len(), self.count);
            self.scratch.resize((needed + needs).max(2 * self.scratch.len()), F::zero());
        }
        self.packed.sum(self.rank, numbers, &mut short);
        Ok(())
    }
}

impl<F> std::fmt::Debug for MpiWorkers<'_, F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rank, count, .. } = self;
        formatter
            .debug_struct("MpiWorkers")
            .field("rank", rank)
            .field("count", count)
            .finish_non_exhaustive()
    }
}
