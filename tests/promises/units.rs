//! A network speaks the data's units: it measures them, keeps them and folds them.

use approx::assert_relative_eq;
use densely::{
    Adam, BinaryCrossEntropy, Dataset, Dense, EarlyStopping, Error, Float, Identity,
    MeanSquaredError, Mlp, Relu, Sgd, Sigmoid, Table, Tanh, Trainer,
    error::{NetworkError, ShapeError},
    metrics,
    trainer::{Checkpoint, Moment, TrainingState},
    units::{Scaling, Units},
};
use ndarray::{Array2, Axis, array, s};
use ndarray_rand::{RandomExt, rand::SeedableRng, rand_distr::StandardNormal};
use rand_chacha::ChaCha8Rng;
use std::ops::ControlFlow;

/// Mean and deviation of columns of `data/auto_mpg.csv`.
const WEIGHT: (f64, f64) = (2977.5841836734694, 848.3184465698363);
const ACCELERATION: (f64, f64) = (15.541326530612245, 2.7553429127509967);
const MPG: (f64, f64) = (23.445918367346938, 7.795045762682584);

fn data<F: Float>() -> Dataset<F> {
    let inputs = Array2::from_shape_fn((30, 3), |(row, column)| {
        let unit = ((row * 7 + column * 11) as f64).sin();
        F::from_f64([3000.0 + 800.0 * unit, 0.001 * unit, 4.25][column])
    });
    let targets = Array2::from_shape_fn((30, 2), |(row, column)| {
        F::from_f64([20.0, -5e4][column] * (1.0 + (row as f64 * 1.3).cos()))
    });
    Dataset::new(inputs, targets).unwrap()
}

/// One hidden layer, for these data; not measured.
fn network<F: Float>(data: &Dataset<F>) -> Mlp<F> {
    let builder = Mlp::builder(data.features()).dense(5, Tanh);
    builder.dense(data.outputs(), Identity).seed(3).build().unwrap()
}

fn measured<F: Float>(data: &Dataset<F>) -> Mlp<F> {
    let mut net = network(data);
    net.measure(data).unwrap();
    net
}

fn trainer<'a, F: Float>(epochs: usize) -> Trainer<'a, F> {
    Trainer::new(MeanSquaredError, Sgd::new(0.02).momentum(0.9)).batch_size(8).epochs(epochs)
}

fn not_measured<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::Network(NetworkError::NotMeasured))), "{result:?}");
}

/// Mean 0 and population deviation 1. A constant column, whose mean is not exact in binary,
/// becomes exactly 0.
#[test]
fn every_column_gets_mean_0_and_deviation_1() {
    let data = data::<f64>();
    let net = measured(&data);
    let inputs = net.units_in().to_network(data.inputs()).unwrap();
    let targets = net.units_out().to_network(data.targets()).unwrap();
    for column in [inputs.column(0), inputs.column(1), targets.column(0), targets.column(1)] {
        assert_relative_eq!(column.mean().unwrap(), 0.0, epsilon = 1e-12);
        assert_relative_eq!(column.std(0.0), 1.0, epsilon = 1e-12);
    }
    assert!(inputs.column(2).iter().all(|&x| x == 0.0));
    let back = net.units_out().to_data(targets.view()).unwrap();
    assert_relative_eq!(back, data.targets(), max_relative = 1e-12, epsilon = 1e-9);
}

