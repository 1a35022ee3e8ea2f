//! The guide: the ideas behind this library with their mathematics, and answers to common
//! questions.
//!
//! The [crate's own page](crate) takes you from nothing to a trained network. Then:
//!
//! **Ideas**, each with its derivation, the code that does it, and what goes wrong otherwise:
//!
//! - [Cached outputs](ideas::cached_outputs): backpropagation from the chain rule, and why a layer
//!   keeps only its output
//! - [Losses fused with outputs](ideas::fused_losses): why delta is the output minus the target,
//!   and why saturated outputs do no harm
//! - [Reproducibility](ideas::reproducibility): the same bits on any number of threads, and after
//!   an interruption
//!
//! **How to**, each with a complete program and the error messages that you may see:
//!
//! - [My CSV file](how_to::csv)
//! - [Data larger than memory](how_to::data_larger_than_memory), in NumPy files
//! - [Imbalanced classes](how_to::imbalanced_classes)
//! - [Several outputs](how_to::several_outputs): numbers, or labels
//! - [My own activation](how_to::own_activation)
//! - [Resuming](how_to::resuming) training that was stopped
//! - [Many machines](how_to::many_machines) that train one network
//! - [Embedding](how_to::embedding) a trained network in an application
//! - [From scikit-learn](how_to::from_scikit_learn): every parameter of `MLPClassifier`, and
//!   trained models
//! - [From PyTorch](how_to::from_pytorch): the training loop line by line, and `state_dict`s
//!
//! **[Out of scope](out_of_scope)**: what this library leaves out, and what to use instead.
//!
//! All programs run as tests. The pages are the files in `docs/` of the repository.

#[allow(unused_imports)]
use crate::gradient_check::gradient_check;
/// The names that the pages link to.
#[allow(unused_imports)]
use crate::{
    activation::*, backprop::*, data::*, dense::*, initialization::*, loss::*, metrics, mlp::*,
    optimizer::*, schedule::*, schema::*, trainer::*, units::*, workers::*,
};

/// The pages that pages link to. It stands before each page: the definitions at a page's own end
/// are for readers of the file, and the first definition counts.
macro_rules! pages {
    () => {
        concat!(
            "\n",
            "[cached_outputs]: crate::guide::ideas::cached_outputs\n",
            "[csv]: crate::guide::how_to::csv\n",
            "[data_larger_than_memory]: crate::guide::how_to::data_larger_than_memory\n",
            "[from_pytorch]: crate::guide::how_to::from_pytorch\n",
            "[from_scikit_learn]: crate::guide::how_to::from_scikit_learn\n",
            "[fused_losses]: crate::guide::ideas::fused_losses\n",
            "[many_machines]: crate::guide::how_to::many_machines\n",
            "[own_activation]: crate::guide::how_to::own_activation\n",
            "[reproducibility]: crate::guide::ideas::reproducibility\n",
            "[resuming]: crate::guide::how_to::resuming\n",
            "\n"
        )
    };
}

/// Ideas, with their mathematics.
pub mod ideas {
    #[allow(unused_imports)]
    use super::*;

    #[doc = pages!()]
    #[doc = include_str!("../docs/ideas/cached_outputs.md")]
    pub mod cached_outputs {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/ideas/fused_losses.md")]
    pub mod fused_losses {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/ideas/reproducibility.md")]
    pub mod reproducibility {}
}

/// Questions and their answers, each with a complete program.
pub mod how_to {
    #[allow(unused_imports)]
    use super::*;

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/csv.md")]
    pub mod csv {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/data_larger_than_memory.md")]
    pub mod data_larger_than_memory {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/imbalanced_classes.md")]
    pub mod imbalanced_classes {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/several_outputs.md")]
    pub mod several_outputs {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/own_activation.md")]
    pub mod own_activation {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/resuming.md")]
    pub mod resuming {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/many_machines.md")]
    pub mod many_machines {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/embedding.md")]
    pub mod embedding {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/from_scikit_learn.md")]
    pub mod from_scikit_learn {}

    #[doc = pages!()]
    #[doc = include_str!("../docs/how_to/from_pytorch.md")]
    pub mod from_pytorch {}
}

#[doc = pages!()]
#[doc = include_str!("../docs/out_of_scope.md")]
pub mod out_of_scope {}
