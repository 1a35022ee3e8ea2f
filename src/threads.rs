//! Work that is divided among threads.

use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use std::sync::atomic::{AtomicBool, Ordering};

/// The most threads that work is divided among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threads(usize);

/// Multiplications, or as long a work, below which another thread costs more time than it saves: it takes a few microseconds to wake up.
const WORTHWHILE: usize = 1 << 18;

/// One: the calling thread.
impl Default for Threads {
    fn default() -> Self {
        Self::ONE
    }
}

impl Threads {
    pub(crate) const ONE: Self = Self(1);

    /// At most so many, and at least one.
    pub(crate) fn at_most(limit: usize) -> Self {
        Self(limit.max(1))
    }

    /// Does work that is divided time and again, the largest part of it `cost` multiplications. It is done on a thread of `rayon`'s current
    /// pool, of which as many others as pay are kept awake: to wake one up for each part takes longer than the part.
    pub(crate) fn enter<R: Send>(self, cost: usize, work: impl FnOnce(Self) -> R + Send) -> R {
        if self.0.min(cost / WORTHWHILE) < 2 {
            return work(Self::ONE);
        }
        let threads = self.0.min(cost / WORTHWHILE).min(rayon_core::current_num_threads());
        let ended = Ended::default();
        rayon_core::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|_| ended.wait());
            }
            let _guard = SetAtEnd(&ended);
            work(Self(threads))
        })
    }

    pub(crate) fn limit(self) -> usize {
        self.0
    }

    /// Does `work` on all of it, each thread on some; it is told the number of its first row, column or block. How they are divided
    /// must not matter to the results. `cost` is how many multiplications, or the like, all of it is.
    pub(crate) fn divide<D: Divisible>(
        self,
        whole: D,
        cost: usize,
        work: &(impl Fn(usize, D) + Sync),
    ) {
        let parts = self.0.min(cost / WORTHWHILE).min(whole.count() / D::UNIT);
        divide(whole, 0, parts, work);
    }
}

/// Whether work that is divided time and again has ended.
#[derive(Default)]
struct Ended(AtomicBool);

impl Ended {
    /// Does what other threads have to give away, until the end.
    fn wait(&self) {
        let mut idle = 0_u32;
        while !self.0.load(Ordering::Acquire) {
            if rayon_core::yield_now() == Some(rayon_core::Yield::Executed) {
                idle = 0;
            } else if idle < IDLE_BEFORE_OTHERS {
                idle += 1;
                std::hint::spin_loop();
            } else {
                std::thread::yield_now();
            }
        }
    }
}

/// So many times in a row a waiting thread finds nothing to do before it lets other processes have the processor in between.
const IDLE_BEFORE_OTHERS: u32 = 1000;

/// Ends the waiting when it goes out of scope, after a panic too.
struct SetAtEnd<'a>(&'a Ended);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Release);
    }
}

fn divide<D: Divisible>(whole: D, first: usize, parts: usize, work: &(impl Fn(usize, D) + Sync)) {
    if parts < 2 {
        return work(first, whole);
    }
    let (count, half) = (whole.count(), parts / 2);
    let here = (count * half / parts).next_multiple_of(D::UNIT).min(count);
    let (these, others) = whole.split(here);
    rayon_core::join(
        || divide(these, first, half, work),
        || divide(others, first + here, parts - half, work),
    );
}

/// What can be divided: a matrix by its rows, or several that have as many.
pub(crate) trait Divisible: Send + Sized {
    /// It is divided in multiples of this, so that no thread is left with a part of a tile.
    const UNIT: usize = 8;

    fn count(&self) -> usize;

    /// The first of them, so many, and the others.
    fn split(self, first: usize) -> (Self, Self);
}

impl<F: Sync> Divisible for ArrayView2<'_, F> {
    fn count(&self) -> usize {
        self.nrows()
    }

    fn split(self, first: usize) -> (Self, Self) {
        self.split_at(Axis(0), first)
    }
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

impl<T: Send> Divisible for &mut [T] {
    fn count(&self) -> usize {
        self.len()
    }

    fn split(self, first: usize) -> (Self, Self) {
        self.split_at_mut(first)
    }
}

impl<D: Divisible> Divisible for Option<D> {
    const UNIT: usize = D::UNIT;

    fn count(&self) -> usize {
        self.as_ref().map_or(0, D::count)
    }

    fn split(self, first: usize) -> (Self, Self) {
        self.map(|whole| whole.split(first)).unzip()
    }
}

/// Divided by columns in place of rows.
pub(crate) struct ByColumns<V>(pub(crate) V);

impl<F: Sync> Divisible for ByColumns<ArrayView2<'_, F>> {
    const UNIT: usize = 32;

    fn count(&self) -> usize {
        self.0.ncols()
    }

    fn split(self, first: usize) -> (Self, Self) {
        let (these, others) = self.0.split_at(Axis(1), first);
        (Self(these), Self(others))
    }
}

impl<F: Send> Divisible for ByColumns<ArrayViewMut2<'_, F>> {
    const UNIT: usize = 32;

    fn count(&self) -> usize {
        self.0.ncols()
    }

    fn split(self, first: usize) -> (Self, Self) {
        let (these, others) = self.0.split_at(Axis(1), first);
        (Self(these), Self(others))
    }
}

macro_rules! impl_divisible_together {
    ($($part:ident)*) => {
        impl<A: Divisible, $($part: Divisible),*> Divisible for (A, $($part),*) {
            const UNIT: usize = A::UNIT;

            fn count(&self) -> usize {
                self.0.count()
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

impl_divisible_together!(B);
impl_divisible_together!(B C);
impl_divisible_together!(B C D);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_worked_on_once_by_the_number_that_it_has() {
        for count in [0, 1, 7, 8, 9, 100] {
            for threads in 1..10 {
                let mut rows = vec![0; count];
                let work = |first: usize, rows: &mut [usize]| {
                    rows.iter_mut().enumerate().for_each(|(index, row)| *row += first + index + 1);
                };
                Threads::at_most(threads).divide(rows.as_mut_slice(), usize::MAX, &work);
                assert!(rows.into_iter().eq(1..=count), "{count} rows, {threads} threads");
            }
        }
    }
}
