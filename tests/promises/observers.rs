//! Observers: their moments, what they see, reports, monitored metrics and early stopping.

use approx::assert_relative_eq;
use densely::trainer::Moment::{
    BatchEnd, BatchStart, EpochEnd, EpochStart, TrainingEnd, TrainingStart,
};
use densely::{
    Adam, Backprop, Dataset, EarlyStopping, Identity, MeanSquaredError, Mlp, Report, Schedule, Sgd,
    Tanh, Trainer, metrics,
    optimizer::Lbfgs,
    trainer::{Goal, Moment, Observer, StopReason, Training},
};
use ndarray::{Array1, Array2};
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const MOMENTS: [Moment; 6] =
    [TrainingStart, EpochStart, BatchStart, BatchEnd, EpochEnd, TrainingEnd];

fn data(rows: usize) -> Dataset<f64> {
    let inputs = Array2::from_shape_fn((rows, 2), |(r, c)| ((13 * r + 78 * c) as f64).cos());
    let targets = inputs.map_axis(ndarray::Axis(1), |x| 3.0 * x[0] * x[1]);
    Dataset::new(inputs, targets.insert_axis(ndarray::Axis(1))).unwrap()
}

fn network() -> Mlp<f64> {
    Mlp::builder(2).dense(8, Tanh).dense(1, Identity).without_units().seed(6).build().unwrap()
}

/// A trainer of three epochs with four batches of 32 rows.
fn trainer<'a>() -> Trainer<'a, f64> {
    Trainer::new(MeanSquaredError, Sgd::new(0.05).momentum(0.5)).epochs(3).batch_size(8)
}

fn parameters(net: &Mlp<f64>) -> Array1<f64> {
    let layers = net.layers().iter().map(|layer| (layer.weights(), layer.bias().unwrap()));
    layers.flat_map(|(weights, bias)| weights.into_iter().chain(bias)).copied().collect()
}

fn loss_of(net: &Mlp<f64>, data: &Dataset<f64>) -> f64 {
    (net.predict(data.inputs()).unwrap() - data.targets()).mapv(|e| e * e).mean().unwrap()
}

/// √Σ g², with the gradient of all rows together.
fn norm_of(net: &Mlp<f64>, data: &Dataset<f64>) -> f64 {
    let (mut net, mut backprop) = (net.clone(), Backprop::new(net));
    backprop.run(&mut net, &MeanSquaredError, data.inputs(), data.targets()).unwrap();
    let squares = backprop.gradients().iter().map(|layer| {
        layer.weights().mapv(|g| g * g).sum() + layer.bias().unwrap().mapv(|g| g * g).sum()
    });
    squares.sum::<f64>().sqrt()
}

#[derive(Default)]
struct Recorder(Vec<Seen>);

struct Seen {
    moment: Moment,
    /// The numbers of the epoch, of the batch, and of the epochs that have ended.
    numbers: [usize; 3],
    batches: Option<usize>,
    /// Loss, learning rate and gradient norm.
    of_step: [f64; 3],
    net: Mlp<f64>,
}

impl Observer<f64> for &mut Recorder {
    fn observe(&mut self, moment: Moment, training: &Training<'_, f64>) -> ControlFlow<()> {
        assert_eq!(training.last_epoch().map_or(0, |epoch| epoch.number), training.epochs().len());
        let numbers = [training.epoch(), training.batch(), training.epochs().len()];
        let of_step = [training.batch_loss(), training.learning_rate(), training.gradient_norm()];
        let (batches, net) = (training.batches(), training.net().clone());
        self.0.push(Seen { moment, numbers, batches, of_step, net });
        Continue(())
    }
}

fn record(trainer: Trainer<'_, f64>, data: &Dataset<f64>) -> Vec<Seen> {
    let mut recorder = Recorder::default();
    trainer.observer(&mut recorder).fit(&mut network(), data).unwrap();
    recorder.0
}

