//! Data sets: what a network is trained on and judged by.

mod categories;
mod classes;
mod dataset;
mod labels;
mod names;
#[cfg(feature = "npy")]
mod npy;
mod scaling;
mod split;
mod standardizer;
mod table;
mod values;
mod weights;

pub use dataset::Dataset;
pub use standardizer::Standardizer;
pub use table::{RowStream, Table};
