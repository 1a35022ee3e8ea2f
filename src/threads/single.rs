//! The calling thread in place of a pool of threads, for builds without the feature `threads`.

pub(super) fn enter<R>(_threads: usize, work: impl FnOnce(usize) -> R) -> R {
    work(1)
}

/// Both results, computed one after the other.
pub(super) fn join<A, B>(one: impl FnOnce() -> A, other: impl FnOnce() -> B) -> (A, B) {
    (one(), other())
}