#[test]
fn every_moment_comes_in_its_order_with_its_numbers() {
    let mut expected = vec![(TrainingStart, [1, 0, 0])];
    for epoch in 1..=3 {
        expected.push((EpochStart, [epoch, 0, epoch - 1]));
        for batch in 1..=4 {
            expected.push((BatchStart, [epoch, batch, epoch - 1]));
            expected.push((BatchEnd, [epoch, batch, epoch - 1]));
        }
        expected.push((EpochEnd, [epoch, 4, epoch]));
    }
    expected.push((TrainingEnd, [3, 4, 3]));
    let seen = record(trainer(), &data(32));
    let found: Vec<_> = seen.iter().map(|seen| (seen.moment, seen.numbers)).collect();
    assert_eq!(found, expected);
    assert!(seen.iter().all(|seen| seen.batches == Some(4)));
    assert_eq!(found.len(), 1 + 3 + 12 + 12 + 3 + 1);
}

#[test]
fn the_network_changes_between_the_start_and_the_end_of_a_batch_alone() {
    let seen = record(trainer(), &data(32));
    assert_eq!(parameters(&seen[0].net), parameters(&network()));
    for pair in seen.windows(2) {
        let same = parameters(&pair[0].net) == parameters(&pair[1].net);
        assert_eq!(same, pair[1].moment != BatchEnd);
    }
}

#[test]
fn loss_norm_and_rate_are_those_of_the_last_step() {
    let data = data(32);
    let schedule = Schedule::of_step(|step| 0.1 / (1.0 + step as f64));
    let seen = record(trainer().batch_size(32).schedule(schedule), &data);
    for Seen { of_step: [loss, rate, norm], .. } in &seen[..3] {
        assert!(loss.is_nan() && (*rate, *norm) == (0.0, 0.0));
    }
    for step in 0..3 {
        let [before, after] = [2, 3].map(|index| &seen[4 * step + index]);
        let [loss, rate, norm] = after.of_step;
        assert_eq!((before.moment, after.moment), (BatchStart, BatchEnd));
        assert_eq!(rate, 0.1 / (1.0 + step as f64));
        assert_relative_eq!(loss, loss_of(&before.net, &data), max_relative = 1e-13);
        assert_relative_eq!(norm, norm_of(&before.net, &data), max_relative = 1e-13);
    }
}

#[test]
fn the_gradients_norm_is_that_before_clipping() {
    let data = data(32);
    let full_batch = || trainer().batch_size(32).epochs(1);
    let norm = norm_of(&network(), &data);
    let trainers = [
        ("the norm", full_batch().clip_norm(0.01)),
        ("values", full_batch().clip_values(0.001)),
        ("both", full_batch().clip_norm(0.01).clip_values(0.001)),
    ];
    for (clipped, trainer) in trainers {
        let [.., found] = record(trainer, &data)[3].of_step;
        assert!((found - norm).abs() <= 1e-13 * norm, "clipping {clipped}: {found} and not {norm}");
    }
}

/// Validation has more rows than one pass of the network takes.
#[test]
fn the_gradients_norm_with_lbfgs_is_that_of_all_rows() {
    let data = data(2500);
    let seen = record(Trainer::lbfgs(MeanSquaredError, Lbfgs::new()).epochs(2), &data);
    let [.., last, _] = &seen[..] else { panic!("{}", seen.len()) };
    let [loss, _, norm] = last.of_step;
    assert_relative_eq!(loss, loss_of(&last.net, &data), max_relative = 1e-12);
    assert_relative_eq!(norm, norm_of(&last.net, &data), max_relative = 1e-9);
}

