//! The guide: the ideas behind this library with their mathematics, and answers to common
//! questions.
//!
//! The [crate's own page](crate) takes you from nothing to a trained network. Then:
//!
//! **[The program](program)** `densely`: what it does, with its output for real data.
//!
//! **Ideas**, each with its derivation, the code that does it, and what goes wrong otherwise:
//!
//! - [Cached outputs](ideas::cached_outputs): backpropagation from the chain rule, and why a layer
//!   keeps only its output
//! - [Saturation](ideas::saturation): why hidden tanh units learn where sigmoid units get stuck
//! - [Losses fused with outputs](ideas::fused_losses): why delta is the output minus the target,
//!   and why saturated outputs do no harm
//! - [Reproducibility](ideas::reproducibility): the same bits on any number of threads, and after
//!   an interruption
//! - [Defaults](ideas::defaults): why the default training for tables is what it is, and where
//!   trees stay ahead
//!
//! **How to**, each with a complete program and the error messages that you may see:
//!
//! - [Training](how_to::training): from arrays, and every setting of the trainer
//! - [The model file](how_to::model_file): saving, serde, other systems
//! - [My CSV file](how_to::csv)
//! - [My polars DataFrame](how_to::polars), and arrays of another version of ndarray
//! - [Data larger than memory](how_to::data_larger_than_memory), in NumPy files
//! - [Imbalanced classes](how_to::imbalanced_classes)
//! - [Several outputs](how_to::several_outputs): numbers, or labels
//! - [My own activation](how_to::own_activation)
//! - [Resuming](how_to::resuming) training that was stopped
//! - [Many machines](how_to::many_machines) that train one network
//! - [Trust](how_to::trust): will it hold, how sure is it, and what does it look at?
//! - [Embedding](how_to::embedding) a trained network in an application
//! - [From scikit-learn](how_to::from_scikit_learn): every parameter of `MLPClassifier`, and
//!   trained models
//! - [From PyTorch](how_to::from_pytorch): the training loop line by line, and `state_dict`s
//!
//! **[Out of scope](out_of_scope)**: what this library leaves out, and what to use instead.
//!
//! All programs run as tests, but that with polars. The pages are the files in `docs/` of the
//! repository, and link to each other as files. `docs/header.html` makes these links lead to the
//! pages here.

#![allow(unused_imports)] // The pages link to these names.

use crate::{
    activation::*, backprop::*, data::*, dense::*, explanation::*, gradient_check::gradient_check,
    initialization::*, loss::*, metrics, mlp::*, optimizer::*, recipe::*, schedule::*, schema::*,
    trainer::*, units::*, workers::*,
};

/// Pages of a folder.
macro_rules! pages {
    ($folder:literal: $($page:ident)*) => {$(
        #[doc = include_str!(concat!("../docs/", $folder, stringify!($page), ".md"))]
        pub mod $page {}
    )*};
}

/// Ideas, with their mathematics.
pub mod ideas {
    use super::*;

    pages!("ideas/": cached_outputs saturation fused_losses reproducibility defaults);
}

/// Questions and their answers, each with a complete program.
pub mod how_to {
    use super::*;

    pages!("how_to/": training model_file csv polars data_larger_than_memory imbalanced_classes
        several_outputs own_activation resuming many_machines trust embedding from_scikit_learn
        from_pytorch);
}

pages!("": program out_of_scope);
