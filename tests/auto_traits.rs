//! What threads can share, checked by the compiler.

use densely::{
    AnyActivation, Backprop, Dataset, Dense, EarlyStopping, Error, Memory, Mlp, MlpBuilder,
    PredictBuffers, Report, Sgd, Standardizer, Table, Trainer,
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
    // It owns the user's observer, which need not be shareable.
    can_be_sent::<Trainer<'static, f32>>();
}
