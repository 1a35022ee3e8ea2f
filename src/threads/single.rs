//! In place of a pool of threads, where the library is built without the feature `threads`: the one that is there.

pub(super) fn enter<R>(_threads: usize, work: impl FnOnce(usize) -> R) -> R {
    work(1)
}

/// Both, one after the other.
pub(super) fn join(these: impl FnOnce(), others: impl FnOnce()) {
    these();
    others();
}
