//! The guide: the ideas behind this library with their mathematics, and how to do what people come for.
//!
//! The [crate's own page](crate) takes you from nothing to a trained network. Then:
//!
//! **Ideas**, each with its derivation, the code that does it, and what goes wrong otherwise:
//!
//! - [Cached outputs](ideas::cached_outputs): backpropagation from the chain rule on, and why a layer's output is all that it keeps
//! - [Losses fused with outputs](ideas::fused_losses): why delta is the output less the target, and losses that saturated outputs cannot spoil
//! - [Reproducibility](ideas::reproducibility): the same bits, on any number of threads, and after an interruption
//!
//! **How to**, each with a whole program, and the messages of what may go wrong:
//!
//! - [My CSV file](how_to::csv)
//! - [Data larger than memory](how_to::data_larger_than_memory), in files of NumPy's
//! - [Imbalanced classes](how_to::imbalanced_classes)
//! - [Several outputs](how_to::several_outputs): numbers, or labels
//! - [My own activation](how_to::own_activation)
//! - [Resuming](how_to::resuming) a training that was stopped
//! - [Many machines](how_to::many_machines) that train one network
//! - [Embedding](how_to::embedding) a trained network in an application
//! - [From scikit-learn](how_to::from_scikit_learn): every parameter of `MLPClassifier`, and trained models
//! - [From PyTorch](how_to::from_pytorch): the training loop line by line, and `state_dict`s
//!
//! **[Out of scope](out_of_scope)**: what this library leaves out, and what to take instead.
//!
//! All examples run as tests. The pages are files of the repository, below `docs/`.

