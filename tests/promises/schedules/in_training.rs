//! Schedules in a trainer: the rates of its steps, plateaus, and refusals.

use super::BASE;
use approx::assert_relative_eq;
use densely::{
    Dataset, Error, Identity, MeanSquaredError, Mlp, Report, Schedule, Sgd, Trainer,
    initialization::Initialization, schedule::Span, trainer::Goal,
};
use ndarray::array;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Trains on two batches of one row per epoch. The network has one weight, initially 1, and no
/// bias, and the target is 0: each step multiplies the weight by 1 - 2η.
fn train<'a>(
    rate: f64,
    configure: impl FnOnce(Trainer<'a, f64>) -> Trainer<'a, f64>,
) -> Result<(f64, Report), Error> {
    let data = Dataset::new(array![[1.0], [1.0]], array![[0.0], [0.0]]).unwrap();
    let builder = Mlp::<f64>::builder(1).dense(1, Identity).without_bias().without_units();
    let mut net = builder.initialization(Initialization::Zeros).build().unwrap();
    net.layers_mut()[0].weights_mut().fill(1.0);
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).batch_size(1);
    let report = configure(trainer).fit(&mut net, &data)?;
    Ok((net.layers()[0].weights()[[0, 0]], report))
}

#[test]
fn a_function_of_the_step_sees_each_step_and_its_rates_are_those_of_the_steps() {
    let seen = Mutex::new(Vec::new());
    let rate = |step: u64| {
        seen.lock().unwrap().push(step);
        0.01 * (step + 1) as f64
    };
    let (weight, report) =
        train(BASE, |trainer| trainer.schedule(Schedule::of_step(rate)).epochs(3)).unwrap();
    let rates: Vec<f64> = report.epochs.iter().map(|epoch| epoch.learning_rate).collect();
    assert_eq!(seen.into_inner().unwrap(), [0, 1, 2, 3, 4, 5]);
    // The rates of the last step of each epoch of two steps.
    assert_eq!(rates, [0.02, 0.04, 0.06]);
    let expected: f64 = (0..6).map(|step| 1.0 - 0.02 * f64::from(step + 1)).product();
    assert_relative_eq!(weight, expected, max_relative = 1e-14);
}

#[test]
fn a_trainer_steps_at_the_scheduled_rates() {
    let cases: [fn() -> Schedule<'static>; 5] = [
        || Schedule::exponential(Span::Epochs(2), 0.5),
        || Schedule::cosine(Span::Epochs(6)).minimum(0.01),
        || Schedule::one_cycle(Span::Steps(16)),
        || Schedule::inverse_scaling(Span::Steps(1), 0.5),
        || Schedule::step(Span::Epochs(3), 0.1).warm_up(Span::Epochs(2)),
    ];
    for schedule in cases {
        let (weight, report) =
            train(BASE, |trainer| trainer.schedule(schedule()).epochs(8)).unwrap();
        let rate = |step| schedule().learning_rate(BASE, step, 2);
        for (epoch, last_step) in report.epochs.iter().zip((1..).step_by(2)) {
            assert_eq!(epoch.learning_rate, rate(last_step), "{:?} {epoch:?}", schedule());
        }
        let expected: f64 = (0..16).map(|step| 1.0 - 2.0 * rate(step)).product();
        assert_relative_eq!(weight, expected, max_relative = 1e-13);
    }
}

/// Returns the rates of epochs with these monitored values.
fn rates_on(schedule: Schedule<'_>, goal: Goal, values: &[f64]) -> Vec<f64> {
    let epochs = AtomicUsize::new(0);
    let (_, report) = train(BASE, |trainer| {
        trainer
            .monitor("script", goal, |_, _| Ok(values[epochs.fetch_add(1, Ordering::Relaxed)]))
            .schedule(schedule)
            .epochs(values.len())
    })
    .unwrap();
    assert_eq!(epochs.load(Ordering::Relaxed), values.len());
    report.epochs.iter().map(|epoch| epoch.learning_rate).collect()
}

const NAN: f64 = f64::NAN;
const SCORES: [f64; 30] = [
    3.0, 4.0, 2.0, 2.0, 2.0, 1.5, NAN, 1.4, 1.4, NAN, 1.4, 1.4, 1.4, 1.0, 1.1, 0.9, 0.95, 0.9,
    0.89, 2.0, 2.0, 2.0, 2.0, 2.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.4,
];

