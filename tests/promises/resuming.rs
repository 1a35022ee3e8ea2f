//! Training that is interrupted and resumed gives the same bits as training without interruption.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use densely::{
    Adam, CategoricalCrossEntropy, Dataset, EarlyStopping, Error, Float, Mlp, Optimizer, Schedule,
    Sgd, Softmax, Tanh, Trainer,
    error::TrainingError,
    metrics,
    optimizer::{Adagrad, AdamW, Lbfgs, RmsProp},
    schedule::Span,
    trainer::{Goal, Moment, TrainingState},
};
use ndarray::Array2;
use std::ops::ControlFlow;

fn data<F: Float>(rows: usize, features: usize) -> Dataset<F> {
    let inputs = Array2::from_shape_fn((rows, features), |(row, column)| {
        F::from_f64((5.0 * row as f64 + 3.0 * column as f64).sin())
    });
    let targets = Array2::from_shape_fn((rows, 3), |(row, class)| {
        F::from_f64(f64::from(row * row % 7 % 3 == class))
    });
    Dataset::new(inputs, targets).unwrap()
}

fn network<F: Float>(features: usize, dropout: f64) -> Mlp<F> {
    let builder = Mlp::builder(features).dense(12, Tanh).dropout(dropout).dense(7, Tanh);
    builder.dropout(dropout).dense(3, Softmax).seed(3).build().unwrap()
}

fn bits<F: Float>(net: &Mlp<F>) -> Vec<u64> {
    let numbers = net.layers().iter().flat_map(|layer| {
        layer.weights().iter().copied().chain(layer.bias().unwrap().to_vec()).collect::<Vec<F>>()
    });
    numbers.map(|number| number.as_f64().to_bits()).collect()
}

/// Passes the state through JSON, where `serde_json` may round decimal numbers.
fn through_serde<F: Float>(state: &TrainingState<F>) -> TrainingState<F> {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

fn optimizers<F: Float>() -> Vec<Box<dyn Optimizer<F>>> {
    vec![
        Box::new(Sgd::new(0.05)),
        Box::new(Sgd::new(0.02).momentum(0.9).nesterov()),
        Box::new(Adagrad::new(0.05)),
        Box::new(RmsProp::new(0.005).momentum(0.5)),
        Box::new(Adam::new(0.01).weight_decay(0.01)),
        Box::new(AdamW::new(0.01)),
    ]
}

fn schedules() -> Vec<Schedule<'static>> {
    let (epochs, steps) = (Span::Epochs, Span::Steps);
    vec![
        Schedule::constant(),
        Schedule::step(epochs(2), 0.5),
        Schedule::exponential(steps(7), 0.9),
        Schedule::inverse_scaling(steps(1), 0.5),
        Schedule::cosine(epochs(9)).warm_up(steps(3)),
        Schedule::one_cycle(epochs(10)),
        Schedule::reduce_on_plateau(0.5, 1),
        Schedule::of_step(|step| 0.02 / (1.0 + step as f64)),
    ]
}

/// Trains five epochs, resumes from the state for five more on another number of threads, and
/// compares with ten epochs.
fn check<F: Float>(
    trainer: &dyn Fn() -> Trainer<'static, F>,
    net: &Mlp<F>,
    data: &Dataset<F>,
    threads: [usize; 2],
) {
    let (mut undisturbed, mut first, mut resumed) = (net.clone(), net.clone(), net.clone());
    let expected = trainer().epochs(10).threads(1).fit(&mut undisturbed, data).unwrap();
    let mut interrupted = trainer().epochs(5).threads(threads[0]);
    interrupted.fit(&mut first, data).unwrap();
    let state = through_serde(interrupted.state().unwrap());
    assert_eq!(state.epochs().len(), 5);
    let mut trainer = trainer().epochs(10).threads(threads[1]).with_state(state);
    let report = trainer.resume(&mut resumed, data).unwrap();
    assert!(report.epochs.len() > 5);
    assert!(bits(&resumed) == bits(&undisturbed), "{trainer:?}");
    assert_eq!(report.epochs, expected.epochs);
    assert_eq!(report.best_epoch, expected.best_epoch);
}

fn every_optimizer_and_schedule<F: Float>() {
    let data = data(50, 4);
    for index in 0..optimizers::<F>().len() {
        for schedule in 0..schedules().len() {
            for dropout in [0.0, 0.3] {
                let trainer = || {
                    Trainer::new(CategoricalCrossEntropy, optimizers().swap_remove(index))
                        .schedule(schedules().swap_remove(schedule))
                        .batch_size(8)
                        .seed(5)
                        .clip_norm(0.5)
                        .l1(1e-3)
                };
                check::<F>(&trainer, &network(4, dropout), &data, [1, 1]);
            }
        }
    }
}

#[test]
fn for_every_optimizer_every_schedule_and_dropout() {
    every_optimizer_and_schedule::<f32>();
    every_optimizer_and_schedule::<f64>();
}

