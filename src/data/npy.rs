//! Data sets in files of numpy's format, `.npy`.

mod format;
mod save;