/// Training ends at each moment, in the second epoch if the moment occurs there, after the expected
/// numbers of steps and epochs.
#[test]
fn a_break_ends_training_at_each_moment() {
    let seen = record(trainer(), &data(32));
    let after = |steps: usize| seen.iter().filter(|s| s.moment == BatchEnd).nth(steps - 1);
    let expected = [(0, 0), (4, 1), (4, 1), (5, 1), (8, 2), (12, 3)];
    for (moment, (steps, epochs)) in MOMENTS.into_iter().zip(expected) {
        let (mut net, mut seen) = (network(), Recorder::default());
        let once = [0, 12].contains(&steps);
        let stop = |training: &Training<'_, f64>| match once || training.epoch() == 2 {
            true => Break(()),
            false => Continue(()),
        };
        let report =
            trainer().on(moment, stop).observer(&mut seen).fit(&mut net, &data(32)).unwrap();
        let all = moment == TrainingEnd;
        let reason = if all { StopReason::AllEpochs } else { StopReason::Observer };
        assert_eq!((report.stop_reason, report.epochs.len()), (reason, epochs), "{moment:?}");
        let expected = if steps == 0 { &network() } else { &after(steps).unwrap().net };
        assert_eq!(parameters(&net), parameters(expected), "{moment:?}");
        let last_but_one = if all { EpochEnd } else { moment };
        let moments: Vec<_> = seen.0.iter().map(|seen| seen.moment).collect();
        assert!(moments.ends_with(&[last_but_one, TrainingEnd]), "{moments:?}");
        assert!(report.to_string().starts_with(&format!("stopped after epoch {epochs}: ")));
    }
}

#[test]
fn observers_are_called_in_the_order_in_which_they_were_added() {
    let order = &Mutex::new(Vec::new());
    let note = |name: &'static str, flow: ControlFlow<()>| {
        move |_: &Training<'_, f64>| {
            order.lock().unwrap().push(name);
            flow
        }
    };
    trainer()
        .on(EpochEnd, note("first", Continue(())))
        .on(EpochEnd, note("second", Break(())))
        .on(EpochEnd, note("third", Continue(())))
        .on(TrainingEnd, note("last", Continue(())))
        .fit(&mut network(), &data(32))
        .unwrap();
    assert_eq!(*order.lock().unwrap(), ["first", "second", "third", "last"]);
}

/// Trains with a metric that takes these values. Returns the network after each epoch and at the
/// end.
fn scripted(script: &[f64], goal: Goal, rule: EarlyStopping) -> (Report, Vec<Seen>, Mlp<f64>) {
    let (calls, mut recorder, mut net) = (AtomicUsize::new(0), Recorder::default(), network());
    let report = trainer()
        .epochs(script.len())
        .validation_fraction(0.25)
        .early_stopping(rule)
        .monitor("script", goal, |_, _| Ok(script[calls.fetch_add(1, Ordering::Relaxed)]))
        .observer(&mut recorder)
        .fit(&mut net, &data(32));
    recorder.0.retain(|seen| seen.moment == EpochEnd);
    (report.unwrap(), recorder.0, net)
}

/// Each script has the expected number of epochs and the best epoch.
#[test]
fn early_stopping_waits_for_exactly_so_many_bad_epochs_and_restores_the_best() {
    use Goal::{Largest, Smallest};
    let (patience, nan, infinite) = (EarlyStopping::patience, f64::NAN, f64::INFINITY);
    let cases: [(&[f64], Goal, EarlyStopping, usize, usize); 13] = [
        (&[5.0, 4.0, 4.0, 3.0], Smallest, patience(1), 3, 2),
        (&[5.0, 4.0, 4.0, 4.5, 1.0], Smallest, patience(2), 4, 2),
        (&[5.0, 6.0, 4.0, 6.0, 3.0, 6.0, 6.0, 1.0], Smallest, patience(2), 7, 5),
        (&[3.0, nan, nan, 1.0], Smallest, patience(2), 3, 1),
        (&[nan, 3.0, nan, 1.0, nan, 5.0, 0.0], Smallest, patience(2), 6, 4),
        (&[0.1, 0.3, 0.2, 0.3, 0.9], Largest, patience(2), 4, 2),
        (&[-2.0, nan, -1.0, nan, nan, 5.0], Largest, patience(2), 5, 3),
        (&[infinite, infinite, 2.0, 1.0], Smallest, patience(2), 4, 4),
        // An improvement of exactly min_delta is not enough. Small steps add up. The best epoch may
        // be better by less.
        (&[5.0, 4.5, 4.75, 1.0], Smallest, patience(2).min_delta(0.5), 3, 2),
        (&[5.0, 4.75, 4.25, 4.0, 3.5, 3.25, 3.25, 1.0], Smallest, patience(2).min_delta(0.5), 7, 6),
        (&[1.0, 1.5, 1.5, 9.0], Largest, patience(2).min_delta(0.5), 3, 2),
        (&[5.0, 6.0, 7.0, 1.0], Smallest, patience(2).keep_last(), 3, 1),
        // No epoch has a value, so the first one counts as the best.
        (&[nan, nan, nan, nan], Smallest, patience(3), 3, 1),
    ];
    for (script, goal, rule, epochs, best) in cases {
        let name = format!("{script:?} {goal:?} {rule:?}");
        let (report, seen, net) = scripted(script, goal, rule);
        assert_eq!((report.epochs.len(), report.best_epoch), (epochs, best), "{name}");
        let ended = report.stop_reason == StopReason::EarlyStopping;
        assert_eq!(ended, epochs < script.len(), "{name}");
        let monitored = report.epochs.iter().map(|epoch| epoch.monitored.unwrap().to_bits());
        assert!(monitored.eq(script[..epochs].iter().map(|value| value.to_bits())));
        let epoch = if name.contains("keep_last: true") { epochs } else { best };
        let expected = parameters(&seen[epoch - 1].net);
        assert!(parameters(&net) == expected, "{name}: not the weights of epoch {epoch}");
    }
}

