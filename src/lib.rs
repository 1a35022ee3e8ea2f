#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
// Layers and arithmetic also hold what only training uses.
#![cfg_attr(not(feature = "train"), allow(dead_code, unused_imports, unused_macros))]
#![warn(missing_docs, missing_debug_implementations)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod activation;
pub mod atomic_file;
#[cfg(feature = "train")]
pub mod backprop;
mod batch;
mod bits;
mod choice;
#[cfg(feature = "train")]
pub mod data;
pub mod dense;
mod elementary;
pub mod error;
#[cfg(feature = "train")]
pub mod explanation;
mod float;
#[cfg(feature = "train")]
pub mod gradient_check;
#[cfg(all(any(doc, doctest), feature = "train"))]
pub mod guide;
pub mod initialization;
#[cfg(feature = "train")]
pub mod loss;
mod matrix;
#[cfg(feature = "train")]
pub mod metrics;
pub mod mlp;
mod model_file;
mod number;
#[cfg(feature = "train")]
pub mod optimizer;
mod parameter;
mod part;
mod product;
#[cfg(feature = "train")]
mod random;
#[cfg(feature = "train")]
pub mod recipe;
#[cfg(feature = "train")]
pub mod schedule;
pub mod schema;
mod state_dict;
#[cfg(feature = "train")]
mod temperature;
mod threads;
#[cfg(feature = "train")]
pub mod trainer;
pub mod units;
#[cfg(feature = "train")]
pub mod workers;

pub use ndarray;

pub use activation::{Activation, Identity, Relu, Sigmoid, Softmax, Tanh};
pub use dense::Dense;
pub use error::{Error, Result};
pub use float::Float;
pub use mlp::{Mlp, PredictBuffers};
#[cfg(feature = "train")]
pub use {
    backprop::Backprop,
    data::{Dataset, Table},
    gradient_check::gradient_check,
    loss::{BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError},
    optimizer::{Adam, Optimizer, RateFactors, Sgd},
    recipe::Recipe,
    schedule::Schedule,
    trainer::{EarlyStopping, Report, Trainer},
};

/// The version of this library.
///
/// ```
/// println!("densely {}", densely::VERSION);
/// ```
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