/// The `mean_` and `scale_` of scikit-learn's `StandardScaler`, here from exact fractions:
///
/// ```python
/// import csv, statistics
/// from fractions import Fraction
/// rows = list(csv.DictReader(open("data/auto_mpg.csv")))
/// for column in ["weight", "acceleration", "mpg"]:
///     numbers = [Fraction(row[column]) for row in rows]
///     print(column, float(statistics.mean(numbers)), float(statistics.pstdev(numbers)))
/// ```
#[test]
fn centres_and_spreads_are_those_of_a_standard_scaler() {
    let table = Table::read_csv("data/auto_mpg.csv").unwrap();
    let data = table.regression::<f64>("mpg").unwrap();
    let net = measured(&data);
    let names = data.schema().feature_names();
    let check = |units: &Units, column: usize, centre, spread| {
        assert_relative_eq!(units.centres().unwrap()[column], centre, max_relative = 1e-13);
        assert_relative_eq!(units.spreads().unwrap()[column], spread, max_relative = 1e-13);
    };
    let column = |name| names.iter().position(|found| found == name).unwrap();
    check(net.units_in(), column("weight"), WEIGHT.0, WEIGHT.1);
    check(net.units_in(), column("acceleration"), ACCELERATION.0, ACCELERATION.1);
    check(net.units_out(), 0, MPG.0, MPG.1);
    // The categories of a text column are 0 and 1, and stay so.
    let origin = column("origin=USA");
    assert_eq!(net.units_in().centres().unwrap()[origin], 0.0);
    assert_eq!(net.units_in().spreads().unwrap()[origin], 1.0);
}

#[test]
fn columns_of_0_and_1_stay_as_they_are() {
    let inputs = array![[0.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.5], [0.0, 1.0, 1.0]];
    let data = Dataset::<f64>::regression(inputs.clone(), [0.0, 0.0, 1.0, 1.0]).unwrap();
    let net = measured(&data);
    let scaled = net.units_in().to_network(inputs.view()).unwrap();
    assert_eq!(scaled.column(0), inputs.column(0));
    // A constant column is 0 in network units, and so is any other number in it.
    assert!(scaled.column(1).iter().all(|&x| x == 0.0));
    let other = net.units_in().to_network(array![[0.0, 7.0, 0.0]].view()).unwrap();
    assert_eq!(other[[0, 1]], 0.0);
    assert_relative_eq!(scaled.column(2).mean().unwrap(), 0.0, epsilon = 1e-15);
    assert_eq!(net.units_out().to_network(data.targets()).unwrap(), data.targets());
}

#[test]
fn each_column_has_its_own_scale_wherever_it_stands() {
    let data = data::<f64>();
    let turned = data.inputs().slice(s![.., ..;-1]).to_owned();
    let turned = Dataset::new(turned, data.targets().slice(s![.., ..;-1]).to_owned()).unwrap();
    let (net, other) = (measured(&data), measured(&turned));
    let scales = |net: &Mlp<f64>| {
        [net.units_in(), net.units_out()]
            .map(|units| [units.centres(), units.spreads()].map(|all| all.unwrap().to_vec()))
    };
    let mut expected = scales(&net);
    expected.iter_mut().flatten().for_each(|columns| columns.reverse());
    assert_eq!(scales(&other), expected);
}

/// Bits of all parameters after a training.
fn trained<F: Float>(net: &mut Mlp<F>, data: &Dataset<F>, validation: &Dataset<F>) -> Vec<f64> {
    let report = trainer(6).validation_data(validation).fit(net, data).unwrap();
    let losses = report.epochs.iter().map(|epoch| epoch.validation_loss.unwrap());
    losses.collect()
}

/// Batches are brought to network units while they are gathered, to the bits that a scaled copy
/// of the rows has.
fn check_gathering<F: Float>() {
    let (train, validation) = data::<F>().split(0.3, 1).unwrap();
    let mut net = network(&train);
    let losses = trained(&mut net, &train, &validation);
    let scaled = |data: &Dataset<F>| {
        let inputs = net.units_in().to_network(data.inputs()).unwrap();
        Dataset::new(inputs, net.units_out().to_network(data.targets()).unwrap()).unwrap()
    };
    let mut by_hand = network(&train);
    by_hand.set_units(Units::none(), Units::none()).unwrap();
    let plain = trained(&mut by_hand, &scaled(&train), &scaled(&validation));
    assert_eq!(by_hand.layers(), net.layers(), "{}", F::NAME);
    // The losses are in the targets' own unit: the mean square of both deviations.
    let spreads = net.units_out().spreads().unwrap();
    let square = spreads.iter().map(|spread| spread * spread).sum::<f64>() / 2.0;
    for (loss, plain) in losses.into_iter().zip(plain) {
        assert_relative_eq!(loss, plain * square, max_relative = 1e-12);
    }
    // Outputs too.
    let outputs = by_hand.predict(scaled(&validation).inputs()).unwrap();
    let outputs = net.units_out().to_data(outputs.view()).unwrap();
    assert_eq!(net.predict(validation.inputs()).unwrap(), outputs);
}

