//! A pool of threads for one training, kept awake until it ends.

use rayon_core::ThreadPoolBuilder;
/// Both results, computed side by side if a thread is free.
pub(super) use rayon_core::join;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs `work` on a pool of `threads` threads. `work` gets the number of threads: 1 if the system
/// gives none.
pub(super) fn enter<R: Send>(threads: usize, work: impl FnOnce(usize) -> R + Send) -> R {
    let Ok(pool) = ThreadPoolBuilder::new().num_threads(threads).build() else {
        return work(1);
    };
    let (start, ended) = (Barrier::new(threads), AtomicBool::new(false));
    pool.scope(|scope| {
        let working = rayon_core::current_thread_index();
        let (start, ended) = (&start, &ended);
        scope.spawn_broadcast(move |_, thread| {
            if Some(thread.index()) != working {
                start.wait();
                wait_for(ended);
            }
        });
        // All other threads must be waiting before the work begins. A late one could take a part of
        // the work first and begin to wait inside it; that part would never end.
        start.wait();
        let _guard = SetAtEnd(ended);
        work(threads)
    })
}

/// Runs the parts of the work that other threads hand over, until the end.
fn wait_for(ended: &AtomicBool) {
    let mut idle = 0_u32;
    while !ended.load(Ordering::Acquire) {
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

/// How often in a row a waiting thread may find nothing to do before it yields the processor to
/// other processes.
const IDLE_BEFORE_OTHERS: u32 = 1000;

/// Ends the waiting when it is dropped, also by a panic.
struct SetAtEnd<'a>(&'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
