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
            "[`Activation`]: crate::activation::Activation\n",
            "[`Activation::initialization`]: crate::activation::Activation::initialization\n",
            "[`Activations::with_parameter`]: crate::activation::Activations::with_parameter\n",
            "[`Adagrad`]: crate::optimizer::Adagrad\n",
            "[`Adam`]: crate::optimizer::Adam\n",
            "[`Adam::betas`]: crate::optimizer::Adam::betas\n",
            "[`Adam::epsilon`]: crate::optimizer::Adam::epsilon\n",
            "[`AdamW`]: crate::optimizer::AdamW\n",
            "[`Backprop`]: crate::backprop::Backprop\n",
            "[`Backprop::run`]: crate::backprop::Backprop::run\n",
            "[`Backprop::seed`]: crate::backprop::Backprop::seed\n",
            "[`BinaryCrossEntropy`]: crate::loss::BinaryCrossEntropy\n",
            "[`CategoricalCrossEntropy`]: crate::loss::CategoricalCrossEntropy\n",
            "[`Checkpoint`]: crate::trainer::Checkpoint\n",
            "[`ConfusionMatrix`]: crate::metrics::ConfusionMatrix\n",
            "[`Dataset`]: crate::data::Dataset\n",
            "[`Dataset::binary`]: crate::data::Dataset::binary\n",
            "[`Dataset::classes`]: crate::data::Dataset::classes\n",
            "[`Dataset::multiclass`]: crate::data::Dataset::multiclass\n",
            "[`Dataset::new`]: crate::data::Dataset::new\n",
            "[`Dataset::regression`]: crate::data::Dataset::regression\n",
            "[`Dataset::save_shard`]: crate::data::Dataset::save_shard\n",
            "[`Dataset::select`]: crate::data::Dataset::select\n",
            "[`Dataset::split`]: crate::data::Dataset::split\n",
            "[`Dataset::with_balanced_classes`]: crate::data::Dataset::with_balanced_classes\n",
            "[`Dataset::with_class_weights`]: crate::data::Dataset::with_class_weights\n",
            "[`Dataset::with_target_names`]: crate::data::Dataset::with_target_names\n",
            "[`Dataset::with_weights`]: crate::data::Dataset::with_weights\n",
            "[`Dense::cached_output`]: crate::dense::Dense::cached_output\n",
            "[`Dense::weights`]: crate::dense::Dense::weights\n",
            "[`EarlyStopping`]: crate::trainer::EarlyStopping\n",
            "[`Elu`]: crate::activation::Elu\n",
            "[`Exponential`]: crate::activation::Exponential\n",
            "[`FromOutput`]: crate::activation::FromOutput\n",
            "[`FromPreActivation`]: crate::activation::FromPreActivation\n",
            "[`FusedLoss`]: crate::loss::FusedLoss\n",
            "[`Gelu`]: crate::activation::Gelu\n",
            "[`gradient_check`]: crate::gradient_check\n",
            "[`Huber`]: crate::loss::Huber\n",
            "[`Identity`]: crate::activation::Identity\n",
            "[`include_bytes!`]: include_bytes\n",
            "[`Initialization`]: crate::initialization::Initialization\n",
            "[`Lbfgs::evaluations`]: crate::optimizer::Lbfgs::evaluations\n",
            "[`Lbfgs::tolerance`]: crate::optimizer::Lbfgs::tolerance\n",
            "[`Loss`]: crate::loss::Loss\n",
            "[`Loss::fused_with`]: crate::loss::Loss::fused_with\n",
            "[`MeanAbsoluteError`]: crate::loss::MeanAbsoluteError\n",
            "[`MeanSquaredError`]: crate::loss::MeanSquaredError\n",
            "[`metrics::accuracy`]: crate::metrics::accuracy\n",
            "[`Mlp`]: crate::mlp::Mlp\n",
            "[`Mlp::classes`]: crate::mlp::Mlp::classes\n",
            "[`Mlp::evaluate`]: crate::mlp::Mlp::evaluate\n",
            "[`Mlp::features`]: crate::mlp::Mlp::features\n",
            "[`Mlp::from_bytes_with`]: crate::mlp::Mlp::from_bytes_with\n",
            "[`Mlp::load`]: crate::mlp::Mlp::load\n",
            "[`Mlp::outputs`]: crate::mlp::Mlp::outputs\n",
            "[`Mlp::predict`]: crate::mlp::Mlp::predict\n",
            "[`Mlp::predict_classes`]: crate::mlp::Mlp::predict_classes\n",
            "[`Mlp::predict_into`]: crate::mlp::Mlp::predict_into\n",
            "[`Mlp::predict_row`]: crate::mlp::Mlp::predict_row\n",
            "[`Mlp::save`]: crate::mlp::Mlp::save\n",
            "[`Mlp::save_state_dict`]: crate::mlp::Mlp::save_state_dict\n",
            "[`Mlp::schema`]: crate::mlp::Mlp::schema\n",
            "[`MlpBuilder::dense`]: crate::mlp::MlpBuilder::dense\n",
            "[`MlpBuilder::dropout`]: crate::mlp::MlpBuilder::dropout\n",
            "[`MlpBuilder::seed`]: crate::mlp::MlpBuilder::seed\n",
            "[`Poisson`]: crate::loss::Poisson\n",
            "[`Relu`]: crate::activation::Relu\n",
            "[`Report::best_loss`]: crate::trainer::Report::best_loss\n",
            "[`Report::epochs`]: crate::trainer::Report::epochs\n",
            "[`Report::write_csv`]: crate::trainer::Report::write_csv\n",
            "[`RmsProp`]: crate::optimizer::RmsProp\n",
            "[`Schedule`]: crate::schedule::Schedule\n",
            "[`Schedule::inverse_scaling`]: crate::schedule::Schedule::inverse_scaling\n",
            "[`Schedule::of_step`]: crate::schedule::Schedule::of_step\n",
            "[`Schedule::reduce_on_plateau`]: crate::schedule::Schedule::reduce_on_plateau\n",
            "[`Schedule::warm_up`]: crate::schedule::Schedule::warm_up\n",
            "[`RowStream::chunks`]: crate::data::RowStream::chunks\n",
            "[`Schema`]: crate::schema::Schema\n",
            "[`Sgd`]: crate::optimizer::Sgd\n",
            "[`Sgd::momentum`]: crate::optimizer::Sgd::momentum\n",
            "[`Sgd::nesterov`]: crate::optimizer::Sgd::nesterov\n",
            "[`Sigmoid`]: crate::activation::Sigmoid\n",
            "[`Softmax`]: crate::activation::Softmax\n",
            "[`Softplus`]: crate::activation::Softplus\n",
            "[`Standardizer`]: crate::data::Standardizer\n",
            "[`Standardizer::fit_features`]: crate::data::Standardizer::fit_features\n",
            "[std_lazy_lock]: std::sync::LazyLock\n",
            "[`Table`]: crate::data::Table\n",
            "[`Table::binary`]: crate::data::Table::binary\n",
            "[`Table::inputs_for`]: crate::data::Table::inputs_for\n",
            "[`Table::multiclass`]: crate::data::Table::multiclass\n",
            "[`Table::open_csv`]: crate::data::Table::open_csv\n",
            "[`Table::regression`]: crate::data::Table::regression\n",
            "[`Table::stream`]: crate::data::Table::stream\n",
            "[`Table::without`]: crate::data::Table::without\n",
            "[`Target::numbers`]: crate::data::Target::numbers\n",
            "[`Tanh`]: crate::activation::Tanh\n",
            "[`Trainer`]: crate::trainer::Trainer\n",
            "[`Trainer::batch_size`]: crate::trainer::Trainer::batch_size\n",
            "[`Trainer::clip_norm`]: crate::trainer::Trainer::clip_norm\n",
            "[`Trainer::clip_values`]: crate::trainer::Trainer::clip_values\n",
            "[`Trainer::early_stopping`]: crate::trainer::Trainer::early_stopping\n",
            "[`Trainer::epochs`]: crate::trainer::Trainer::epochs\n",
            "[`Trainer::fit`]: crate::trainer::Trainer::fit\n",
            "[`Trainer::fit_batches`]: crate::trainer::Trainer::fit_batches\n",
            "[`Trainer::lbfgs`]: crate::trainer::Trainer::lbfgs\n",
            "[`Trainer::monitor`]: crate::trainer::Trainer::monitor\n",
            "[`Trainer::new`]: crate::trainer::Trainer::new\n",
            "[`Trainer::on`]: crate::trainer::Trainer::on\n",
            "[`Trainer::resume`]: crate::trainer::Trainer::resume\n",
            "[`Trainer::resume_batches`]: crate::trainer::Trainer::resume_batches\n",
            "[`Trainer::seed`]: crate::trainer::Trainer::seed\n",
            "[`Trainer::state`]: crate::trainer::Trainer::state\n",
            "[`Trainer::step`]: crate::trainer::Trainer::step\n",
            "[`Trainer::validation_fraction`]: crate::trainer::Trainer::validation_fraction\n",
            "[`Trainer::with_state`]: crate::trainer::Trainer::with_state\n",
            "[`Trainer::workers`]: crate::trainer::Trainer::workers\n",
            "[`Training::state`]: crate::trainer::Training::state\n",
            "[`TrainingState`]: crate::trainer::TrainingState\n",
            "[`TrainingState::restore`]: crate::trainer::TrainingState::restore\n",
            "[`Workers`]: crate::workers::Workers\n",
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
