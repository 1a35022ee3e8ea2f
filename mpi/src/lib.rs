#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod exchange;
mod job;
mod mistake;
mod packed;
mod texts;
mod workers;

pub use job::{Job, run, run_as};
pub use mistake::Mistake;
pub use workers::MpiWorkers;

pub use mpi;
