//! Sums of everything that is short, by one message from each rank to each other, or by MPI's own
//! sum.

use densely::Float;
use mpi::Tag;
use mpi::collective::SystemOperation;
use mpi::request::{LocalScope, Request};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Destination, Source};

const PACKED: Tag = 3;

type Pending<'s, 'a> = Request<'a, [f64], &'s LocalScope<'a>>;

/// Numbers and short slices, one after another, as `f64`.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    own: Vec<f64>,
    /// The numbers of the other ranks, in the order of the ranks; with MPI's sum, the sum.
    others: Vec<f64>,
}

impl Packed {
    /// Sends the numbers of this rank to all others, and receives theirs.
    pub(crate) fn exchange<'s, 'a, F: Float>(
        &'a mut self,
        scope: &'s LocalScope<'a>,
        (world, by_mpi): (&SimpleCommunicator, bool),
        numbers: &[f64],
        slices: &[&mut [F]],
    ) -> Vec<Pending<'s, 'a>> {
        let Self { own, others } = self;
        let (rank, ranks) = (world.rank(), world.size());
        own.clear();
        own.extend_from_slice(numbers);
        own.extend(slices.iter().flat_map(|slice| slice.iter().map(|number| number.as_f64())));
        let copies = if by_mpi { 1 } else { ranks as usize - 1 };
        others.resize(own.len() * copies, 0.0);
        let own: &'a [f64] = own;
        if own.is_empty() {
            return Vec::new();
        }
        if by_mpi {
            let sum = SystemOperation::sum();
            return vec![world.immediate_all_reduce_into(scope, own, &mut others[..], sum)];
        }
        let ranks = (0..ranks).filter(|&other| other != rank);
        let mut pending = Vec::new();
        for (other, buffer) in ranks.zip(others.chunks_mut(own.len())) {
            let other = world.process_at_rank(other);
            pending.push(other.immediate_receive_into_with_tag(scope, buffer, PACKED));
            pending.push(other.immediate_send_with_tag(scope, own, PACKED));
        }
        pending
    }

    /// Adds all numbers in the order of the ranks, so that all ranks get the same bits.
    pub(crate) fn sum<F: Float>(
        &mut self,
        (rank, by_mpi): (usize, bool),
        numbers: &mut [f64],
        slices: &mut [&mut [F]],
    ) {
        let Self { own, others } = self;
        if own.is_empty() {
            return;
        }
        let length = own.len();
        // The sum of MPI has the numbers of this rank in it.
        let (own, place) = if by_mpi { (&[][..], 0) } else { (&own[..], rank * length) };
        let (before, behind) = others.split_at(place);
        // Adding -0 changes no number.
        let mut sums = vec![-0.0; length];
        for part in before.chunks(length).chain([own]).chain(behind.chunks(length)) {
            sums.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
        }
        let (first, rest) = sums.split_at(numbers.len());
        numbers.copy_from_slice(first);
        let targets = slices.iter_mut().flat_map(|slice| slice.iter_mut());
        targets.zip(rest).for_each(|(target, &sum)| *target = F::from_f64(sum));
    }
}
