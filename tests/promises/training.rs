//! The promises of the trainer: batches, validation, early stopping, restoring, reports, observers,
//! and divergence.

use densely::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, EarlyStopping, Error, Identity, Loss,
    MeanSquaredError, Mlp, Optimizer, Sgd, Sigmoid, Softmax, Tanh, Trainer,
    error::{Divergence, TrainingError},
    optimizer::Iteration,
    optimizer::Parameter,
    trainer::{Moment, StopReason},
};
use ndarray::{Array2, array};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

/// y = sin 3x with a little noise.
fn noisy_sine(rows: usize) -> Dataset<f64> {
    let inputs = Array2::from_shape_fn((rows, 1), |(row, _)| (17.3 * row as f64).sin());
    let noise = |row: usize| 0.3 * (91.7 * row as f64 * row as f64).sin();
    let targets =
        Array2::from_shape_fn((rows, 1), |(row, _)| (3.0 * inputs[[row, 0]]).sin() + noise(row));
    Dataset::new(inputs, targets).unwrap()
}

fn network() -> Mlp<f64> {
    Mlp::builder(1).dense(16, Tanh).dense(1, Identity).seed(1).build().unwrap()
}

fn squared_error_of(net: &Mlp<f64>, data: &Dataset<f64>) -> f64 {
    (net.predict(data.inputs()).unwrap() - data.targets()).mapv(|d| d * d).mean().unwrap()
}

#[test]
fn early_stopping_is_exactly_so_patient_and_restores_the_best_weights() {
    let data = noisy_sine(60);
    let mut net = network();
    let report = Trainer::new(MeanSquaredError, Sgd::new(0.1).momentum(0.9))
        .epochs(5_000)
        .early_stopping(EarlyStopping::patience(12))
        .validation_fraction(0.25)
        .seed(4)
        .fit(&mut net, &data)
        .unwrap();
    assert_eq!(report.stop_reason, StopReason::EarlyStopping);
    assert_eq!(report.epochs.len(), report.best_epoch + 12);
    assert_eq!((report.training_rows, report.validation_rows), (45, 15));
    let losses: Vec<f64> = report.epochs.iter().map(|e| e.validation_loss.unwrap()).collect();
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(lowest, losses[report.best_epoch - 1]);
    assert_eq!(lowest, report.best_loss());

    let (_, validation) = data.split(0.25, 4).unwrap();
    approx::assert_relative_eq!(squared_error_of(&net, &validation), lowest, max_relative = 1e-12);
}

#[test]
fn without_early_stopping_the_last_weights_stay() {
    let data = noisy_sine(60);
    let mut net = network();
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1).momentum(0.9));
    let report = trainer.epochs(40).validation_fraction(0.25).fit(&mut net, &data).unwrap();
    assert_eq!((report.stop_reason, report.epochs.len()), (StopReason::AllEpochs, 40));
    let (_, validation) = data.split(0.25, 0).unwrap();
    let last = report.epochs[39].validation_loss.unwrap();
    approx::assert_relative_eq!(squared_error_of(&net, &validation), last, max_relative = 1e-12);
}

/// Ten rows in batches of four: the last batch has two rows, and its own mean. The rate is so small
/// that the weights hardly change, so an epoch's loss is that of all rows.
#[test]
fn an_epochs_loss_is_the_mean_over_all_rows() {
    let data = noisy_sine(10);
    let mut net = network();
    net.measure(&data).unwrap();
    let before = squared_error_of(&net, &data);
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-12));
    let report = trainer.epochs(1).batch_size(4).fit(&mut net, &data).unwrap();
    approx::assert_relative_eq!(report.epochs[0].training_loss, before, max_relative = 1e-9);
}

/// By the definition of gradient descent, w changes by the sum of the batches' own mean gradients.
#[test]
fn the_short_last_batch_has_its_own_mean() {
    let data = Dataset::new(array![[1.0], [1.0], [1.0]], array![[1.0], [1.0], [1.0]]).unwrap();
    let builder = Mlp::builder(1).dense(1, Identity).without_bias().without_units();
    let mut net =
        builder.initialization(densely::initialization::Initialization::Zeros).build().unwrap();
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.25));
    trainer.epochs(1).batch_size(2).fit(&mut net, &data).unwrap();
    // Each batch, of two rows or of one, has the gradient 2 (w - 1), so w is 0, ½, ¾.
    assert_eq!(net.layers()[0].weights()[[0, 0]], 0.75);
}

