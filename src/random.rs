//! The one source of random numbers: a named generator, so that a seed means the same in every release.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a generator is for. Each purpose draws from a stream of its own, so that the same seed given to
/// a network, a split and a trainer does not make them draw the same numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Initialization = 1,
    Split = 2,
    Shuffling = 3,
    Dropout = 4,
}

/// The generator of `seed` for one purpose: `ChaCha8`, whose output is fixed by its specification
/// (the standard generator of `rand` may change between releases).
pub(crate) fn generator(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(purpose as u64);
    generator
}

/// A generator as it is saved: where it stands in the stream of its seed.
#[derive(Serialize, Deserialize)]
struct Saved {
    seed: [u8; 32],
    stream: u32,
    /// In words of 32 bits. Two halves, since few formats have numbers of 64 bits without a sign.
    position: [u32; 2],
}

pub(crate) fn serialize<S: Serializer>(
    generator: &ChaCha8Rng,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let position = generator.get_word_pos();
    let position = [(position >> 32) as u32, position as u32];
    let (seed, stream) = (generator.get_seed(), generator.get_stream() as u32);
    Saved { seed, stream, position }.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<ChaCha8Rng, D::Error> {
    let Saved { seed, stream, position: [high, low] } = Saved::deserialize(deserializer)?;
    let mut generator = ChaCha8Rng::from_seed(seed);
    generator.set_stream(stream.into());
    generator.set_word_pos((u128::from(high) << 32) | u128::from(low));
    Ok(generator)
}
