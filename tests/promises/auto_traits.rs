//! The compiler checks which types threads can share.

use densely::metrics::ConfusionMatrix;
use densely::{
    Adam, Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Dense, EarlyStopping,
    Error, Identity, Loss, MeanSquaredError, Mlp, Optimizer, PredictBuffers, Relu, Report, Result,
    Schedule, Sgd, Sigmoid, Softmax, Table, Tanh, Trainer,
    activation::{
        Activations, AnyActivation, Elu, Exponential, FromOutput, FromPreActivation, Gelu,
        HardTanh, LeakyRelu, Mish, OutputAndPreActivation, Selu, Silu, Softplus, Softsign,
    },
    data::{Arrays, RowStream, Target},
    dense::Gradient,
    error::{CellProblem, Divergence, LikelyCause},
    gradient_check::{GradientCheck, Kink},
    initialization::Initialization,
    loss::{FusedLoss, Huber, MeanAbsoluteError, Poisson},
    mlp::MlpBuilder,
    optimizer::Parameter,
    optimizer::{Adagrad, AdamW, Iteration, Lbfgs, OptimizerState, RmsProp},
    schedule::Span,
    schema::{Column, Schema},
    trainer::{Checkpoint, Epoch, Goal, Moment, StopReason, Training, TrainingState},
    units::{Scaling, Units},
};
use std::cell::Cell;
use std::ops::ControlFlow;

/// Checks that these types are `Send + Sync + Unpin`.
macro_rules! can_be_shared {
    ($($shared:ty),* $(,)?) => {{
        fn check<T: Send + Sync + Unpin>() {}
        $(check::<$shared>();)*
    }};
}

fn can_be_sent<T: Send + Unpin>(_: &T) {}

#[test]
fn types_can_be_shared_between_threads() {
    // Networks and prediction.
    can_be_shared![Units, Scaling];
    can_be_shared![Mlp<f32>, Mlp<f64>, MlpBuilder<f32>, Dense<f32>, PredictBuffers<f32>];
    can_be_shared![AnyActivation<f32>, Activations<f32>, OutputAndPreActivation<'static, f32>];
    can_be_shared![FromOutput, FromPreActivation, Initialization];
    can_be_shared![Identity, Sigmoid, Tanh, Relu, LeakyRelu, Elu, Selu, Softplus, Softsign];
    can_be_shared![Exponential, HardTanh, Gelu, Silu, Mish, Softmax];

    // Data.
    can_be_shared![Table, RowStream<'static, f32>];
    can_be_shared![Arrays<f32>, Dataset<f32>, Target, Schema, Column, ConfusionMatrix];

    #[cfg(feature = "npy")]
    {
        use densely::data::NpyFiles;
        can_be_shared![NpyFiles<f32>, Dataset<f32, NpyFiles<f32>>];
    }

    // Training.
    can_be_shared![
        Backprop<f32>,
        Gradient<f32>,
        Parameter<'static, f32>,
        OptimizerState<f32>,
        Iteration
    ];
    can_be_shared![MeanSquaredError, MeanAbsoluteError, Huber, Poisson];
    can_be_shared![BinaryCrossEntropy, CategoricalCrossEntropy];
    can_be_shared![Box<dyn Loss<f32>>, Box<dyn FusedLoss<f32>>];
    can_be_shared![Sgd, Adagrad, RmsProp, Adam, AdamW, Lbfgs, Box<dyn Optimizer<f32>>];
    can_be_shared![EarlyStopping, Checkpoint, Goal, Moment, Span, Training<'static, f32>];
    can_be_shared![TrainingState<f32>, Schedule<'static>];

    // The results of training.
    can_be_shared![Report, Epoch, StopReason, GradientCheck, Kink];
    can_be_shared![Error, CellProblem, Divergence, LikelyCause, Result<Mlp<f32>>];
}

/// These types own observers, which need not be shareable: here, a closure with a `Cell`.
#[test]
fn trainers_can_be_sent_to_another_thread() {
    let steps = Cell::new(0);
    let schedule = Schedule::of_step(|step| 0.1 / (1.0 + step as f64));
    let trainer = Trainer::<f32>::new(MeanSquaredError, Sgd::new(0.1))
        .schedule(schedule)
        .monitor("nothing", Goal::Smallest, |_, _| Ok(0.0))
        .on(Moment::BatchEnd, move |_| {
            steps.set(steps.get() + 1);
            ControlFlow::Continue(())
        });
    can_be_sent(&trainer);
}

/// Every name in `src/lib.rs` is listed above, or is one of these, which are not types.
#[test]
fn no_type_was_forgotten() {
    let others = ["Activation", "Derivative", "Float", "Observer", "Workers", "Storage", "VERSION"];
    let (library, this) = (include_str!("../../src/lib.rs"), include_str!("auto_traits.rs"));
    let words = |text: &'static str| text.split(|c: char| !c.is_alphanumeric());
    let exported = library.split(';').filter_map(|item| item.trim().strip_prefix("pub use "));
    let names = exported.flat_map(words).filter(|name| name.starts_with(char::is_uppercase));
    for name in names.filter(|name| !others.contains(name)) {
        assert!(words(this).filter(|&word| word == name).count() > 1, "{name}");
    }
}
