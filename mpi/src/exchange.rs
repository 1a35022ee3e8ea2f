//! Sums long slices: each rank adds up a segment of them.

use densely::Float;
use mpi::Tag;
use mpi::collective::SystemOperation;
use mpi::request::{LocalScope, Request};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Destination, Equivalence, Source};
use std::collections::VecDeque;

/// The numbers that a rank sends to the rank that sums their segment.
const PARTS: Tag = 1;
/// The sums that come back.
const SUMS: Tag = 2;

type Pending<'s, 'a, F> = Request<'a, [F], &'s LocalScope<'a>>;

/// The sums in progress.
///
/// A slice is cut into as many segments as there are ranks. Each rank is sent its segment by all
/// others, adds them up, and sends the sum to all others: twice the slice goes out of a rank and
/// into it, as in a ring, but after two messages and not after 2 (ranks - 1). Since one rank makes
/// each sum, all get the same bits; since it adds in the same order each time, they are the same
/// bits each time.
///
/// Among many ranks, the number of messages costs more than their bytes. MPI's own sum, which needs
/// fewer messages, takes over.
pub(crate) struct Exchange<'s, 'a, F> {
    scope: &'s LocalScope<'a>,
    world: &'s SimpleCommunicator,
    rank: usize,
    ranks: usize,
    by_mpi: bool,
    scratch: &'a mut [F],
    /// Segments of this rank, in the order in which they were begun, whose parts have not all
    /// arrived.
    open: VecDeque<Open<'s, 'a, F>>,
    /// All other requests, which `finish` waits for.
    pending: Vec<Pending<'s, 'a, F>>,
}

/// A segment that this rank sums.
struct Open<'s, 'a, F> {
    sum: &'a mut [F],
    /// The parts of the other ranks, in the order of the ranks.
    parts: VecDeque<Pending<'s, 'a, F>>,
}

impl<'s, 'a, F: Float + Equivalence> Exchange<'s, 'a, F> {
    pub(crate) fn new(
        scope: &'s LocalScope<'a>,
        world: &'s SimpleCommunicator,
        by_mpi: bool,
        scratch: &'a mut [F],
    ) -> Self {
        let (rank, ranks) = (world.rank() as usize, world.size() as usize);
        let (open, pending) = (VecDeque::new(), Vec::new());
        Self { scope, world, rank, ranks, by_mpi, scratch, open, pending }
    }

    /// Returns how much scratch is left.
    pub(crate) fn room(&self) -> usize {
        self.scratch.len()
    }

    /// Returns how many numbers of a slice are in one message.
    pub(crate) fn in_one(&self, length: usize) -> usize {
        if self.by_mpi { length } else { length.div_ceil(self.ranks) }
    }

    /// How much scratch a slice takes at most: what is sent of it, and the other ranks' parts of a
    /// segment.
    pub(crate) fn needs(&self, length: usize) -> usize {
        let parts = if self.by_mpi { 0 } else { self.ranks - 1 };
        length + parts * length.div_ceil(self.ranks)
    }

    /// Begins to sum a slice. The scratch must have room for it.
    pub(crate) fn begin(&mut self, slice: &'a mut [F]) {
        if self.by_mpi {
            let sent = take(&mut self.scratch, slice.len());
            sent.copy_from_slice(slice);
            let sum = SystemOperation::sum();
            let summed = self.world.immediate_all_reduce_into(self.scope, &*sent, slice, sum);
            self.pending.push(summed);
            self.progress();
            return;
        }
        let segment = slice.len().div_ceil(self.ranks);
        let mut own = None;
        for (rank, segment) in slice.chunks_mut(segment.max(1)).enumerate() {
            if rank == self.rank {
                own = Some(segment);
                continue;
            }
            let other = self.world.process_at_rank(rank as i32);
            // The parts are sent from a copy, so that the sum can be received into the segment at
            // any time.
            let sent = take(&mut self.scratch, segment.len());
            sent.copy_from_slice(segment);
            self.pending.push(other.immediate_receive_into_with_tag(self.scope, segment, SUMS));
            self.pending.push(other.immediate_send_with_tag(self.scope, &*sent, PARTS));
        }
        if let Some(sum) = own {
            let others = (0..self.ranks).filter(|&rank| rank != self.rank);
            let parts = others.map(|rank| {
                let part = take(&mut self.scratch, sum.len());
                let other = self.world.process_at_rank(rank as i32);
                other.immediate_receive_into_with_tag(self.scope, part, PARTS)
            });
            let parts = parts.collect();
            self.open.push_back(Open { sum, parts });
        }
        self.progress();
    }

    /// Adds the parts that have arrived, without waiting.
    pub(crate) fn progress(&mut self) {
        if self.by_mpi {
            // Testing one request advances all of them.
            let looked_at = self.pending.pop().map(Request::test);
            self.pending.extend(looked_at.and_then(Result::err));
            return;
        }
        while let Some(open) = self.open.front_mut() {
            while let Some(part) = open.parts.pop_front() {
                match part.test_with_data() {
                    Ok((_, part)) => add(open.sum, part),
                    Err(part) => {
                        open.parts.push_front(part);
                        return;
                    }
                }
            }
            self.send_sum();
        }
    }

    /// Waits for all requests.
    pub(crate) fn finish(mut self) {
        while let Some(open) = self.open.front_mut() {
            while let Some(part) = open.parts.pop_front() {
                add(open.sum, part.wait_for_data());
            }
            self.send_sum();
        }
        self.pending.drain(..).for_each(Request::wait_without_status);
    }

    fn send_sum(&mut self) {
        let Some(Open { sum, .. }) = self.open.pop_front() else { return };
        let sum: &'a [F] = sum;
        for rank in (0..self.ranks).filter(|&rank| rank != self.rank) {
            let other = self.world.process_at_rank(rank as i32);
            self.pending.push(other.immediate_send_with_tag(self.scope, sum, SUMS));
        }
    }
}

/// Takes the first `length` numbers of the scratch.
fn take<'a, F>(scratch: &mut &'a mut [F], length: usize) -> &'a mut [F] {
    let (taken, rest) = std::mem::take(scratch).split_at_mut(length);
    *scratch = rest;
    taken
}

fn add<F: Float>(sum: &mut [F], part: &[F]) {
    sum.iter_mut().zip(part).for_each(|(sum, &part)| *sum += part);
}
