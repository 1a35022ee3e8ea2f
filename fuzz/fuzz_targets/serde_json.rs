#![no_main]
//! Networks and states of training in JSON. A state that loads is also put into a trainer, which
//! must refuse it or go on.

mod whole;

use densely::{
    Adam, Dataset, EarlyStopping, Float, Identity, MeanSquaredError, Mlp, Schedule, Tanh, Trainer,
    optimizer::Lbfgs, trainer::TrainingState,
};
use libfuzzer_sys::fuzz_target;
use ndarray::Array2;

fn load<F: Float>(bytes: &[u8]) {
    if let Ok(net) = serde_json::from_slice::<Mlp<F>>(bytes) {
        whole::check(&net);
    }
    let Ok(state) = serde_json::from_slice::<TrainingState<F>>(bytes) else { return };
    let saved = serde_json::to_string(&state).unwrap();
    let again: TrainingState<F> = serde_json::from_str(&saved).unwrap();
    assert_eq!(saved, serde_json::to_string(&again).unwrap());

    // The data of `examples/seeds.rs`.
    let data = Dataset::new(
        Array2::from_shape_fn((9, 2), |(row, column)| F::from_f64((3 * row + column) as f64).sin()),
        Array2::from_shape_fn((9, 1), |(row, _)| F::from_f64(row as f64 / 9.0)),
    )
    .unwrap();
    let net = Mlp::<F>::builder(2).dense(3, Tanh).dropout(0.2).dense(1, Identity).build().unwrap();
    let mut restored = net.clone();
    if state.restore(&mut restored).is_ok() {
        whole::check(&restored);
    }
    let epochs = state.epochs().len() + 2;
    let adam = Trainer::new(MeanSquaredError, Adam::new(0.01))
        .schedule(Schedule::reduce_on_plateau(0.5, 1))
        .early_stopping(EarlyStopping::patience(3));
    let lbfgs = Trainer::lbfgs(MeanSquaredError, Lbfgs::new().history(2));
    let plain = Mlp::<F>::builder(2).dense(3, Tanh).dense(1, Identity).build().unwrap();
    for (trainer, net) in [(adam, net), (lbfgs, plain)] {
        let mut net = net;
        let mut trainer = trainer.batch_size(4).epochs(epochs).threads(1).with_state(state.clone());
        // An error leaves the network whole too.
        let _ = trainer.resume(&mut net, &data);
        whole::check(&net);
    }
}

fuzz_target!(|bytes: &[u8]| {
    load::<f32>(bytes);
    load::<f64>(bytes);
});
