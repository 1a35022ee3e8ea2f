//! Data sets in files of numpy's format, `.npy`, which stay there.

mod dtype;
mod file;
mod files;
mod format;
mod open;
mod save;

pub use files::NpyFiles;