#[test]
fn validation_data_of_ones_own_decides() {
    let (training, validation, mut net) = (data(32), data(13), network());
    let report = Trainer::new(MeanSquaredError, Adam::new(0.05))
        .validation_data(&validation)
        .early_stopping(EarlyStopping::patience(3))
        .epochs(1000)
        .monitor("error", Goal::Smallest, metrics::mean_absolute_error)
        .fit(&mut net, &training)
        .unwrap();
    assert_eq!((report.training_rows, report.validation_rows), (32, 13));
    assert_eq!(report.stop_reason, StopReason::EarlyStopping);
    assert_relative_eq!(report.best_loss(), loss_of(&net, &validation), max_relative = 1e-13);
    let outputs = net.predict(validation.inputs()).unwrap();
    let error = (outputs - validation.targets()).mapv(f64::abs).mean().unwrap();
    assert_relative_eq!(report.best().unwrap().monitored.unwrap(), error, max_relative = 1e-13);
}

#[test]
fn a_report_is_a_table_a_line_and_json() {
    let (report, ..) = scripted(&[0.5, 0.75, 0.25], Goal::Largest, EarlyStopping::patience(5));
    let (csv_of_report, json) = (report.to_csv(), serde_json::to_value(&report).unwrap());
    let (header, rows) = csv_of_report.split_once('\n').unwrap();
    assert_eq!(header, "epoch,training_loss,validation_loss,script,learning_rate");
    assert_eq!((rows.lines().count(), &json["training_rows"]), (3, &24.into()));
    for (index, (row, epoch)) in rows.lines().zip(&report.epochs).enumerate() {
        let (loss, metric) = (epoch.training_loss, epoch.monitored.unwrap());
        let expected = [(index + 1) as f64, loss, epoch.validation_loss.unwrap(), metric, 0.05];
        assert!(row.split(',').map(|cell| cell.parse::<f64>().unwrap()).eq(expected));
        let json = &json["epochs"][index];
        assert!(json["training_loss"] == loss && json["monitored"] == metric, "{json}");
    }
    assert!(json["best_epoch"] == 2 && json["monitored"] == "script", "{json}");
    assert_eq!(json["stop_reason"], "all_epochs");
    let line = "stopped after epoch 3: all epochs done; best validation script 0.750000 in epoch 2";
    assert_eq!(report.to_string(), line);

    let report = trainer().epochs(1).fit(&mut network(), &data(32)).unwrap();
    let loss = report.epochs[0].training_loss;
    let header = "epoch,training_loss,validation_loss,monitored,learning_rate";
    assert_eq!(report.to_csv(), format!("{header}\n1,{loss},,,0.05\n"));
    assert!(report.to_string().ends_with(&format!("; best training loss {loss:.6} in epoch 1")));
}