#[test]
fn a_batch_is_gathered_in_network_units() {
    check_gathering::<f32>();
    check_gathering::<f64>();
}

/// The folded network gives what the network with units gives.
fn folded_and_unfolded_agree<F: Float>(tolerance: f64) {
    let data = data::<F>();
    for hidden in [0, 1, 2] {
        for bias in [true, false] {
            let mut builder = Mlp::<F>::builder(3);
            for _ in 0..hidden {
                builder = builder.dense(5, Tanh);
                builder = if bias { builder } else { builder.without_bias() };
            }
            builder = builder.dense(2, Identity);
            builder = if bias { builder } else { builder.without_bias() };
            let mut net = builder.seed(3).build().unwrap();
            net.measure(&data).unwrap();
            let folded = net.folded().unwrap();
            assert_eq!((folded.units_in(), folded.units_out()), (&Units::none(), &Units::none()));
            let folded = folded.predict(data.inputs()).unwrap();
            // By hand, from the outputs of the layers alone.
            let mut alone = net.clone();
            alone.set_units(Units::none(), Units::none()).unwrap();
            let inputs = net.units_in().to_network(data.inputs()).unwrap();
            let scaled = alone.predict(inputs.view()).unwrap();
            let unfolded = net.predict(data.inputs()).unwrap();
            for column in 0..2 {
                let y = data.targets().column(column).mapv(|y| y.as_f64());
                let (mean, deviation) = (y.mean().unwrap(), y.std(0.0));
                for row in 0..30 {
                    let [folded, unfolded, scaled] = [&folded, &unfolded, &scaled]
                        .map(|outputs| outputs[[row, column]].as_f64());
                    let expected = scaled * deviation + mean;
                    for found in [folded, unfolded] {
                        let difference = (found - expected).abs();
                        assert!(difference < tolerance * deviation, "{found} {expected}");
                    }
                }
            }
        }
    }
}

#[test]
fn folding_changes_no_prediction() {
    folded_and_unfolded_agree::<f64>(1e-12);
    folded_and_unfolded_agree::<f32>(2e-5);
}

#[test]
fn what_cannot_be_folded_or_measured_is_refused_and_left_alone() {
    let data = data::<f64>();
    let units = measured(&data).units_out().clone();
    let mut net = Mlp::<f64>::builder(3).dense(2, Sigmoid).seed(1).build().unwrap();
    not_measured(net.folded());
    net.set_units(Units::none(), units.clone()).unwrap();
    let error = net.folded().unwrap_err();
    assert!(matches!(error, Error::Network(NetworkError::UnitsOfActivation { .. })), "{error}");
    assert!(error.to_string().contains("the network ends in Sigmoid"), "{error}");

    let before = net.clone();
    let error = net.set_units(units.clone(), units).unwrap_err();
    let Error::Network(error) = error else { panic!("{error}") };
    assert!(matches!(error, NetworkError::Units { found: 2, expected: 3 }), "{error}");
    assert!(net == before);

    let mut wide = Mlp::<f64>::builder(4).dense(2, Identity).build().unwrap();
    let error = wide.measure(&data).unwrap_err();
    let expected = ShapeError::Features { found: 3, expected: 4 }.to_string();
    assert_eq!(error.to_string(), expected);
    assert!(!wide.units_in().is_measured() && !wide.units_out().is_measured());
}

