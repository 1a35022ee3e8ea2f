//! Exchanges texts among all ranks.

use mpi::datatype::PartitionMut;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives};

/// Returns each rank's text, on all ranks. All ranks must call it.
pub(crate) fn texts_of_all(world: &SimpleCommunicator, text: &str) -> Vec<String> {
    // Longer texts are cut: this is for messages, not for files.
    let own = &text.as_bytes()[..text.len().min(1 << 16)];
    let mut lengths = vec![0_i32; world.size() as usize];
    world.all_gather_into(&(own.len() as i32), &mut lengths[..]);
    let begins = lengths.iter().scan(0, |end, length| {
        *end += length;
        Some(*end - length)
    });
    let begins: Vec<i32> = begins.collect();
    let mut all = vec![0_u8; lengths.iter().map(|&length| length as usize).sum()];
    // MPI would take an empty buffer for a mistake.
    if all.is_empty() {
        return vec![String::new(); lengths.len()];
    }
    world.all_gather_varcount_into(
        own,
        &mut PartitionMut::new(&mut all[..], &lengths[..], &begins[..]),
    );
    let texts = begins.into_iter().zip(lengths).map(|(begin, length)| {
        String::from_utf8_lossy(&all[begin as usize..][..length as usize]).into_owned()
    });
    texts.collect()
}
