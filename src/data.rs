//! Data sets: what a network is trained on and judged by.

mod arrays;
mod categories;
mod classes;
mod dataset;
pub(crate) mod error;
mod examples;
mod labels;
mod naming;
#[cfg(feature = "npy")]
mod npy;
pub(crate) mod npy_error;
mod scaling;
mod split;
pub(crate) mod standardizer;
mod storage;
pub(crate) mod table;
mod values;
mod weights;

pub use arrays::Arrays;
pub use dataset::Dataset;
#[cfg(feature = "npy")]
pub use npy::NpyFiles;
pub use standardizer::Standardizer;
pub use storage::Storage;
pub use table::{RowStream, Table};

pub(crate) use examples::{Chosen, Chunk, Examples};
pub(crate) use storage::Matrix;
