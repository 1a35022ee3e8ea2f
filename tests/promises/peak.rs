//! Measures the peak memory of a piece of work on its own thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// Larger allocations fail, as on a system without that much memory.
const MOST: usize = 1 << 32;

fn change(more: usize, less: usize) {
    let held = HELD.get().wrapping_add(more);
    // This thread may free memory that another thread allocated.
    PEAK.set(PEAK.get().max(if held > isize::MAX as usize { 0 } else { held }));
    HELD.set(held.wrapping_sub(less));
}

// SAFETY: All calls go to the system's allocator. An allocator without memory returns null.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MOST {
            return ptr::null_mut();
        }
        change(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MOST {
            return ptr::null_mut();
        }
        change(layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        change(0, layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > MOST {
            return ptr::null_mut();
        }
        // Counts both blocks, as if the memory were moved.
        change(size, layout.size());
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Returns the peak memory above that at the beginning.
pub fn of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}
