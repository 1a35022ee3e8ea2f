// Before the README, since the first definition of a link or picture counts.
#![cfg_attr(doc, doc = include_str!("../docs/front_page.md"))]
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod activation;
mod backprop;
mod data;
mod dense;
mod durable;
mod elementary;
mod error;
mod exact;
mod float;
mod gradient_check;
#[cfg(any(doc, doctest))]
pub mod guide;
mod initialization;
mod loss;
pub mod metrics;
mod mlp;
mod model_file;
mod optimizer;
mod product;
mod random;
mod rows;
mod schedule;
mod schema;
mod threads;
mod trainer;
mod version;
mod workers;

pub use ndarray;

pub use activation::{
    Activation, Activations, AnyActivation, Derivative, Elu, Exponential, FromOutput,
    FromPreActivation, Gelu, HardTanh, Identity, LeakyRelu, Mish, OutputAndPreActivation, Relu,
    Selu, Sigmoid, Silu, Softmax, Softplus, Softsign, Tanh,
};
pub use backprop::{Backprop, Parameter};
#[cfg(feature = "npy")]
pub use data::NpyFiles;
pub use data::{Arrays, Dataset, RowStream, Standardizer, Storage, Table};
pub use dense::{Dense, Gradient};
pub use durable::check_can_write;
pub use error::{CellProblem, Divergence, Error, LikelyCause, Result};
pub use float::Float;
pub use gradient_check::{GradientCheck, Kink, gradient_check};
pub use initialization::Initialization;
pub use loss::{
    BinaryCrossEntropy, CategoricalCrossEntropy, FusedLoss, Huber, Loss, MeanAbsoluteError,
    MeanSquaredError, Poisson, elementwise,
};
pub use mlp::{Mlp, MlpBuilder, PredictBuffers};
pub use optimizer::{Adagrad, Adam, AdamW, Lbfgs, Memory, Optimizer, RmsProp, Sgd, Step};
pub use schedule::{Schedule, Span};
pub use schema::{Column, Schema};
pub use trainer::{
    Checkpoint, EarlyStopping, Epoch, Goal, Moment, Observer, Report, StopReason, Trainer,
    Training, TrainingState,
};
pub use version::VERSION;
pub use workers::Workers;