#[test]
fn with_early_stopping_a_metric_and_the_best_weights() {
    let trainer = || {
        Trainer::new(CategoricalCrossEntropy, Adam::new(0.03))
            .batch_size(8)
            .early_stopping(EarlyStopping::patience(8).min_delta(1e-3))
            .monitor("log-loss", Goal::Smallest, metrics::log_loss)
    };
    check::<f64>(&trainer, &network(4, 0.1), &data(60, 4), [1, 1]);
}

fn lbfgs<F: Float>() {
    let trainer = || Trainer::lbfgs(CategoricalCrossEntropy, Lbfgs::new().history(3));
    check::<F>(&trainer, &network(4, 0.0), &data(50, 4), [1, 1]);
}

#[test]
fn with_lbfgs() {
    lbfgs::<f32>();
    lbfgs::<f64>();
}

/// The products are large enough to be divided among threads.
#[test]
fn on_any_number_of_threads() {
    let data = data(330, 130);
    let net = || {
        let builder = Mlp::builder(130).dense(150, Tanh).dropout(0.2).dense(140, Tanh).dropout(0.2);
        builder.dense(3, Softmax).seed(3).build().unwrap()
    };
    let trainer = || Trainer::new(CategoricalCrossEntropy, Adam::new(0.001)).batch_size(320);
    check::<f32>(&trainer, &net(), &data, [2, 1]);
    check::<f32>(&trainer, &net(), &data, [1, 3]);
    let trainer = || Trainer::lbfgs(CategoricalCrossEntropy, Lbfgs::new());
    let net = || Mlp::builder(130).dense(150, Tanh).dense(3, Softmax).seed(3).build().unwrap();
    check::<f32>(&trainer, &net(), &data, [2, 3]);
}

/// A schedule in epochs after a warm-up in steps has to know the number of steps in an epoch of the
/// stream.
#[test]
fn of_a_stream() {
    let trainer = || {
        let schedule = Schedule::step(Span::Epochs(2), 0.5).warm_up(Span::Steps(10));
        Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).schedule(schedule)
    };
    let batches = |_| Ok((10..15).map(|rows| Ok(data::<f64>(rows, 4))));
    let measured = || {
        let mut net = network(4, 0.2);
        net.measure(&data::<f64>(15, 4)).unwrap();
        net
    };
    let mut undisturbed = measured();
    trainer().epochs(8).fit_batches(&mut undisturbed, batches).unwrap();
    for epochs in 1..8 {
        let mut first = trainer().epochs(epochs);
        first.fit_batches(&mut measured(), batches).unwrap();
        let state = through_serde(first.state().unwrap());
        let mut net = network(4, 0.2);
        let mut resumed = trainer().epochs(8).with_state(state);
        resumed.resume_batches(&mut net, batches).unwrap();
        assert!(bits(&net) == bits(&undisturbed), "after {epochs} epochs");
    }
}

#[test]
fn a_schedule_in_epochs_does_not_mind_another_batch_size() {
    let data = data::<f64>(40, 4);
    let trainer = || {
        let schedule = Schedule::cosine(Span::Epochs(8));
        Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).schedule(schedule)
    };
    let mut first = trainer().batch_size(4).epochs(4);
    let mut net = network(4, 0.0);
    first.fit(&mut net, &data).unwrap();
    let state = first.state().unwrap().clone();
    let mut resumed = trainer().batch_size(20).epochs(8).with_state(state);
    let report = resumed.resume(&mut net, &data).unwrap();
    // The last of two steps in epoch 5 is at 4.5 of 8 epochs.
    let expected = 0.05 * (1.0 + (std::f64::consts::PI * 4.5 / 8.0).cos());
    approx::assert_relative_eq!(report.epochs[4].learning_rate, expected, max_relative = 1e-12);
}

#[test]
fn what_is_refused_costs_no_state() {
    let data = data::<f64>(40, 4);
    let trainer = || Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(6);
    let mut undisturbed = network(4, 0.0);
    trainer().fit(&mut undisturbed, &data).unwrap();
    let (mut net, mut other) =
        (network(4, 0.0), Mlp::builder(4).dense(3, Softmax).build().unwrap());
    let mut first = trainer().epochs(3);
    first.fit(&mut net, &data).unwrap();
    let mut first = first.epochs(6);
    assert!(first.resume(&mut other, &data).is_err());
    assert!(first.resume(&mut net, &self::data(41, 4)).is_err());
    assert!(first.step(&mut net, &self::data(8, 5)).is_err());
    first.resume(&mut net, &data).unwrap();
    assert!(bits(&net) == bits(&undisturbed));

    // After an error in training, its position is unknown.
    let mut diverging = Trainer::new(CategoricalCrossEntropy, Sgd::new(1e300)).epochs(3);
    assert!(matches!(
        diverging.fit(&mut net, &data),
        Err(Error::Training(TrainingError::Diverged { .. }))
    ));
    assert!(diverging.state().is_none());
    let again = diverging.resume(&mut net, &data);
    assert!(matches!(
        again,
        Err(Error::Training(TrainingError::StateMismatch { reason: "training ended in an error" }))
    ));
}

