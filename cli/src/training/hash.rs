//! A hash of data.

/// Hashes numbers by the function of Fowler, Noll and Vo: to notice other data, not to withstand an
/// attack.
pub fn hash(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, number| (hash ^ number).wrapping_mul(0x0100_0000_01b3))
}
