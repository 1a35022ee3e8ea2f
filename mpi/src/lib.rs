#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod exchange;
mod packed;
mod stub;
mod workers;

pub use stub::Workers;
pub use workers::MpiWorkers;