#[test]
fn classes_are_not_scaled() {
    let data = Dataset::new(array![[1.0], [3.0]], array![[0.0], [1.0]]).unwrap();
    let data = data.with_classes(["no", "yes"]).unwrap();
    let mut net = Mlp::builder(1).dense(1, Sigmoid).seed(1).build().unwrap();
    net.measure(&data).unwrap();
    assert_eq!(net.units_out(), &Units::none());
    let mut alone = net.clone();
    alone.set_units(Units::none(), Units::none()).unwrap();
    let scaled = alone.predict(array![[-1.0], [1.0]].view()).unwrap();
    assert_eq!(net.predict(data.inputs()).unwrap(), scaled);
    let folded = net.folded().unwrap();
    assert_relative_eq!(folded.predict(data.inputs()).unwrap(), scaled, max_relative = 1e-14);

    // Nor behind an `Identity`, when the targets are classes.
    let mut net = Mlp::<f64>::builder(1).dense(1, Identity).build().unwrap();
    net.measure(&data).unwrap();
    assert_eq!(net.units_out(), &Units::none());
}

/// A feature with this mean and deviation 1 beside one of mean 0, and a target with its own.
fn far_from_zero<F: Float>(mean: f64, target_mean: f64) -> Dataset<F> {
    let wave = |row: usize, phase: f64| 2f64.sqrt() * (row as f64 * 0.731 + phase).sin();
    let inputs = Array2::from_shape_fn((200, 2), |(row, column)| {
        F::from_f64(wave(row, column as f64) + [0.0, mean][column])
    });
    let targets =
        Array2::from_shape_fn((200, 1), |(row, _)| F::from_f64(target_mean + wave(row, 0.3)));
    Dataset::new(inputs, targets).unwrap()
}

/// The same network in `f64`.
fn widened<F: Float>(net: &Mlp<F>) -> Mlp<f64> {
    let wide = |number: &F| number.as_f64();
    let layers = net.layers().iter().map(|layer| {
        let bias = layer.bias().map(|bias| bias.map(wide));
        let name = layer.activation().name().unwrap();
        let activation: densely::activation::AnyActivation<f64> = name.parse().unwrap();
        Dense::new(layer.weights().map(wide), bias, activation).unwrap()
    });
    let mut net_of_f64 = Mlp::from_layers(layers.collect()).unwrap();
    net_of_f64.set_units(net.units_in().clone(), net.units_out().clone()).unwrap();
    net_of_f64
}

/// From a mean of one deviation to one of ten million: the network is as exact as its numbers,
/// and its units are those of the rounded numbers, summed in `f64`.
#[test]
fn a_mean_far_from_zero_costs_no_digits() {
    for exponent in 0..29 {
        let mean = 10f64.powf(f64::from(exponent) / 4.0);
        for (feature, target) in [(mean, 0.0), (0.0, mean)] {
            let data = far_from_zero::<f32>(feature, target);
            let net = measured(&data);
            let far = data.inputs().column(1).mapv(f64::from);
            let centre = net.units_in().centres().unwrap()[1];
            let spread = net.units_in().spreads().unwrap()[1];
            assert_relative_eq!(centre, far.mean().unwrap(), max_relative = 1e-14, epsilon = 1e-14);
            assert_relative_eq!(spread, far.std(0.0), max_relative = 1e-9);

            let inputs = data.inputs().mapv(f64::from);
            let exact = widened(&net).predict(inputs.view()).unwrap();
            let found = net.predict(data.inputs()).unwrap().mapv(f64::from);
            let rounding = f64::from(f32::EPSILON) * (target + 10.0);
            assert_relative_eq!(found, exact, epsilon = rounding);

            // Folded, an `f64` is fine enough.
            let data = far_from_zero::<f64>(feature, target);
            let net = measured(&data);
            let before = net.predict(data.inputs()).unwrap();
            let after = net.folded().unwrap().predict(data.inputs()).unwrap();
            let moved = (&before - &after).mapv(f64::abs).iter().copied().fold(0.0, f64::max);
            assert!(moved / before.std(0.0) < 1e-6, "{mean}: {moved}");
        }
    }
}

