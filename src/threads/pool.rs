//! Threads that are there for one training, and stay awake for it.

use rayon_core::ThreadPoolBuilder;
use std::sync::atomic::{AtomicBool, Ordering};

/// Does work on a pool of so many threads, which it is told; where no threads are to be had, on one, with the same result.
pub(super) fn enter<R: Send>(threads: usize, work: impl FnOnce(usize) -> R + Send) -> R {
    let Ok(pool) = ThreadPoolBuilder::new().num_threads(threads).build() else {
        return work(1);
    };
    let ended = Ended::default();
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

/// Both, perhaps at the same time.
pub(super) fn join(these: impl FnOnce() + Send, others: impl FnOnce() + Send) {
    rayon_core::join(these, others);
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
