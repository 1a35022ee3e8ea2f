//! Data sets in files of numpy's format, `.npy`. Their rows stay in the files.

mod dtype;
mod file;
mod header;
mod open;
mod save;
mod storage;

pub use storage::NpyFiles;
