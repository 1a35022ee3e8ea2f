//! Work that is divided among threads.

#[cfg_attr(not(feature = "threads"), path = "threads/single.rs")]
mod pool;

use ndarray::{ArrayViewMut2, Axis};
use std::{num::NonZero, ops::Range};

/// The most threads that share one piece of work. Default: the calling thread alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads(usize);

/// The largest tile of the matrix product.
const ROWS_OF_A_TILE: usize = 8;
const COLUMNS_OF_A_TILE: usize = 32;

/// The least work of one thread, in multiplications. Handing it over takes about a microsecond.
const PART: usize = 1 << 19;

impl Threads {
    pub(crate) const ONE: Self = Self(1);

    /// Smallest size of a network's largest product, in multiplications, that is faster on more
    /// than one thread. Below it, moving results between the cores takes longer than the other core
    /// saves.
    pub(crate) const WORTHWHILE: usize = 6_000_000;

    /// The same where threads are started for a single step: starting and ending two takes 0.1 ms.
    pub(crate) const WORTHWHILE_ONCE: usize = 10 * Self::WORTHWHILE;

    /// Runs `work` on a pool of threads if its largest product has at least `worthwhile`
    /// multiplications; it has `cost` of them. `limit` is the most threads, by default one for each
    /// processor of this process. The pool stays awake until `work` ends: waking a thread takes
    /// longer than one part of the work.
    pub(crate) fn enter<R: Send>(
        limit: Option<usize>,
        cost: usize,
        worthwhile: usize,
        work: impl FnOnce(Self) -> R + Send,
    ) -> R {
        let processors = || std::thread::available_parallelism().map_or(1, NonZero::get);
        if cost < worthwhile {
            return work(Self::ONE);
        }
        match limit.unwrap_or_else(processors) {
            0 | 1 => work(Self::ONE),
            limit => pool::enter(limit.min(cost / PART), |threads| work(Self(threads))),
        }
    }

    /// The length of each thread's part of `count` things that cost `cost` multiplications
    /// together: a multiple of `unit`, or `count` if one thread does all.
    pub(crate) fn length(self, count: usize, unit: usize, cost: usize) -> usize {
        if self == Self::ONE {
            // The divisions below are 2 % of a step of a network with 32 units.
            return count.max(1);
        }
        let parts = self.0.min(cost / PART).min(count / unit).max(1);
        count.div_ceil(parts).next_multiple_of(unit).min(count).max(1)
    }

    /// Runs `work` on each part, all of them side by side. The results must not depend on how the
    /// whole was divided.
    #[inline] // In a small network, calls are a twentieth of a step.
    pub(crate) fn each<T: Send>(
        self,
        mut parts: impl Iterator<Item = T> + Send,
        work: &(impl Fn(T) + Sync),
    ) {
        if self == Self::ONE {
            parts.for_each(work);
        } else if let Some(first) = parts.next() {
            each(first, parts, work);
        }
    }

    /// Divides a matrix by its rows (`Axis(0)`) or its columns (`Axis(1)`), in multiples of a tile.
    pub(crate) fn shares<'m, F: Send>(
        self,
        result: ArrayViewMut2<'m, F>,
        axis: Axis,
        cost: usize,
    ) -> impl Iterator<Item = Share<'m, F>> + Send {
        let (rows, columns) = result.dim();
        let (count, unit) = match axis {
            Axis(0) => (rows, ROWS_OF_A_TILE),
            _ => (columns, COLUMNS_OF_A_TILE),
        };
        let length = self.length(count, unit, cost);
        let mut rest = Some(result);
        let mut start = 0;
        std::iter::from_fn(move || {
            let mut part = rest.take()?;
            let end = count.min(start + length);
            if end < count {
                let (first, others) = part.split_at(axis, end - start);
                (part, rest) = (first, Some(others));
            }
            let along = std::mem::replace(&mut start, end)..end;
            let (rows, columns) = match axis {
                Axis(0) => (along, 0..columns),
                _ => (0..rows, along),
            };
            Some(Share { rows, columns, part })
        })
    }
}

/// One thread's share of a matrix that is to be computed.
pub(crate) struct Share<'m, F> {
    /// The rows and columns of the matrix that `part` has.
    pub(crate) rows: Range<usize>,
    pub(crate) columns: Range<usize>,
    pub(crate) part: ArrayViewMut2<'m, F>,
}

fn each<T: Send, I: Iterator<Item = T> + Send>(first: T, mut others: I, work: &(dyn Fn(T) + Sync)) {
    match others.next() {
        None => work(first),
        Some(second) => {
            pool::join(|| work(first), || each(second, others, work));
        }
    }
}

/// Both results, computed side by side if there may be two threads.
pub(crate) fn both<A: Send, B: Send>(
    limit: Option<usize>,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if limit == Some(1) { (one(), other()) } else { pool::join(one, other) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn every_number_is_in_one_share_that_knows_its_place() {
        for count in [0, 1, 7, 8, 9, 31, 33, 100] {
            for threads in 1..10 {
                for axis in [Axis(0), Axis(1)] {
                    let shape = if axis == Axis(0) { (count, 3) } else { (3, count) };
                    let mut whole = Array2::<usize>::zeros(shape);
                    let shares = Threads(threads).shares(whole.view_mut(), axis, usize::MAX);
                    Threads(threads).each(shares, &|Share { rows, columns, mut part }| {
                        assert_eq!(part.dim(), (rows.len(), columns.len()));
                        for ((row, column), number) in part.indexed_iter_mut() {
                            *number += 1_000 * (rows.start + row) + columns.start + column + 1;
                        }
                    });
                    for ((row, column), &number) in whole.indexed_iter() {
                        assert_eq!(number, 1_000 * row + column + 1, "{count}, {threads}");
                    }
                }
            }
        }
    }

    #[test]
    fn large_work_is_divided() {
        assert_eq!(Threads(3).length(100, 8, usize::MAX), 40);
        assert_eq!(Threads(3).length(100, 8, PART), 100);
        assert_eq!(Threads(9).length(16, 8, usize::MAX), 8);
    }
}
