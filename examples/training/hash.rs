//! A hash of data.

/// The hash of Fowler, Noll and Vo of these numbers. It detects other data, but does not withstand
/// an attack.
pub fn hash(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, number| (hash ^ number).wrapping_mul(0x0100_0000_01b3))
}