#[test]
fn a_missing_value_stands_for_the_centre() {
    let data = data::<f32>();
    let mut net = network(&data);
    trainer(5).fit(&mut net, &data).unwrap();
    let mut missing = data.inputs().to_owned();
    for (row, mut inputs) in missing.rows_mut().into_iter().enumerate() {
        inputs[row % 3] = f32::NAN;
    }
    let outputs = net.predict(missing.view()).unwrap();
    assert!(outputs.iter().all(|y| y.is_finite()));
    // In network units the centre is 0.
    let mut inputs = net.units_in().to_network(data.inputs()).unwrap();
    for (row, mut inputs) in inputs.rows_mut().into_iter().enumerate() {
        inputs[row % 3] = 0.0;
    }
    assert_eq!(net.units_in().to_network(missing.view()).unwrap(), inputs);
    let mut alone = net.clone();
    alone.set_units(Units::none(), net.units_out().clone()).unwrap();
    assert_eq!(outputs, alone.predict(inputs.view()).unwrap());
}

#[test]
fn units_that_are_not_measured_are_an_error_that_says_so() {
    let data = data::<f64>();
    let mut net = network(&data);
    assert!(!net.units_in().is_measured() && !net.units_out().is_measured());
    let before = net.clone();
    let message = net.predict(data.inputs()).unwrap_err().to_string();
    let expected = "the network's units are not measured yet: ";
    assert!(message.starts_with(expected), "{message}");
    for remedy in ["`Trainer::fit`", "`Mlp::measure`", "`without_units`"] {
        assert!(message.contains(remedy), "{message}");
    }
    not_measured(net.predict(data.inputs()));
    not_measured(net.predict_row(&[1.0, 2.0, 3.0]));
    not_measured(net.evaluate(&data, metrics::mean_squared_error));
    not_measured(net.folded());
    not_measured(net.units_in().to_network(data.inputs()));
    not_measured(trainer(2).step(&mut net, &data));
    not_measured(trainer(2).fit_batches(&mut net, |_| Ok([Ok(data.clone())])));
    assert!(net == before);

    // With either side alone, too.
    let build = |units_in, units_out| {
        let builder = Mlp::<f64>::builder(3).dense(2, Identity);
        builder.units_in(units_in).units_out(units_out).build().unwrap()
    };
    for (units_in, units_out) in
        [(Scaling::Standard, Scaling::None), (Scaling::None, Scaling::Standard)]
    {
        let mut net = build(units_in, units_out);
        not_measured(net.predict(data.inputs()));
        not_measured(trainer(2).step(&mut net, &data));
        net.measure(&data).unwrap();
        net.predict(data.inputs()).unwrap();
    }
    build(Scaling::None, Scaling::None).predict(data.inputs()).unwrap();

    net.measure(&data).unwrap();
    trainer(2).step(&mut net, &data).unwrap();
    trainer(2).fit_batches(&mut net, |_| Ok([Ok(data.clone())])).unwrap();
    assert!(net.predict(data.inputs()).unwrap().iter().all(|y| y.is_finite()));
}

/// Losses of steps and batches are in the targets' own unit, as those of epochs.
#[test]
fn the_loss_of_a_batch_is_in_the_targets_own_unit() {
    let data = curve(64);
    let new = || {
        let mut net = Mlp::builder(2).dense(6, Tanh).dense(1, Identity).build().unwrap();
        net.measure(&data).unwrap();
        net
    };
    let mut net = new();
    let expected = net.evaluate(&data, metrics::mean_squared_error).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).batch_size(64).epochs(1);
    let loss = trainer.step(&mut net, &data).unwrap();
    assert_relative_eq!(loss, expected, max_relative = 1e-5);

    let mut seen = Vec::new();
    let report = Trainer::new(MeanSquaredError, Sgd::new(0.01))
        .batch_size(64)
        .epochs(1)
        .on(Moment::BatchEnd, |training| {
            seen.push(training.batch_loss());
            ControlFlow::Continue(())
        })
        .fit(&mut new(), &data)
        .unwrap();
    assert_eq!(seen, [report.epochs[0].training_loss]);
    assert_relative_eq!(seen[0], expected, max_relative = 1e-5);
}

