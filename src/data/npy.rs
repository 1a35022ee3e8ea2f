//! Data sets in files of numpy's format, `.npy`. Their rows stay in the files.

mod dtype;
mod file;
mod files;
mod format;
mod open;
mod save;

pub use files::NpyFiles;
