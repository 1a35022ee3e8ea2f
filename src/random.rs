//! The one source of random numbers: a named generator, so that a seed means the same in every release.

use ndarray_rand::rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a generator is for. Each purpose draws from a stream of its own, so that the same seed given to
/// a network, a split and a trainer does not make them draw the same numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Initialization = 1,
    Split = 2,
    Shuffling = 3,
}

/// The generator of `seed` for one purpose: `ChaCha8`, whose output is fixed by its specification
/// (the standard generator of `rand` may change between releases).
pub(crate) fn generator(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(purpose as u64);
    generator
}