/// What the pages' links mean to rustdoc, which checks them. It stands before each page, and the first definition counts: those at the page's own end are for readers of the file.
macro_rules! links {
    () => {
        concat!(
            "\n",
            "[`Activation`]: crate::Activation\n",
            "[`Activation::initialization`]: crate::Activation::initialization\n",
            "[`Activations::with_parameter`]: crate::Activations::with_parameter\n",
            "[`Adagrad`]: crate::Adagrad\n",
            "[`Adam`]: crate::Adam\n",
            "[`Adam::betas`]: crate::Adam::betas\n",
            "[`Adam::epsilon`]: crate::Adam::epsilon\n",
            "[`AdamW`]: crate::AdamW\n",
            "[`Backprop`]: crate::Backprop\n",
            "[`Backprop::run`]: crate::Backprop::run\n",
            "[`Backprop::seed`]: crate::Backprop::seed\n",
            "[`BinaryCrossEntropy`]: crate::BinaryCrossEntropy\n",
            "[`CategoricalCrossEntropy`]: crate::CategoricalCrossEntropy\n",
            "[`Checkpoint`]: crate::Checkpoint\n",
            "[`ConfusionMatrix`]: crate::metrics::ConfusionMatrix\n",
            "[`Dataset`]: crate::Dataset\n",
            "[`Dataset::binary`]: crate::Dataset::binary\n",
            "[`Dataset::classes`]: crate::Dataset::classes\n",
            "[`Dataset::multiclass`]: crate::Dataset::multiclass\n",
            "[`Dataset::new`]: crate::Dataset::new\n",
            "[`Dataset::regression`]: crate::Dataset::regression\n",
            "[`Dataset::save_shard`]: crate::Dataset::save_shard\n",
            "[`Dataset::select`]: crate::Dataset::select\n",
            "[`Dataset::split`]: crate::Dataset::split\n",
            "[`Dataset::with_balanced_classes`]: crate::Dataset::with_balanced_classes\n",
            "[`Dataset::with_class_weights`]: crate::Dataset::with_class_weights\n",
            "[`Dataset::with_target_names`]: crate::Dataset::with_target_names\n",
            "[`Dataset::with_weights`]: crate::Dataset::with_weights\n",
            "[`Dense::cached_output`]: crate::Dense::cached_output\n",
            "[`Dense::weights`]: crate::Dense::weights\n",
            "[`EarlyStopping`]: crate::EarlyStopping\n",
            "[`Elu`]: crate::Elu\n",
            "[`Exponential`]: crate::Exponential\n",
            "[`FromOutput`]: crate::FromOutput\n",
            "[`FromPreActivation`]: crate::FromPreActivation\n",
            "[`FusedLoss`]: crate::FusedLoss\n",
            "[`Gelu`]: crate::Gelu\n",
            "[`gradient_check`]: crate::gradient_check\n",
            "[`Huber`]: crate::Huber\n",
            "[`Identity`]: crate::Identity\n",
            "[`include_bytes!`]: include_bytes\n",
            "[`Initialization`]: crate::Initialization\n",
            "[`Lbfgs::evaluations`]: crate::Lbfgs::evaluations\n",
            "[`Lbfgs::tolerance`]: crate::Lbfgs::tolerance\n",
            "[`Loss`]: crate::Loss\n",
            "[`Loss::fused_with`]: crate::Loss::fused_with\n",
            "[`MeanAbsoluteError`]: crate::MeanAbsoluteError\n",
            "[`MeanSquaredError`]: crate::MeanSquaredError\n",
            "[`metrics::accuracy`]: crate::metrics::accuracy\n",
            "[`Mlp`]: crate::Mlp\n",
            "[`Mlp::classes`]: crate::Mlp::classes\n",
            "[`Mlp::evaluate`]: crate::Mlp::evaluate\n",
            "[`Mlp::features`]: crate::Mlp::features\n",
            "[`Mlp::from_bytes_with`]: crate::Mlp::from_bytes_with\n",
            "[`Mlp::load`]: crate::Mlp::load\n",
            "[`Mlp::outputs`]: crate::Mlp::outputs\n",
            "[`Mlp::predict`]: crate::Mlp::predict\n",
            "[`Mlp::predict_classes`]: crate::Mlp::predict_classes\n",
            "[`Mlp::predict_into`]: crate::Mlp::predict_into\n",
            "[`Mlp::predict_row`]: crate::Mlp::predict_row\n",
            "[`Mlp::save`]: crate::Mlp::save\n",
            "[`Mlp::save_state_dict`]: crate::Mlp::save_state_dict\n",
            "[`Mlp::schema`]: crate::Mlp::schema\n",
            "[`MlpBuilder::dense`]: crate::MlpBuilder::dense\n",
            "[`MlpBuilder::dropout`]: crate::MlpBuilder::dropout\n",
            "[`MlpBuilder::seed`]: crate::MlpBuilder::seed\n",
            "[`Poisson`]: crate::Poisson\n",
            "[`Relu`]: crate::Relu\n",
            "[`Report::best_loss`]: crate::Report::best_loss\n",
            "[`Report::epochs`]: crate::Report::epochs\n",
            "[`Report::write_csv`]: crate::Report::write_csv\n",
            "[`RmsProp`]: crate::RmsProp\n",
            "[`Schedule`]: crate::Schedule\n",
            "[`Schedule::inverse_scaling`]: crate::Schedule::inverse_scaling\n",
            "[`Schedule::of_step`]: crate::Schedule::of_step\n",
            "[`Schedule::reduce_on_plateau`]: crate::Schedule::reduce_on_plateau\n",
            "[`Schedule::warm_up`]: crate::Schedule::warm_up\n",
            "[`RowStream::chunks`]: crate::RowStream::chunks\n",
            "[`Schema`]: crate::Schema\n",
            "[`Sgd`]: crate::Sgd\n",
            "[`Sgd::momentum`]: crate::Sgd::momentum\n",
            "[`Sgd::nesterov`]: crate::Sgd::nesterov\n",
            "[`Sigmoid`]: crate::Sigmoid\n",
            "[`Softmax`]: crate::Softmax\n",
            "[`Softplus`]: crate::Softplus\n",
            "[`Standardizer`]: crate::Standardizer\n",
            "[`Standardizer::fit_features`]: crate::Standardizer::fit_features\n",
            "[std_lazy_lock]: std::sync::LazyLock\n",
            "[`Table`]: crate::Table\n",
            "[`Table::binary`]: crate::Table::binary\n",
            "[`Table::inputs_for`]: crate::Table::inputs_for\n",
            "[`Table::multiclass`]: crate::Table::multiclass\n",
            "[`Table::open_csv`]: crate::Table::open_csv\n",
            "[`Table::regression`]: crate::Table::regression\n",
            "[`Table::regression_of`]: crate::Table::regression_of\n",
            "[`Table::regression_stream`]: crate::Table::regression_stream\n",
            "[`Table::without`]: crate::Table::without\n",
            "[`Tanh`]: crate::Tanh\n",
            "[`Trainer`]: crate::Trainer\n",
            "[`Trainer::batch_size`]: crate::Trainer::batch_size\n",
            "[`Trainer::clip_norm`]: crate::Trainer::clip_norm\n",
            "[`Trainer::clip_values`]: crate::Trainer::clip_values\n",
            "[`Trainer::early_stopping`]: crate::Trainer::early_stopping\n",
            "[`Trainer::epochs`]: crate::Trainer::epochs\n",
            "[`Trainer::fit`]: crate::Trainer::fit\n",
            "[`Trainer::fit_batches`]: crate::Trainer::fit_batches\n",
            "[`Trainer::lbfgs`]: crate::Trainer::lbfgs\n",
            "[`Trainer::monitor`]: crate::Trainer::monitor\n",
            "[`Trainer::new`]: crate::Trainer::new\n",
            "[`Trainer::on`]: crate::Trainer::on\n",
            "[`Trainer::resume`]: crate::Trainer::resume\n",
            "[`Trainer::resume_batches`]: crate::Trainer::resume_batches\n",
            "[`Trainer::seed`]: crate::Trainer::seed\n",
            "[`Trainer::state`]: crate::Trainer::state\n",
            "[`Trainer::step`]: crate::Trainer::step\n",
            "[`Trainer::validation_fraction`]: crate::Trainer::validation_fraction\n",
            "[`Trainer::with_state`]: crate::Trainer::with_state\n",
            "[`Trainer::workers`]: crate::Trainer::workers\n",
            "[`Training::state`]: crate::Training::state\n",
            "[`TrainingState`]: crate::TrainingState\n",
            "[`TrainingState::restore`]: crate::TrainingState::restore\n",
            "[`Workers`]: crate::Workers\n",
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
    #[doc = links!()]
    #[doc = include_str!("../docs/ideas/cached_outputs.md")]
    pub mod cached_outputs {}

    #[doc = links!()]
    #[doc = include_str!("../docs/ideas/fused_losses.md")]
    pub mod fused_losses {}

    #[doc = links!()]
    #[doc = include_str!("../docs/ideas/reproducibility.md")]
    pub mod reproducibility {}
}

/// Questions and their answers, each a whole program.
pub mod how_to {
    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/csv.md")]
    pub mod csv {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/data_larger_than_memory.md")]
    pub mod data_larger_than_memory {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/imbalanced_classes.md")]
    pub mod imbalanced_classes {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/several_outputs.md")]
    pub mod several_outputs {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/own_activation.md")]
    pub mod own_activation {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/resuming.md")]
    pub mod resuming {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/many_machines.md")]
    pub mod many_machines {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/embedding.md")]
    pub mod embedding {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/from_scikit_learn.md")]
    pub mod from_scikit_learn {}

    #[doc = links!()]
    #[doc = include_str!("../docs/how_to/from_pytorch.md")]
    pub mod from_pytorch {}
}

#[doc = links!()]
#[doc = include_str!("../docs/out_of_scope.md")]
pub mod out_of_scope {}
