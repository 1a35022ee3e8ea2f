//! Data sets: what a network is trained on and judged by.

mod arrays;
mod cell;
mod column_summary;
mod dataset;
mod examples;
mod labels;
mod naming;
#[cfg(feature = "npy")]
mod npy;
mod scaling;
mod split;
mod standardizer;
mod storage;
mod table;
mod weights;

pub use arrays::Arrays;
pub use dataset::Dataset;
#[cfg(feature = "npy")]
pub use npy::NpyFiles;
pub use standardizer::Standardizer;
pub use storage::Storage;
pub use table::{RowStream, Table, Target};

pub(crate) use examples::{Chosen, Chunk, Examples};
pub(crate) use storage::Matrix;