/// Compares with PyTorch 2.15, to the bit. Its scheduler waits one epoch more than its patience.
///
/// ```python
/// import torch
/// from torch.optim.lr_scheduler import ReduceLROnPlateau
/// nan = float("nan")
/// scores = [3, 4, 2, 2, 2, 1.5, nan, 1.4, 1.4, nan, 1.4, 1.4, 1.4, 1, 1.1, 0.9, 0.95, 0.9, 0.89]
/// scores += [2, 2, 2, 2, 2, 0.5, 0.6, 0.7, 0.8, 0.9, 0.4]
/// cases = (2, 0.5, "min", 0), (3, 0.3, "min", 0.005), (2, 0.5, "max", 0), (1, 0.1, "max", 0.002)
/// for patience, factor, mode, least in cases:
///     sgd = torch.optim.SGD([torch.zeros(1)], lr=0.1)
///     options = dict(threshold=0, min_lr=least, eps=0)
///     plateau = ReduceLROnPlateau(sgd, mode, factor, patience - 1, **options)
///     rates = []
///     for score in scores if mode == "min" else scores[::-1]:
///         rates.append(sgd.param_groups[0]["lr"])
///         plateau.step(score)
///     print([(r, rates.count(r)) for r in sorted(set(rates), reverse=True)])
/// ```
#[test]
fn a_plateau_is_found_when_pytorch_finds_it() {
    // Each rate, and for how many epochs.
    type Rates = &'static [(f64, usize)];
    let cases: [(usize, f64, Goal, f64, Rates); 4] = [
        (
            2,
            0.5,
            Goal::Smallest,
            0.0,
            &[
                (0.1, 5),
                (0.05, 5),
                (0.025, 2),
                (0.0125, 6),
                (0.00625, 3),
                (0.003125, 2),
                (0.0015625, 4),
                (0.00078125, 2),
                (0.000390625, 1),
            ],
        ),
        (3, 0.3, Goal::Smallest, 0.005, &[(0.1, 11), (0.03, 11), (0.009, 6), (0.005, 2)]),
        (
            2,
            0.5,
            Goal::Largest,
            0.0,
            &[
                (0.1, 4),
                (0.05, 2),
                (0.025, 3),
                (0.0125, 2),
                (0.00625, 2),
                (0.003125, 2),
                (0.0015625, 2),
                (0.00078125, 2),
                (0.000390625, 2),
                (0.0001953125, 2),
                (9.765625e-05, 2),
                (4.8828125e-05, 2),
                (2.44140625e-05, 3),
            ],
        ),
        (1, 0.1, Goal::Largest, 0.002, &[(0.1, 3), (0.010000000000000002, 1), (0.002, 26)]),
    ];
    for (patience, factor, goal, minimum, expected) in cases {
        let schedule = Schedule::reduce_on_plateau(factor, patience).minimum(minimum);
        let mut scores = SCORES;
        if goal == Goal::Largest {
            scores.reverse();
        }
        let expected: Vec<f64> =
            expected.iter().flat_map(|&(rate, epochs)| vec![rate; epochs]).collect();
        assert_eq!(rates_on(schedule, goal, &scores), expected, "{patience} {factor} {goal:?}");
    }
}

/// Follows the rule with the losses that a training reports.
#[test]
fn the_rate_falls_when_the_losses_do_not() {
    for patience in [1, 2, 3] {
        // Each step multiplies the weight by -1.1, and the loss grows, until the rate is halved.
        // Then the loss falls to 0, and cannot improve any more.
        let first = 1.05;
        let (_, report) = train(first, |trainer| {
            trainer.schedule(Schedule::reduce_on_plateau(0.5, patience)).epochs(150)
        })
        .unwrap();
        let (mut best, mut waited, mut rate) = (f64::INFINITY, 0, first);
        for epoch in report.epochs {
            assert_eq!(epoch.learning_rate, rate, "{epoch:?}");
            waited = if epoch.loss() < best { 0 } else { waited + 1 };
            best = best.min(epoch.loss());
            if waited == patience {
                (rate, waited) = (0.5 * rate, 0);
            }
        }
        assert!(best == 0.0 && rate < 0.25 * first, "{best} {rate}");
    }
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    let span = Span::Steps(3);
    let cases = [
        (Schedule::step(Span::Epochs(0), 0.5), "the schedule's span is 0, it must be at least 1"),
        (Schedule::step(span, 0.0), "the schedule's factor is 0, it must be positive and finite"),
        (
            Schedule::exponential(span, -0.5),
            "the schedule's factor is -0.5, it must be positive and finite",
        ),
        (
            Schedule::exponential(span, f64::INFINITY),
            "the schedule's factor is inf, it must be positive and finite",
        ),
        (
            Schedule::exponential(Span::Steps(0), 0.5),
            "the schedule's span is 0, it must be at least 1",
        ),
        (
            Schedule::inverse_scaling(span, f64::NAN),
            "the schedule's power is NaN, it must be at least 0 and finite",
        ),
        (
            Schedule::inverse_scaling(span, -1.0),
            "the schedule's power is -1, it must be at least 0 and finite",
        ),
        (
            Schedule::inverse_scaling(Span::Steps(0), 0.5),
            "the schedule's span is 0, it must be at least 1",
        ),
        (Schedule::cosine(Span::Epochs(0)), "the schedule's span is 0, it must be at least 1"),
        (
            Schedule::cosine(span).minimum(-0.1),
            "the schedule's minimum is -0.1, it must be at least 0 and finite",
        ),
        (
            Schedule::cosine(span).minimum(f64::NAN),
            "the schedule's minimum is NaN, it must be at least 0 and finite",
        ),
        (Schedule::one_cycle(Span::Steps(0)), "the schedule's span is 0, it must be at least 1"),
        (
            Schedule::reduce_on_plateau(0.5, 0),
            "the schedule's patience is 0, it must be at least 1",
        ),
        (
            Schedule::reduce_on_plateau(f64::NAN, 1),
            "the schedule's factor is NaN, it must be above 0 and below 1",
        ),
        (
            Schedule::reduce_on_plateau(0.5, 1).minimum(f64::INFINITY),
            "the schedule's minimum is inf, it must be at least 0 and finite",
        ),
        (
            Schedule::constant().warm_up(Span::Steps(0)),
            "the schedule's span is 0, it must be at least 1",
        ),
        (
            Schedule::of_step(|_| f64::NAN),
            "the schedule's learning rate is NaN, it must be at least 0 and finite",
        ),
        (
            Schedule::of_step(|step| 0.1 - step as f64),
            "the schedule's learning rate is -0.9, it must be at least 0 and finite",
        ),
    ];
    for (schedule, expected) in cases {
        let name = format!("{schedule:?}");
        let error = train(BASE, |trainer| trainer.schedule(schedule)).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }), "{name}: {error:?}");
        assert_eq!(error.to_string(), expected, "{name}");
    }
}
