//! The workers of a job: all its ranks.

use crate::exchange::Exchange;
use crate::packed::Packed;
use densely::{Float, Result, error::WorkersError, workers::Workers};
use mpi::environment::Universe;
use mpi::request::{self, Request};
use mpi::traits::{Communicator, Equivalence};

/// A slice of fewer numbers travels with all other such slices, and with the numbers beside the
/// gradients, in one message.
const SHORT: usize = 4096;

/// The most ranks with which a message from each to each is faster than MPI's own sum, by the model
/// in `benches/scaling_model`.
const FEW: usize = 16;

/// All ranks of a job, each of them a worker: what [`Trainer::workers`](densely::Trainer::workers)
/// is given. [`Job::workers`](crate::Job::workers) makes it.
///
/// A long slice is cut into as many segments as there are ranks; each rank is sent its segment by
/// all others, adds it up, and sends the sum to all, without blocking, while the next gradient is
/// computed. Short ones travel together. Which number is added to which depends on the number of
/// ranks alone, so that the same job gives the same bits. Where there are more than 16 ranks, MPI's
/// own sum does it, `MPI_Iallreduce`, which needs fewer messages.
pub struct MpiWorkers<'j, F> {
    universe: &'j Universe,
    rank: usize,
    count: usize,
    by_mpi: bool,
    /// The numbers that are sent and received. It is as long as the gradients of the last sum
    /// needed.
    scratch: Vec<F>,
    packed: Packed,
}

impl<'j, F: Float + Equivalence> MpiWorkers<'j, F> {
    pub(crate) fn new(universe: &'j Universe) -> Self {
        let world = universe.world();
        let (rank, count) = (world.rank() as usize, world.size() as usize);
        let (scratch, packed) = (Vec::new(), Packed::default());
        Self { universe, rank, count, by_mpi: count > FEW, scratch, packed }
    }

    /// Leaves sums to MPI for any number of ranks, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn by_mpi(mut self) -> Self {
        self.by_mpi = true;
        self
    }
}

impl<F: Float + Equivalence> Workers<F> for MpiWorkers<'_, F> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn count(&self) -> usize {
        self.count
    }

    /// # Errors
    ///
    /// [`WorkersError::Communication`] for more numbers than MPI counts in one message. By default,
    /// an error of MPI ends the job.
    fn sum(
        &mut self,
        numbers: &mut [f64],
        gradients: &mut dyn Iterator<Item = &mut [F]>,
    ) -> Result<()> {
        if self.count == 1 {
            gradients.for_each(drop);
            return Ok(());
        }
        let world = self.universe.world();
        let mut short = Vec::new();
        let mut too_long = None;
        let mut waiting = None;
        let (mut needed, mut missing) = (0, 0);
        let (rank, by_mpi) = (self.rank, self.by_mpi);
        // The loop runs more than once only until the scratch has grown to the size that the
        // gradients need.
        loop {
            let (scratch, packed) = (&mut self.scratch[..], &mut self.packed);
            request::scope(|scope| {
                let mut exchange = Exchange::new(scope, &world, by_mpi, scratch);
                while let Some(slice) = waiting.take().or_else(|| gradients.next()) {
                    if slice.len() < SHORT {
                        short.push(slice);
                        exchange.progress();
                        continue;
                    }
                    // The check gives the same result on all ranks, so that none waits for a sum
                    // that another refuses.
                    if let Err(error) = check_counted(slice.len(), exchange.in_one(slice.len())) {
                        too_long = Some(error);
                        break;
                    }
                    let needs = exchange.needs(slice.len());
                    if needs > exchange.room() {
                        missing = needs;
                        waiting = Some(slice);
                        break;
                    }
                    needed += needs;
                    exchange.begin(slice);
                }
                let pending = match (&waiting, &too_long) {
                    (None, None) => packed.exchange(scope, (&world, by_mpi), numbers, &short),
                    _ => Vec::new(),
                };
                exchange.finish();
                pending.into_iter().for_each(Request::wait_without_status);
            });
            if let Some(error) = too_long {
                return Err(error);
            }
            if waiting.is_none() {
                break;
            }
            self.scratch.resize((needed + missing).max(self.scratch.len()), F::zero());
        }
        self.packed.sum((rank, by_mpi), numbers, &mut short);
        Ok(())
    }
}

/// Refuses a message of more numbers than MPI can count.
fn check_counted(length: usize, in_one: usize) -> Result<()> {
    let most = i32::MAX as usize;
    if in_one <= most {
        return Ok(());
    }
    let reason = format!(
        "of a layer of {length} parameters, {in_one} would be in one message, MPI counts up to {most}"
    );
    Err(WorkersError::Communication { reason }.into())
}

impl<F> std::fmt::Debug for MpiWorkers<'_, F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { rank, count, scratch, .. } = self;
        formatter
            .debug_struct("MpiWorkers")
            .field("rank", rank)
            .field("count", count)
            .field("scratch", &scratch.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mpi_cannot_count_is_an_error_with_the_numbers() {
        let most = 2_147_483_647;
        assert!(check_counted(2 * most, most).is_ok());
        let error = check_counted(3 * most, most + 1).unwrap_err().to_string();
        for number in ["6442450941", "2147483648", "2147483647"] {
            assert!(error.contains(number), "{error}");
        }
    }
}
