//! A training from its options to its summary, wherever the rows come from: the command `train`
//! reads a CSV file, `train_distributed` of densely-mpi a folder of `.npy` files.
//!
//! The part to read is [`Prepared`]: everything else is command line and layout.

mod checkpoint;
mod choices;
mod files;
mod hash;
mod interval;
mod options;
mod pictures;
mod plan;
mod prepared;
pub mod recipe;
mod scores;
mod summary;
pub mod task;
mod tested;

pub use choices::LossName;
pub(crate) use choices::OptimizerName;
pub use files::Files;
pub use hash::hash;
pub use interval::IntervalPlan;
pub use options::Options;
pub use plan::{Plan, Subject};
pub use prepared::Prepared;
pub use task::Task;
pub use tested::Tested;
