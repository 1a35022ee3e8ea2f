//! Data sets, for training and for evaluation.

pub(crate) mod batches;
pub(crate) mod cell;
mod cross_validation;
mod dataset;
mod dates;
pub(crate) mod error;
mod folds;
mod labels;
mod missing;
mod moments;
mod naming;
#[cfg(feature = "npy")]
mod npy;
pub(crate) mod npy_error;
mod outputs;
pub(crate) mod quantiles;
mod split;
mod split_by;
mod storage;
pub(crate) mod table;
mod weights;

pub use cross_validation::CrossValidation;
pub use dataset::Dataset;
#[cfg(feature = "npy")]
pub use npy::NpyFiles;
pub use storage::{Arrays, Storage};
pub use table::{
    ColumnKind, ColumnProfile, ColumnReport, CsvFormat, RowStream, Table, TableProfile,
};
pub use table::{TableReport, Target, UnknownCategory};

pub(crate) use cross_validation::mean_and_standard_error;
pub(crate) use dataset::Examples;
pub(crate) use moments::Moments;
pub(crate) use outputs::Outputs;
pub(crate) use storage::Side;
