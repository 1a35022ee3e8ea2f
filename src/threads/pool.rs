//! A pool of threads for one training, kept awake until it ends.

use rayon_core::ThreadPoolBuilder;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs `work` on a pool of `threads` threads. `work` gets the number of threads: 1 if the system
/// gives none.
pub(super) fn enter<R: Send>(threads: usize, work: impl FnOnce(usize) -> R + Send) -> R {
    let Ok(pool) = ThreadPoolBuilder::new().num_threads(threads).build() else {
        return work(1);
    };
    let ended = StopFlag::default();
    pool.scope(|scope| {
        let working = rayon_core::current_thread_index();
        let ended = &ended;
        scope.spawn_broadcast(move |_, thread| {
            if Some(thread.index()) != working {
                ended.wait();
            }
        });
        let _guard = SetAtEnd(ended);
        work(threads)
    })
}

/// Runs both, at the same time if a thread is free.
pub(super) fn join(these: impl FnOnce() + Send, others: impl FnOnce() + Send) {
    rayon_core::join(these, others);
}

/// Whether the work of the pool has ended.
#[derive(Default)]
struct StopFlag(AtomicBool);

impl StopFlag {
    /// Runs the parts of the work that other threads hand over, until the end.
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

/// How often in a row a waiting thread may find nothing to do before it yields the processor to
/// other processes.
const IDLE_BEFORE_OTHERS: u32 = 1000;

/// Ends the waiting when it is dropped, also by a panic.
struct SetAtEnd<'a>(&'a StopFlag);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Release);
    }
}

/// Both results, computed side by side by the processor's threads.
pub(super) fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon_core::join(one, other)
}
