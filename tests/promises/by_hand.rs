//! Training batch by batch: steps, streams, refusals, resuming, and divergence.

use densely::{
    Adam, Backprop, Dataset, Dense, EarlyStopping, Error, Identity, MeanSquaredError, Mlp, Relu,
    Report, Result, Schedule, Sgd, Tanh, Trainer,
    error::{Divergence, LikelyCause, ShapeError, TrainingError},
    metrics,
    optimizer::{Lbfgs, OptimizerState},
    schedule::Span,
    trainer::Goal,
};
use ndarray::{Array2, Axis, array};

type Hand = Trainer<'static, f64>;

/// y = x₁ x₂, where |x₁| and |x₂| are at most 1.
fn rows(range: std::ops::Range<usize>) -> Dataset<f64> {
    let number = |(row, c)| ((13 * (range.start + row) + 78 * c) as f64).cos();
    let inputs = Array2::from_shape_fn((range.len(), 2), number);
    let targets = inputs.map_axis(Axis(1), |x| x[0] * x[1]).insert_axis(Axis(1));
    Dataset::new(inputs, targets).unwrap()
}

fn batches() -> Vec<Dataset<f64>> {
    [0..8, 8..16, 16..17, 17..22, 22..31].map(rows).into()
}

fn network() -> Mlp<f64> {
    Mlp::builder(2).dense(8, Tanh).dense(1, Identity).without_units().seed(6).build().unwrap()
}

fn trainer() -> Hand {
    Trainer::new(MeanSquaredError, Adam::new(0.05)).epochs(3).batch_size(8)
}

fn parameters(net: &Mlp<f64>) -> Vec<f64> {
    let layers = net.layers().iter().map(|layer| (layer.weights(), layer.bias()));
    layers.flat_map(|(w, b)| w.into_iter().chain(b.into_iter().flatten())).copied().collect()
}

fn fit_batches(trainer: &mut Trainer<'_, f64>, net: &mut Mlp<f64>) -> Result<Report> {
    trainer.fit_batches(net, |_| Ok(batches().into_iter().map(Ok)))
}

type Change<'c> = dyn Fn(&mut Backprop<f64>, &Mlp<f64>) + 'c;

/// The loop in the documentation of `Backprop`, with a function that changes the gradients. Returns
/// the losses and the parameters.
fn by_hand<'d>(
    schedule: &Schedule<'_>,
    batches: impl Iterator<Item = &'d Dataset<f64>>,
    change: &Change<'_>,
) -> (Vec<f64>, Vec<f64>) {
    let (adam, mut memory, mut net) = (Adam::new(0.05), OptimizerState::new(), network());
    let mut backprop = Backprop::new(&net);
    let step = |batch: &Dataset<f64>| {
        let (inputs, targets) = (batch.inputs(), batch.targets());
        let loss = backprop.run(&mut net, &MeanSquaredError, inputs, targets).unwrap();
        change(&mut backprop, &net);
        let rate = schedule.learning_rate(0.05, memory.steps(), 1);
        assert!(memory.step_at(rate, &adam, backprop.parameters(&mut net).unwrap()).unwrap());
        loss
    };
    (batches.map(step).collect(), parameters(&net))
}