/// Units that were measured on these rows, from the data set and from the network alike.
fn assert_units_of(net: &Mlp<f64>, rows: &Dataset<f64>) {
    let expected = measured(rows);
    assert_eq!(net.units_in(), expected.units_in());
    assert_eq!(net.units_out(), expected.units_out());
}

#[test]
fn only_training_rows_are_measured_and_only_once() {
    let data = data::<f64>();
    let (train, validation) = data.split(0.2, 0).unwrap();
    let mut net = network(&data);
    trainer(2).validation_fraction(0.2).fit(&mut net, &data).unwrap();
    assert_units_of(&net, &train);
    let mut early = network(&data);
    let rule = EarlyStopping::patience(3);
    trainer(2).validation_fraction(0.2).early_stopping(rule).fit(&mut early, &data).unwrap();
    assert_units_of(&early, &train);
    let mut given = network(&data);
    trainer(2).validation_data(&validation).fit(&mut given, &train).unwrap();
    assert_units_of(&given, &train);

    // Whatever comes later.
    let later = Dataset::new(&data.inputs() * 2.0 + 5.0, &data.targets() + 1.0).unwrap();
    trainer(2).fit(&mut net, &later).unwrap();
    trainer(2).step(&mut net, &later).unwrap();
    trainer(2).fit_batches(&mut net, |_| Ok([Ok(later.clone())])).unwrap();
    let mut lbfgs = Trainer::lbfgs(MeanSquaredError, densely::optimizer::Lbfgs::new()).epochs(2);
    lbfgs.fit(&mut net, &later).unwrap();
    net.measure(&later).unwrap();
    assert_units_of(&net, &train);
    let net = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_units_of(&net, &train);
}

/// y = sin 3x₀ + x₁ with a feature near 500 and targets near 1000.
fn curve(rows: usize) -> Dataset<f32> {
    let inputs = Array2::from_shape_fn((rows, 2), |(row, column)| {
        let unit = ((row * 2 + column) as f64 * 1.618).sin();
        (if column == 0 { unit } else { 500.0 + 20.0 * unit }) as f32
    });
    let targets: Vec<f32> = inputs
        .rows()
        .into_iter()
        .map(|x| 1000.0 + 30.0 * (3.0 * x[0]).sin() + (x[1] - 500.0))
        .collect();
    Dataset::regression(inputs, targets).unwrap()
}

#[test]
fn a_saved_network_trains_on() {
    let data = curve(400);
    let half = |rows: std::ops::Range<usize>| data.select(&rows.collect::<Vec<_>>()).unwrap();
    let (first, second, test) = (half(0..150), half(150..300), half(300..400));
    let new = || {
        let builder = Mlp::builder(2).dense(24, Tanh).dense(1, Identity);
        builder.seed(5).build().unwrap()
    };
    let trainer = || Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(20).batch_size(16);
    let r_squared = |net: &Mlp<f32>| net.evaluate(&test, metrics::r_squared).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");

    let mut in_memory = new();
    trainer().fit(&mut in_memory, &first).unwrap();
    in_memory.save(&path).unwrap();
    let after_half = r_squared(&in_memory);
    trainer().fit(&mut in_memory, &second).unwrap();

    let mut loaded = Mlp::<f32>::load(&path).unwrap();
    trainer().fit(&mut loaded, &second).unwrap();
    assert_eq!(loaded.to_bytes().unwrap(), in_memory.to_bytes().unwrap());
    assert!(r_squared(&loaded) > after_half, "{} {after_half}", r_squared(&loaded));
    assert!(r_squared(&loaded) > 0.97, "{}", r_squared(&loaded));
}