#[test]
fn from_any_epoch_that_an_observer_took() {
    let data = data::<f64>(40, 4);
    let trainer = || Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(6).batch_size(7);
    let mut states = Vec::new();
    let mut undisturbed = network(4, 0.2);
    let taking = |training: &densely::trainer::Training<'_, f64>| {
        states.push(training.state());
        ControlFlow::Continue(())
    };
    trainer().on(Moment::EpochEnd, taking).fit(&mut undisturbed, &data).unwrap();
    assert_eq!(states.len(), 6);
    for state in states {
        let mut net = network(4, 0.2);
        trainer().with_state(through_serde(&state)).resume(&mut net, &data).unwrap();
        assert!(bits(&net) == bits(&undisturbed), "after epoch {}", state.epochs().len());
    }
}

#[test]
fn a_state_that_belongs_elsewhere_is_refused() {
    let data = data::<f64>(40, 4);
    let adam = || Trainer::new(CategoricalCrossEntropy, Adam::new(0.01)).epochs(4);
    let mut trainer = adam().epochs(2);
    trainer.fit(&mut network(4, 0.0), &data).unwrap();
    let state = trainer.state().unwrap().clone();
    let refused = |mut trainer: Trainer<'_, f64>, mut net: Mlp<f64>, data: &Dataset<f64>| {
        let before = bits(&net);
        let error = trainer.resume(&mut net, data).unwrap_err();
        assert_eq!(bits(&net), before);
        let Error::Training(TrainingError::StateMismatch { reason }) = error else {
            panic!("{error}")
        };
        reason
    };
    let other = Mlp::builder(4).dense(5, Tanh).dense(3, Softmax).build().unwrap();
    let here = || adam().with_state(state.clone());
    assert_eq!(refused(here(), other, &data), "the network has another shape");
    let sgd = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).with_state(state.clone());
    assert_eq!(refused(sgd, network(4, 0.0), &data), "it was saved with another optimizer");
    // The state has the same size, but belongs to another optimizer.
    let rmsprop = RmsProp::new(0.1).momentum(0.9);
    let rmsprop = Trainer::new(CategoricalCrossEntropy, rmsprop).with_state(state.clone());
    assert_eq!(refused(rmsprop, network(4, 0.0), &data), "it was saved with another optimizer");
    let lbfgs = Trainer::lbfgs(CategoricalCrossEntropy, Lbfgs::new()).with_state(state.clone());
    assert_eq!(refused(lbfgs, network(4, 0.0), &data), "it was saved with another optimizer");
    let more = self::data(41, 4);
    assert_eq!(refused(here(), network(4, 0.0), &more), "it was saved with another number of rows");

    // The state comes from a file that was changed.
    let json = serde_json::to_value(&state).unwrap();
    let changed = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        change(&mut json);
        let state = serde_json::from_value(json).unwrap();
        refused(adam().with_state(state), network(4, 0.0), &data)
    };
    let infinite = |json: &mut serde_json::Value| {
        let first = &mut json["parameters"]["numbers"];
        let mut bytes = BASE64.decode(first.as_str().unwrap()).unwrap();
        bytes[..8].copy_from_slice(&f64::INFINITY.to_le_bytes());
        *first = BASE64.encode(bytes).into();
    };
    assert_eq!(changed(&infinite), "a weight or bias is not finite");
    let twice = |json: &mut serde_json::Value| {
        let order = &mut json["shuffling"]["order"];
        let mut bytes = BASE64.decode(order.as_str().unwrap()).unwrap();
        bytes.copy_within(8..16, 0);
        *order = BASE64.encode(bytes).into();
    };
    assert_eq!(changed(&twice), "its order of the rows does not have each row once");
    let mut scaled = Mlp::builder(4).dense(3, Softmax).build().unwrap();
    let mut trainer = adam().epochs(1);
    trainer.fit(&mut scaled, &data).unwrap();
    let mut forged = serde_json::to_value(trainer.state().unwrap()).unwrap();
    let spreads = [1.0, f64::NAN, 1.0, 1.0].map(f64::to_le_bytes).concat();
    forged["units_in"]["scale"]["spreads"] = BASE64.encode(spreads).into();
    let error = serde_json::from_value::<TrainingState<f64>>(forged).unwrap_err().to_string();
    assert!(error.contains("a centre or spread is NaN"), "{error}");
    let slow = |json: &mut serde_json::Value| json["elapsed"]["secs"] = u64::MAX.into();
    let mut json_slow = json.clone();
    slow(&mut json_slow);
    let state = serde_json::from_value(json_slow).unwrap();
    adam().with_state(state).resume(&mut network(4, 0.0), &data).unwrap();
    let version = |json: &mut serde_json::Value| json["version"] = 1.into();
    assert_eq!(changed(&version), "another version of this library wrote it");
}