#[test]
fn a_step_is_the_loop_by_hand_to_the_bit() {
    let schedule = || Schedule::cosine(Span::Steps(12)).warm_up(Span::Steps(3));
    let cases: [(Hand, &Change<'_>); 5] = [
        (trainer(), &|_, _| ()),
        (trainer().l1(0.01), &|backprop, net| backprop.add_l1(net, 0.01).unwrap()),
        (trainer().clip_values(0.02), &|backprop, _| backprop.clip_values(0.02)),
        (trainer().clip_norm(0.1), &|backprop, _| assert!(backprop.clip_norm(0.1) > 0.0)),
        (trainer().clip_norm(0.1).clip_values(0.02).l1(0.01), &|backprop, net| {
            backprop.add_l1(net, 0.01).unwrap();
            backprop.clip_values(0.02);
            backprop.clip_norm(0.1);
        }),
    ];
    let (batches, mut ends) = (batches(), Vec::new());
    for (trainer, change) in cases {
        let (mut net, mut trainer) = (network(), trainer.schedule(schedule()));
        let three_times = || batches.iter().cycle().take(15);
        let (losses, expected) = by_hand(&schedule(), three_times(), change);
        assert!(three_times().map(|batch| trainer.step(&mut net, batch).unwrap()).eq(losses));
        assert_eq!(parameters(&net), expected, "{trainer:?}");
        assert!(!ends.contains(&expected), "{trainer:?} changes nothing");
        ends.push(expected);
    }
}

/// The parameters follow their formulas, from the gradient g and the weight w, which is 0 for a
/// bias.
#[test]
fn gradients_are_penalised_clipped_and_shortened() {
    let (mut net, data) = (network(), rows(0..20));
    net.layers_mut()[0].weights_mut()[[1, 2]] = -0.0;
    let mut numbers = |change: &Change<'_>| {
        let (mut backprop, mut numbers) = (Backprop::new(&net), Vec::new());
        backprop.run(&mut net, &MeanSquaredError, data.inputs(), data.targets()).unwrap();
        change(&mut backprop, &net);
        for all in backprop.parameters(&mut net).unwrap() {
            let weights = all.values.iter().map(|&w| if all.is_bias { 0.0 } else { w });
            numbers.extend(all.gradient.iter().copied().zip(weights));
        }
        numbers
    };
    let before = numbers(&|_, _| ());
    let norm = before.iter().map(|(g, _)| g * g).sum::<f64>().sqrt();
    let sign = |w: f64| if w == 0.0 { 0.0 } else { w.signum() };
    let is_norm = |found: f64| assert!((found - norm).abs() < 1e-14 * norm);
    type Formula<'f> = dyn Fn(f64, f64) -> f64 + 'f;
    let cases: [(&Change<'_>, &Formula<'_>); 4] = [
        (&|backprop, net| backprop.add_l1(net, 0.3).unwrap(), &|g, w| g + 0.3 * sign(w)),
        (&|backprop, _| backprop.clip_values(0.1), &|g, _| g.clamp(-0.1, 0.1)),
        (&|backprop, _| is_norm(backprop.clip_norm(0.1)), &|g, _| g * 0.1 / norm),
        (&|backprop, _| is_norm(backprop.clip_norm(9.0)), &|g, _| g),
    ];
    for (change, formula) in cases {
        for (&(g, w), (after, _)) in before.iter().zip(numbers(change)) {
            approx::assert_relative_eq!(after, formula(g, w), max_relative = 1e-14);
        }
    }
}

/// Resumes after three epochs of a single row, which shuffling cannot reorder, and after two epochs
/// of a stream.
#[test]
fn steps_go_on_where_training_ended_and_a_stream_is_a_step_for_each_batch() {
    let (one, batches, constant) = (rows(0..1), batches(), Schedule::constant());
    let all = [&one; 3].into_iter().chain(&batches);
    let (_, after_rows) = by_hand(&constant, all, &|_, _| ());
    let (_, after_stream) = by_hand(&constant, batches.iter().cycle().take(15), &|_, _| ());
    let (mut net, mut of_rows, mut of_stream) = (network(), trainer(), trainer().epochs(2));
    of_rows.fit(&mut net, &one).unwrap();
    batches.iter().for_each(|batch| assert!(of_rows.step(&mut net, batch).is_ok()));
    assert_eq!(parameters(&net), after_rows);
    let mut net = network();
    let report = fit_batches(&mut of_stream, &mut net).unwrap();
    assert_eq!((report.epochs.len(), report.training_rows), (2, 31));
    batches.iter().for_each(|batch| assert!(of_stream.step(&mut net, batch).is_ok()));
    assert_eq!(parameters(&net), after_stream);
}

#[test]
fn a_batch_or_a_network_that_does_not_fit_leaves_training_as_it_was() {
    let (mut net, mut trainer, batches) = (network(), trainer(), batches());
    let wide = Dataset::new(Array2::zeros((3, 5)), Array2::zeros((3, 1))).unwrap();
    let other = Mlp::builder(2).dense(3, Tanh).dense(1, Identity).without_units();
    let mut other = other.build().unwrap();
    for batch in &batches {
        trainer.step(&mut net, batch).unwrap();
        assert!(matches!(
            trainer.step(&mut net, &wide),
            Err(Error::Shape(ShapeError::Features { found: 5, .. }))
        ));
        assert!(matches!(
            trainer.step(&mut other, batch),
            Err(Error::Training(TrainingError::StateMismatch { .. }))
        ));
    }
    assert_eq!(parameters(&net), by_hand(&Schedule::constant(), batches.iter(), &|_, _| ()).1);
}

