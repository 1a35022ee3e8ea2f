#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod activation;
pub mod atomic_file;
pub mod backprop;
mod batch;
mod bits;
mod choice;
pub mod data;
pub mod dense;
mod elementary;
pub mod error;
mod float;
pub mod gradient_check;
#[cfg(any(doc, doctest))]
pub mod guide;
pub mod initialization;
pub mod loss;
mod matrix;
pub mod metrics;
pub mod mlp;
mod model_file;
mod number;
pub mod optimizer;
mod parameter;
mod part;
mod product;
mod random;
pub mod schedule;
pub mod schema;
mod state_dict;
mod threads;
pub mod trainer;
pub mod units;
pub mod workers;

pub use ndarray;

pub use activation::{Activation, Identity, Relu, Sigmoid, Softmax, Tanh};
pub use backprop::Backprop;
pub use data::{Dataset, Table};
pub use dense::Dense;
pub use error::{Error, Result};
pub use float::Float;
pub use gradient_check::gradient_check;
pub use loss::{BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError};
pub use mlp::{Mlp, PredictBuffers};
pub use optimizer::{Adam, Optimizer, Sgd};
pub use schedule::Schedule;
pub use trainer::{EarlyStopping, Report, Trainer};

/// The version of this library.
///
/// ```
/// println!("densely {}", densely::VERSION);
/// ```
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
