//! Work that is divided among threads.

#[cfg_attr(not(feature = "threads"), path = "threads/single.rs")]
mod pool;

use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use std::num::NonZero;

/// The most threads that work is divided among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threads(usize);

/// The largest product of a network, in multiplications, from which on more than one thread is faster: below it, what one core has written takes
/// as long to come to the other as the other saves.
const WORTHWHILE: usize = 6_000_000;

/// The same where threads are made for a single step: to start two of them and to end them takes about 0.1 ms.
const WORTHWHILE_ONCE: usize = 10 * WORTHWHILE;

/// What a tile of the matrix product has at most.
const ROWS_OF_A_TILE: usize = 8;
const COLUMNS_OF_A_TILE: usize = 32;

/// Multiplications, or as long a work, that are a thread's least part. It takes about a microsecond to hand one over.
const PART: usize = 1 << 19;

/// One: the calling thread.
impl Default for Threads {
    fn default() -> Self {
        Self::ONE
    }
}

impl Threads {
    pub(crate) const ONE: Self = Self(1);

    /// Does work that is divided time and again, the largest part of it `cost` multiplications, on at most `limit` threads, by default one for each
    /// processor that this process may use. If more than one pays, it is done on a pool of threads of its own, all kept awake: to wake one
    /// up for each part takes longer than the part.
    pub(crate) fn enter<R: Send>(
        limit: Option<usize>,
        cost: usize,
        work: impl FnOnce(Self) -> R + Send,
    ) -> R {
        if cost < WORTHWHILE {
            return work(Self::ONE);
        }
        let processors = || std::thread::available_parallelism().map_or(1, NonZero::get);
        let limit = limit.unwrap_or_else(processors);
        if limit < 2 {
            return work(Self::ONE);
        }
        pool::enter(limit.min(cost / PART), |threads| work(Self(threads)))
    }

    /// As [`enter`](Self::enter), for work that is done once: threads must pay for being made, too.
    pub(crate) fn enter_once<R: Send>(
        limit: Option<usize>,
        cost: usize,
        work: impl FnOnce(Self) -> R + Send,
    ) -> R {
        if cost < WORTHWHILE_ONCE {
            return work(Self::ONE);
        }
        Self::enter(limit, cost, work)
    }

    /// Does `work` on all of it, each thread on some; it is told the number of its first row, column or block. How they are divided
    /// must not matter to the results. `cost` is how many multiplications, or the like, all of it is.
    pub(crate) fn divide<D: Divisible>(
        self,
        whole: D,
        cost: usize,
        work: &(impl Fn(usize, D) + Sync),
    ) {
        let parts = self.0.min(cost / PART).min(whole.count() / whole.unit());
        divide(whole, 0, parts, work);
    }
}

fn divide<D: Divisible>(whole: D, first: usize, parts: usize, work: &(impl Fn(usize, D) + Sync)) {
    if parts < 2 {
        return work(first, whole);
    }
    let (count, half) = (whole.count(), parts / 2);
    let here = (count * half / parts).next_multiple_of(whole.unit()).min(count);
    let (these, others) = whole.split(here);
    pool::join(
        || divide(these, first, half, work),
        || divide(others, first + here, parts - half, work),
    );
}

/// What can be divided; of several things together, the first says how.
pub(crate) trait Divisible: Send + Sized {
    fn count(&self) -> usize;

    /// It is divided in multiples of this, so that no thread is left with a part of a tile.
    fn unit(&self) -> usize {
        ROWS_OF_A_TILE
    }

    /// The first of them, so many, and the others.
    fn split(self, first: usize) -> (Self, Self);
}

impl<F: Send> Divisible for ArrayViewMut2<'_, F> {
    fn count(&self) -> usize {
        self.nrows()
    }

    fn split(self, first: usize) -> (Self, Self) {
        self.split_at(Axis(0), first)
    }
}

impl<T: Sync> Divisible for &[T] {
    fn count(&self) -> usize {
        self.len()
    }

    fn split(self, first: usize) -> (Self, Self) {
        self.split_at(first)
    }
}

impl<D: Divisible> Divisible for Option<D> {
    fn count(&self) -> usize {
        self.as_ref().map_or(0, D::count)
    }

    fn split(self, first: usize) -> (Self, Self) {
        self.map(|whole| whole.split(first)).unzip()
    }
}

/// A matrix that is divided along this axis: by its rows or by its columns.
pub(crate) struct Along<'a, F>(pub(crate) ArrayViewMut2<'a, F>, pub(crate) Axis);

impl<F> Along<'_, F> {
    /// The column that its first is of the whole, if `first` is the number of its first row or column.
    pub(crate) fn first_column(&self, first: usize) -> usize {
        if self.1 == Axis(1) { first } else { 0 }
    }
}

impl<F: Send> Divisible for Along<'_, F> {
    fn count(&self) -> usize {
        self.0.len_of(self.1)
    }

    fn unit(&self) -> usize {
        if self.1 == Axis(0) { ROWS_OF_A_TILE } else { COLUMNS_OF_A_TILE }
    }

    fn split(self, first: usize) -> (Self, Self) {
        let (these, others) = self.0.split_at(self.1, first);
        (Self(these, self.1), Self(others, self.1))
    }
}

/// A matrix that is read: divided along this axis too, or whole for everyone.
pub(crate) struct Read<'a, F>(pub(crate) ArrayView2<'a, F>, pub(crate) Option<Axis>);

impl<'a, F> Read<'a, F> {
    /// Divided along this axis if that is by rows, whole if not.
    pub(crate) fn by_rows_if(axis: Axis, matrix: ArrayView2<'a, F>) -> Self {
        Self(matrix, (axis == Axis(0)).then_some(axis))
    }
}

impl<F: Sync> Divisible for Read<'_, F> {
    fn count(&self) -> usize {
        self.1.map_or(0, |axis| self.0.len_of(axis))
    }

    fn split(self, first: usize) -> (Self, Self) {
        let Self(matrix, axis) = self;
        let (these, others) = match axis {
            Some(axis) => matrix.split_at(axis, first),
            None => (matrix, matrix),
        };
        (Self(these, axis), Self(others, axis))
    }
}

macro_rules! impl_divisible_together {
    ($($part:ident)*) => {
        impl<A: Divisible, $($part: Divisible),*> Divisible for (A, $($part),*) {
            fn count(&self) -> usize {
                self.0.count()
            }

            fn unit(&self) -> usize {
                self.0.unit()
            }

            #[allow(non_snake_case)]
            fn split(self, first: usize) -> (Self, Self) {
                let (A, $($part),*) = self;
                let (A, $($part),*) = (A.split(first), $($part.split(first)),*);
                ((A.0, $($part.0),*), (A.1, $($part.1),*))
            }
        }
    };
}

impl_divisible_together!(B C);
impl_divisible_together!(B C D E);

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn every_row_is_worked_on_once_by_the_number_that_it_has() {
        for count in [0, 1, 7, 8, 9, 100] {
            for threads in 1..10 {
                let mut rows = Array2::zeros((count, 1));
                let work = |first: usize, mut rows: ArrayViewMut2<'_, usize>| {
                    rows.iter_mut().enumerate().for_each(|(index, row)| *row += first + index + 1);
                };
                Threads(threads).divide(rows.view_mut(), usize::MAX, &work);
                assert!(rows.into_iter().eq(1..=count), "{count} rows, {threads} threads");
            }
        }
    }
}