/// Resumes while early stopping waits for a better epoch, and when its patience has run out.
#[test]
fn going_on_with_a_fit_is_one_longer_fit_to_the_bit() {
    let fit = |first: usize, then: &[usize]| {
        let (mut net, data, rule) = (network(), rows(0..40), EarlyStopping::patience(6));
        let trainer = trainer().validation_fraction(0.25).early_stopping(rule.min_delta(1e-3));
        let mut trainer = trainer.epochs(first);
        let mut report = trainer.fit(&mut net, &data);
        for &epochs in then {
            trainer = trainer.epochs(epochs);
            report = trainer.resume(&mut net, &data);
        }
        let report = report.unwrap();
        (parameters(&net), report.epochs.to_vec(), report.best_epoch, report.stop_reason)
    };
    let whole = fit(500, &[]);
    let last = whole.1.len();
    assert!(whole.2 < last && last < 500, "no early stopping");
    for epochs in [&[1, 500][..], &[last / 2, last - 3, 500], &[last - 1, 500], &[last, 500, 500]] {
        assert_eq!(fit(epochs[0], &epochs[1..]), whole, "{epochs:?}");
    }
}

/// After the error the network is as it was after the last good epoch, here the second.
#[test]
fn an_error_in_a_stream_ends_training_after_the_last_good_epoch() {
    let mut expected = network();
    fit_batches(&mut trainer().epochs(2), &mut expected).unwrap();
    let bad = || Error::NotFinite { what: "a cell", value: f64::INFINITY };
    let wide = || Dataset::new(Array2::zeros((3, 5)), Array2::zeros((3, 1)));
    let good_and = |last| Ok(batches().into_iter().map(Ok).chain([last]).collect());
    type Third<'a> = &'a (dyn Fn() -> Result<Vec<Result<Dataset<f64>>>> + Sync);
    let cases: [(&str, Third<'_>); 4] = [
        ("a cell is inf, not a finite number", &|| Err(bad())),
        ("a cell is inf, not a finite number", &|| good_and(Err(bad()))),
        ("inputs have 5 features, the network takes 2", &|| good_and(wide())),
        ("there are no rows", &|| Ok(Vec::new())),
    ];
    for (message, third) in cases {
        let (mut net, mut trainer) = (network(), trainer());
        let good = || Ok(batches().into_iter().map(Ok).collect());
        let epoch = |epoch| if epoch == 3 { third() } else { good() };
        assert_eq!(trainer.fit_batches(&mut net, epoch).unwrap_err().to_string(), message);
        assert_eq!(parameters(&net), parameters(&expected), "{message}");
    }
}

#[test]
fn settings_that_do_not_go_with_batches_or_lbfgs_are_refused() {
    let lbfgs = || Trainer::lbfgs(MeanSquaredError, Lbfgs::new());
    let dropout = Mlp::builder(2).dense(8, Tanh).dropout(0.1).dense(1, Identity).build().unwrap();
    let (epochs, data) = (Span::Epochs(2), rows(0..9));
    let stream = |mut by: Hand| fit_batches(&mut by, &mut network()).unwrap_err();
    let step = |mut by: Hand| by.step(&mut network(), &data).unwrap_err();
    // A setting may change between steps.
    let step_again = |change: fn(Hand) -> Hand| {
        let (mut by, mut net) = (trainer(), network());
        by.step(&mut net, &data).unwrap();
        change(by).step(&mut net, &data).unwrap_err()
    };
    let fit = |mut by: Hand, mut net: Mlp<f64>| by.fit(&mut net, &data).unwrap_err();
    let cases = [
        (stream(trainer().validation_fraction(0.5)), "does not support a validation fraction"),
        (
            stream(trainer().early_stopping(EarlyStopping::patience(2))),
            "does not support early stopping without validation data",
        ),
        (
            stream(trainer().monitor("RMSE", Goal::Smallest, metrics::root_mean_squared_error)),
            "does not support a metric without validation data",
        ),
        (stream(trainer().drop_last()), "does not support leaving out a short last batch"),
        (stream(trainer().schedule(Schedule::cosine(epochs))), "give its span in steps"),
        (step(trainer().schedule(Schedule::one_cycle(epochs))), "give its span in steps"),
        (step(trainer().schedule(Schedule::constant().warm_up(epochs))), "its span in steps"),
        (stream(lbfgs()), "does not support a stream of batches"),
        (step(lbfgs()), "does not support a step on one batch"),
        (fit(lbfgs(), dropout), "does not support dropout"),
        (fit(lbfgs().schedule(Schedule::step(epochs, 0.5)), network()), "support a schedule"),
        (
            fit(lbfgs().regularization_schedule(Schedule::step(epochs, 0.5)), network()),
            "a schedule",
        ),
        (fit(lbfgs().clip_norm(1.0), network()), "support gradient clipping"),
        (fit(lbfgs().clip_values(1.0), network()), "support gradient clipping"),
        (fit(lbfgs().l1(0.1), network()), "support an L1 penalty"),
        (fit(lbfgs().drop_last(), network()), "support leaving out a short last batch"),
        (step_again(|by| by.clip_norm(-1.0)), "the gradient norm is -1"),
        (step_again(|by| by.l1(-1.0)), "the L1 penalty is -1"),
    ];
    for (error, expected) in cases {
        assert!(error.to_string().contains(expected), "{error}: {expected}");
    }
}

/// Returns epoch, batch and layer of a divergence, its kind, and its probable cause.
fn diverged<T>(result: Result<T>) -> ([usize; 3], Divergence, LikelyCause) {
    let Err(Error::Training(TrainingError::Diverged { epoch, batch, layer, cause, likely })) =
        result
    else {
        panic!()
    };
    ([epoch, batch, layer], cause, likely)
}

#[test]
fn divergence_tells_the_likely_cause() {
    let data = rows(0..30);
    let largest = data.targets().iter().fold(0.0, |largest: f64, y| largest.max(y.abs()));
    for (rate, inputs, targets, expected) in [
        (0.1, 1e6, 1e6, LikelyCause::UnscaledInputs(1e6)),
        (0.1, 1.0, 1e6, LikelyCause::UnscaledTargets(1e6 * largest)),
        (1e10, 1.0, 1.0, LikelyCause::LearningRate(1e10)),
    ] {
        let builder = Mlp::builder(2).dense(8, Relu).dense(8, Relu).dense(1, Identity);
        let mut net = builder.without_units().seed(1).build().unwrap();
        let data = Dataset::new(&data.inputs() * inputs, &data.targets() * targets).unwrap();
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(rate).momentum(0.9));
        assert_eq!(diverged(trainer.fit(&mut net, &data)).2, expected);
    }
}

