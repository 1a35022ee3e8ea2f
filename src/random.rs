//! Random numbers, all from one named generator: a seed gives the same numbers in every release.

use ndarray_rand::rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a generator is for. Each purpose has its own stream: a network, a split and a trainer with
/// the same seed do not draw the same numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Initialization = 1,
    Split = 2,
    Shuffling = 3,
    Dropout = 4,
    Biases = 5,
    Bootstrap = 6,
    Permutations = 7,
}

/// `ChaCha8`, whose specification fixes its output; `rand`'s standard generator may change between
/// releases.
pub(crate) fn generator(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(purpose as u64);
    generator
}

/// A saved generator: its seed, its stream and its position in it.
#[derive(Serialize, Deserialize)]
struct Saved {
    seed: [u8; 32],
    stream: u32,
    /// In words of 32 bits. Two halves, since few formats have unsigned numbers of 64 bits.
    position: [u32; 2],
}

pub(crate) fn serialize<S: Serializer>(generator: &ChaCha8Rng, to: S) -> Result<S::Ok, S::Error> {
    let position = generator.get_word_pos();
    let position = [(position >> 32) as u32, position as u32];
    let (seed, stream) = (generator.get_seed(), generator.get_stream() as u32);
    Saved { seed, stream, position }.serialize(to)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ChaCha8Rng, D::Error> {
    let Saved { seed, stream, position: [high, low] } = Saved::deserialize(from)?;
    let mut generator = ChaCha8Rng::from_seed(seed);
    generator.set_stream(stream.into());
    generator.set_word_pos((u128::from(high) << 32) | u128::from(low));
    Ok(generator)
}