#[test]
fn training_resumes_to_the_bit_with_the_units_of_its_state() {
    let (data, folder) = (curve(120), tempfile::tempdir().unwrap());
    let path = folder.path().join("state.json");
    let new = || {
        let builder = Mlp::builder(2).dense(6, Tanh).dropout(0.2);
        builder.dense(1, Identity).build().unwrap()
    };
    let trainer = |epochs| {
        Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(epochs).validation_fraction(0.25)
    };
    let mut undisturbed = new();
    let report = trainer(8).fit(&mut undisturbed, &data).unwrap();
    trainer(3).checkpoint(Checkpoint::every(3, &path)).fit(&mut new(), &data).unwrap();

    let state = TrainingState::load(&path).unwrap();
    let mut restored = new();
    state.restore(&mut restored).unwrap();
    assert_eq!(restored.units_in(), undisturbed.units_in());
    // Into a network that was just built, one that was restored, and one with other units.
    let mut other = new();
    other.measure(&curve(7)).unwrap();
    for mut net in [new(), restored, other] {
        let mut trainer = trainer(8).with_state(state.clone());
        let resumed = trainer.resume(&mut net, &data).unwrap();
        assert_eq!(net.to_bytes().unwrap(), undisturbed.to_bytes().unwrap());
        let losses = |report: &densely::Report| format!("{:?}", report.epochs);
        assert_eq!(losses(&resumed), losses(&report));
    }

    // Step by step, and on a stream.
    let batch = curve(16);
    let mut by_steps = trainer(8).with_state(state.clone());
    let mut net = new();
    by_steps.step(&mut net, &batch).unwrap();
    assert_eq!(net.units_in(), undisturbed.units_in());
    let mut by_stream = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(4);
    by_stream = by_stream.with_state(state);
    let mut net = new();
    by_stream.resume_batches(&mut net, |_| Ok([Ok(batch.clone())])).unwrap();
    assert_eq!(net.units_in(), undisturbed.units_in());
}

fn check_round_trip<F: Float>() {
    let centres = [-0.0, f64::MIN_POSITIVE, 1e300, 1.0 / 3.0];
    let spreads = [f64::from_bits(1), 0.0, f64::MAX, 0.1];
    let mut net = Mlp::<F>::builder(4).dense(3, Relu).dense(1, Identity).seed(2).build().unwrap();
    let units_in = Units::standard(centres, spreads).unwrap();
    net.set_units(units_in, Units::standard([-7.1], [0.3]).unwrap()).unwrap();
    let loaded = Mlp::<F>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert!(loaded == net);
    let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(loaded.units_in().centres().unwrap()), bits(&centres));
    assert_eq!(bits(loaded.units_in().spreads().unwrap()), bits(&spreads));
    assert_eq!(loaded.units_out(), net.units_out());

    // Of a network that is yet to be trained, the file says which units it will have.
    for net in [network(&data::<F>()), measured(&data::<F>())] {
        let loaded = Mlp::<F>::from_bytes(&net.to_bytes().unwrap()).unwrap();
        assert!(loaded == net);
        assert_eq!(loaded.units_in().scaling(), Scaling::Standard);
        assert_eq!(loaded.units_in().is_measured(), net.units_in().is_measured());
    }
}

#[test]
fn a_file_keeps_the_units_to_the_bit() {
    check_round_trip::<f32>();
    check_round_trip::<f64>();
}

#[test]
fn centres_and_spreads_that_are_none_are_refused() {
    let message = |centre, spread| Units::standard([centre], [spread]).unwrap_err().to_string();
    let expected = "a centre or spread is NaN, not a finite number";
    assert_eq!(message(f64::NAN, 1.0), expected);
    assert!(message(0.0, f64::INFINITY).contains("inf"));
    assert_eq!(message(0.0, -1.0), "the spread is -1, it must be at least 0");
    let error = Units::standard([1.0, 2.0], [1.0]).unwrap_err();
    assert!(matches!(error, Error::Network(NetworkError::Units { found: 1, expected: 2 })));
}