/// Each epoch has four batches. The second batch of the third epoch makes the weights huge.
#[test]
fn divergence_tells_when_and_leaves_the_last_good_epoch_or_step() {
    let rates = || Schedule::of_step(|step| if step < 9 { 0.05 } else { 1e10 });
    let sgd = || Trainer::new(MeanSquaredError, Sgd::new(1.0)).schedule(rates()).batch_size(10);
    let (data, mut net, mut expected) = (rows(0..40), network(), network());
    let ([epoch, batch, _], cause, likely) = diverged(sgd().fit(&mut net, &data));
    assert_eq!((epoch, batch, likely), (3, 3, LikelyCause::LearningRate(1e10)));
    assert!(matches!(cause, Divergence::Growth { last, .. } if last > 1e10), "{cause}");
    sgd().epochs(2).fit(&mut expected, &data).unwrap();
    assert_eq!(parameters(&net), parameters(&expected));
    let mut trainer = sgd();
    (0..10).for_each(|_| assert!(trainer.step(&mut net, &data).is_ok()));
    let before = parameters(&net);
    assert!(matches!(diverged(trainer.step(&mut net, &data)).1, Divergence::Growth { .. }));
    assert_eq!(parameters(&net), before);
}

/// The layers have one weight each: the output is a b c x, with x = 1.
#[test]
fn divergence_tells_the_first_layer_that_is_not_finite() {
    let loss = Divergence::Loss(f64::INFINITY);
    // In the last case the derivatives are 0.01, 10 and 10: after multiplication by the largest
    // rate, two overflow.
    for (weights, target, layer, expected) in [
        ([1.0, 1e200, 1e200], 0.0, 2, loss),
        ([1e200, 1e200, 1e200], 0.0, 1, loss),
        // The outputs are finite, but their squares are not. The error names the layer of the
        // largest weight.
        ([1.0, 1e180, 1.0], 0.0, 1, loss),
        ([1000.0, 1.0, 1.0], 999.995, 1, Divergence::Parameter),
    ] {
        let layers = weights.map(|w| Dense::new(array![[w]], None, Identity).unwrap());
        let mut net = Mlp::from_layers(layers.into()).unwrap();
        let data = Dataset::new(array![[1.0]], array![[target]]).unwrap();
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(f64::MAX));
        for result in [trainer.fit(&mut net, &data).map(|_| 0.0), trainer.step(&mut net, &data)] {
            let (at, cause, _) = diverged(result);
            assert_eq!((at, cause), ([1, 1, layer], expected), "{weights:?}");
            assert_eq!(parameters(&net), weights);
        }
    }
}

/// Before the first step, the learning rate cannot be the cause.
#[test]
fn a_network_that_overflows_from_the_start_has_too_large_initial_weights() {
    let mut net = network();
    net.layers_mut()[1].weights_mut().fill(1e200);
    let lbfgs = Trainer::lbfgs(MeanSquaredError, Lbfgs::new()).fit(&mut net, &rows(0..9));
    for result in [lbfgs, trainer().fit(&mut net, &rows(0..9))] {
        assert_eq!(diverged(result).2, LikelyCause::InitialWeights);
    }
}
