//! One worker's part of the rows.

use std::ops::Range;

/// One worker's part of some rows: the `rank`-th of `count` parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) rank: usize,
    pub(crate) count: usize,
}

impl Part {
    /// The part of a rank below `count`.
    pub(crate) fn new(rank: usize, count: usize) -> Self {
        Self { rank, count }
    }

    /// This part of `rows` rows. The sizes of two parts differ by at most one row.
    pub(crate) fn of(self, rows: usize) -> Range<usize> {
        let before = |rank: usize| (rows as u128 * rank as u128 / self.count as u128) as usize;
        before(self.rank)..before(self.rank + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_part() {
        for (rows, count) in [(0, 3), (1, 4), (10, 3), (1 << 20, 7), (64, 64)] {
            let parts: Vec<_> = (0..count).map(|rank| Part::new(rank, count).of(rows)).collect();
            assert!(parts.iter().cloned().flatten().eq(0..rows));
            let lengths = parts.iter().map(Range::len);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1);
        }
    }
}