#[test]
fn losses_are_reported_in_the_targets_own_unit() {
    let data = noisy_sine(50);
    let hundredfold = Dataset::new(data.inputs().to_owned(), 100.0 * &data.targets()).unwrap();
    let mut net = network();
    let report = Trainer::new(MeanSquaredError, Sgd::new(0.05).momentum(0.9))
        .epochs(30)
        .validation_fraction(0.2)
        .fit(&mut net, &hundredfold)
        .unwrap();
    let (_, validation) = hundredfold.split(0.2, 0).unwrap();
    let last = report.epochs[29].validation_loss.unwrap();
    approx::assert_relative_eq!(squared_error_of(&net, &validation), last, max_relative = 1e-9);
    let training = report.epochs.iter().map(|epoch| epoch.training_loss);
    assert!(training.clone().all(|loss| loss > 100.0), "{:?}", training.collect::<Vec<_>>());
}

#[test]
fn an_observer_sees_every_epoch_and_can_stop() {
    let mut seen = Vec::new();
    let report = Trainer::new(MeanSquaredError, Sgd::new(0.01))
        .epochs(50)
        .on(Moment::EpochEnd, |training| {
            let number = training.last_epoch().unwrap().number;
            seen.push(number);
            if number == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .fit(&mut network(), &noisy_sine(20))
        .unwrap();
    assert_eq!(report.stop_reason, StopReason::Observer);
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    assert!(report.to_string().starts_with("stopped after epoch 5: stopped by an observer;"));
}

#[test]
fn a_rate_too_large_ends_with_epoch_and_batch_and_the_last_good_weights() {
    let data = noisy_sine(40);
    let mut net = Mlp::<f64>::builder(1).dense(1, Identity).seed(1).build().unwrap();
    let start = net.clone();
    let result = Trainer::new(MeanSquaredError, Sgd::new(1e200)).fit(&mut net, &data);
    let Err(Error::Training(TrainingError::Diverged {
        epoch,
        batch,
        cause: Divergence::Loss(loss),
        ..
    })) = result
    else {
        panic!("{result:?}");
    };
    assert!((epoch, batch) == (1, 2) && !loss.is_finite());
    assert_eq!(net.layers()[0].weights(), start.layers()[0].weights());
}

/// The loss of a classifier grows only in proportion to the weights, and overflows late or never.
#[test]
fn a_classifiers_divergence_is_found_too() {
    let inputs = Array2::from_shape_fn((64, 2), |(row, c)| ((row * 2 + c) as f64 * 1.7).sin());
    let targets = inputs.map_axis(ndarray::Axis(1), |x| f64::from(x[0] > x[1]));
    let binary = Dataset::new(inputs.clone(), targets.insert_axis(ndarray::Axis(1))).unwrap();
    let two = Array2::from_shape_fn((64, 2), |(row, class)| f64::from(row % 2 == class));
    let two = Dataset::new(inputs, two).unwrap();
    for rate in [1e9, 1e30, 1e300] {
        let sigmoid = Mlp::builder(2).dense(8, Tanh).dense(1, Sigmoid).build().unwrap();
        let softmax = Mlp::builder(2).dense(8, Tanh).dense(2, Softmax).build().unwrap();
        let cases: [(Box<dyn Loss<f64>>, _, _); 2] = [
            (Box::new(BinaryCrossEntropy), sigmoid, &binary),
            (Box::new(CategoricalCrossEntropy), softmax, &two),
        ];
        for (loss, mut net, data) in cases {
            let result = Trainer::new(loss, Sgd::new(rate)).batch_size(8).fit(&mut net, data);
            assert!(
                matches!(result, Err(Error::Training(TrainingError::Diverged { .. }))),
                "{rate}: {result:?}"
            );
            assert!(net.layers()[0].weights().iter().all(|w| w.is_finite()));
        }
    }
}

/// Makes one weight infinite in the third step, while the loss stays finite, since the units are
/// saturated.
#[derive(Debug)]
struct Saboteur(AtomicUsize);

impl Optimizer<f64> for Saboteur {
    fn learning_rate(&self) -> f64 {
        0.5
    }

    fn memories(&self) -> usize {
        0
    }

    fn update(&self, _: Iteration, parameter: Parameter<'_, f64>, _: &mut [f64]) {
        // Each step updates two layers' weights and biases.
        if self.0.fetch_add(1, Ordering::Relaxed) == 2 * 4 {
            parameter.values[0] = f64::INFINITY;
        }
    }
}

#[test]
fn a_parameter_that_is_not_finite_ends_training_at_once() {
    let mut net = network();
    let start = net.clone();
    let result = Trainer::new(MeanSquaredError, Saboteur(AtomicUsize::new(0)))
        .batch_size(10)
        .fit(&mut net, &noisy_sine(20));
    let expected = "training diverged in epoch 2, batch 1, layer 0 (counted from 0): a weight or bias \
                    is no longer finite; the learning rate of 0.5 is too large";
    assert_eq!(result.unwrap_err().to_string(), expected);
    assert_eq!(net.layers()[0].weights(), start.layers()[0].weights());
}

#[test]
fn settings_out_of_range_are_refused_before_anything_is_trained() {
    let data = noisy_sine(20);
    let sgd = || Sgd::new(0.1);
    let fit = |trainer: Trainer<'_, f64>| {
        let mut trainer = trainer;
        let mut net = network();
        let error = trainer.fit(&mut net, &data).unwrap_err();
        assert_eq!(net.layers()[0].weights(), network().layers()[0].weights());
        error.to_string()
    };
    let squared = |sgd| Trainer::new(MeanSquaredError, sgd);
    let cases = [
        (fit(squared(sgd()).epochs(0)), "the number of epochs is 0, it must be at least 1"),
        (fit(squared(sgd()).batch_size(0)), "the batch size is 0, it must be at least 1"),
        (fit(squared(Sgd::new(0.0))), "the learning rate is 0, it must be positive and finite"),
        (
            fit(squared(Sgd::new(f64::NAN))),
            "the learning rate is NaN, it must be positive and finite",
        ),
        (fit(squared(sgd().momentum(1.0))), "the momentum is 1, it must be at least 0 and below 1"),
        (
            fit(squared(sgd().nesterov())),
            "the momentum is 0, it must be above 0 for Nesterov's variant",
        ),
        (
            fit(squared(sgd().weight_decay(-1.0))),
            "the weight decay is -1, it must be at least 0 and finite",
        ),
        (
            fit(squared(sgd()).validation_fraction(1.0)),
            "the validation fraction is 1, it must be above 0 and below 1",
        ),
        (
            fit(squared(sgd()).early_stopping(EarlyStopping::patience(0))),
            "the patience is 0, it must be at least 1",
        ),
        (
            fit(Trainer::new(BinaryCrossEntropy, sgd())),
            "BinaryCrossEntropy needs outputs between 0 and 1, such as those of Sigmoid; the network ends in Identity",
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(message, expected);
    }
}

#[test]
fn data_that_does_not_fit_is_refused() {
    let mut net = Mlp::<f64>::builder(9).dense(2, Sigmoid).build().unwrap();
    let mut fit = |inputs, outputs, loss: Box<dyn Loss<f64>>, target| {
        let data =
            Dataset::new(Array2::zeros((4, inputs)), Array2::from_elem((4, outputs), target));
        Trainer::new(loss, Sgd::new(0.1)).fit(&mut net, &data.unwrap()).unwrap_err().to_string()
    };
    let squared = || Box::new(MeanSquaredError);
    assert_eq!(fit(7, 2, squared(), 0.0), "inputs have 7 features, the network takes 9");
    assert_eq!(fit(9, 3, squared(), 0.0), "targets have 3 columns, the network has 2 outputs");
    assert_eq!(
        fit(9, 2, Box::new(BinaryCrossEntropy), 1.5),
        "BinaryCrossEntropy needs numbers between 0 and 1 as targets; row 0 (counted from 0) has 1.5"
    );
    assert_eq!(
        fit(9, 2, Box::new(CategoricalCrossEntropy), 1.0),
        "CategoricalCrossEntropy needs rows whose sum is 1 as targets; row 0 (counted from 0) has 2"
    );
}

#[test]
fn one_row_is_one_batch() {
    let data = Dataset::new(array![[2.0]], array![[6.0]]).unwrap();
    let mut net = Mlp::<f64>::builder(1).dense(1, Identity).seed(1).build().unwrap();
    Trainer::new(MeanSquaredError, Sgd::new(0.05)).epochs(200).fit(&mut net, &data).unwrap();
    approx::assert_relative_eq!(net.predict(data.inputs()).unwrap()[[0, 0]], 6.0, epsilon = 1e-9);
}