/// y = x + 3 [rare] + noise, of 3,000 rows with 2 rare ones. No network does better than
/// R² = 1 / (1 + 0.5²) = 0.8 on rows that it has not seen.
fn with_a_rare_category(seed: u64) -> Dataset<f32> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let drawn = Array2::<f64>::random_using((3000, 2), StandardNormal, &mut generator);
    let mut csv = String::from("x,group,y\n");
    for (row, numbers) in drawn.rows().into_iter().enumerate() {
        let rare = row % 1500 == 700;
        let y = numbers[0] + 3.0 * f64::from(u8::from(rare)) + 0.5 * numbers[1];
        csv += &format!("{},{},{y}\n", numbers[0], if rare { "rare" } else { "usual" });
    }
    Table::parse_csv(csv.as_bytes(), "groups").unwrap().regression("y").unwrap()
}

#[test]
fn a_rare_category_does_no_harm() {
    // As many rows to judge by: the R² of a fifth would vary by 0.014 itself.
    let (data, test) = (with_a_rare_category(1), with_a_rare_category(2));
    for seed in 0..10 {
        let (train, _) = data.split(0.2, seed).unwrap();
        let linear = Mlp::<f32>::builder(train.features());
        let hidden = linear.clone().dense(32, Relu);
        for builder in [linear, hidden] {
            let mut net = builder.dense(1, Identity).seed(seed).build().unwrap();
            let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).seed(seed);
            trainer = trainer.epochs(10);
            trainer.fit(&mut net, &train).unwrap();
            let r_squared = net.evaluate(&test, metrics::r_squared).unwrap();
            assert!((0.76..0.83).contains(&r_squared), "seed {seed}: {net}: {r_squared}");
        }
    }
}

/// Targets that are classes under a loss of classes: inputs have units, targets keep 0 and 1.
#[test]
fn a_classifier_measures_its_inputs_alone() {
    let inputs = Array2::from_shape_fn((60, 1), |(row, _)| 1e4 + (row % 20) as f64);
    let labels = inputs.column(0).iter().map(|x| *x >= 1e4 + 10.0).collect::<Vec<_>>();
    let data = Dataset::<f64>::binary(inputs, labels).unwrap();
    let mut net = Mlp::builder(1).dense(1, Sigmoid).build().unwrap();
    let mut trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.1)).epochs(60);
    let report = trainer.fit(&mut net, &data).unwrap();
    assert!(net.evaluate(&data, metrics::accuracy).unwrap() > 0.95, "{report}");
    assert_eq!(net.units_out(), &Units::none());
    let outputs = net.predict(data.inputs()).unwrap();
    assert!(outputs.axis_iter(Axis(1)).flatten().all(|p| (0.0..=1.0).contains(p)));
}

/// Seconds since 1970. Near 1.7e9 an `f32` holds only multiples of 128, so a table subtracts a
/// round offset from the numbers before the network gets them.
#[test]
fn seconds_since_1970_train_in_f32() {
    let table = |first: i64, rows: i64| {
        let mut csv = String::from("seconds,y\n");
        for row in 0..rows {
            let seconds = first + 61 * (row * 7919 % rows);
            csv += &format!("{seconds},{}\n", (seconds - 1_700_000_000) as f64 / 100.0);
        }
        Table::parse_csv(csv.as_bytes(), "log").unwrap()
    };
    let train = table(1_700_000_000, 1500).regression::<f32>("y").unwrap();
    assert_eq!(train.feature_names(), ["seconds - 1700000000"]);
    let mut net = Mlp::builder(1).dense(1, Identity).build().unwrap();
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.05).momentum(0.9));
    trainer.epochs(40).fit(&mut net, &train).unwrap();
    // y falls and rises by 0.61 from row to row: an error of 128 seconds would be one of 1.28.
    let later = table(1_700_000_030, 1400).dataset_for(&net).unwrap();
    let error = net.evaluate(&later, metrics::root_mean_squared_error).unwrap();
    assert!(error < 0.05, "{error}");
}

#[test]
fn only_an_identity_layer_has_units_of_outputs() {
    let builder = Mlp::<f32>::builder(2).dense(1, Sigmoid);
    assert_eq!(builder.clone().build().unwrap().units_out().scaling(), Scaling::None);
    let error = builder.units_out(Scaling::Standard).build().unwrap_err();
    assert!(matches!(error, Error::Network(NetworkError::UnitsOfActivation { .. })), "{error}");
}
