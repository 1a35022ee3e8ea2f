//! What threads can share, checked by the compiler.

use densely::{
    Adagrad, Adam, AdamW, AnyActivation, Backprop, Dataset, Dense, EarlyStopping, Error, Lbfgs,
    Memory, Mlp, MlpBuilder, PredictBuffers, Report, RmsProp, Schedule, Sgd, Standardizer, Table,
    Trainer, TrainingState,
};

fn can_be_shared<T: Send + Sync + Unpin>() {}
fn can_be_sent<T: Send + Unpin>() {}

#[test]
fn types_can_be_shared_between_threads() {
    can_be_shared::<AnyActivation<f32>>();
    can_be_shared::<Backprop<f32>>();
    can_be_shared::<Dataset<f32>>();
    can_be_shared::<Dense<f32>>();
    can_be_shared::<EarlyStopping>();
    can_be_shared::<Error>();
    can_be_shared::<Memory<f32>>();
    can_be_shared::<Mlp<f32>>();
    can_be_shared::<MlpBuilder<f32>>();
    can_be_shared::<PredictBuffers<f32>>();
    can_be_shared::<Report>();
    can_be_shared::<Sgd>();
    can_be_shared::<Standardizer>();
    can_be_shared::<Table>();
    can_be_shared::<Adagrad>();
    can_be_shared::<Adam>();
    can_be_shared::<AdamW>();
    can_be_shared::<Lbfgs>();
    can_be_shared::<RmsProp>();
    can_be_shared::<TrainingState<f32>>();
    can_be_sent::<Schedule<'static>>();
    // It owns the user's observer, which need not be shareable.
    can_be_sent::<Trainer<'static, f32>>();
}
