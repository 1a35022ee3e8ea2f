//! Compares learning rates from step to step with PyTorch's and scikit-learn's schedulers.

mod in_training;

use approx::assert_relative_eq;
use densely::{Dataset, Identity, MeanSquaredError, Mlp, Schedule, Sgd, Trainer};
use densely::{optimizer::Lbfgs, schedule::Span};
use ndarray::array;

/// The base rate η of all schedules here.
const BASE: f64 = 0.1;

/// Checks that rates are the same to the bit with one step per epoch and with several, in epochs
/// and in steps.
fn assert_rates(
    schedule: impl Fn(fn(usize) -> Span) -> Schedule<'static>,
    expected: &[(u64, f64)],
) {
    for &(time, rate) in expected {
        for steps_per_epoch in [1, 5] {
            let of_steps = schedule(Span::Steps);
            assert_eq!(
                of_steps.learning_rate(BASE, time, steps_per_epoch),
                rate,
                "{of_steps:?} {time}"
            );
        }
        let of_epochs = schedule(Span::Epochs);
        assert_eq!(of_epochs.learning_rate(BASE, time, 1), rate, "{of_epochs:?} {time}");
        // 0 steps an epoch count as 1.
        assert_eq!(of_epochs.learning_rate(BASE, time, 0), rate, "{of_epochs:?} {time}");
    }
}

/// Compares with the closed forms of PyTorch 2.15's schedulers:
///
/// ```python
/// import torch
/// from torch.optim import SGD
/// from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, OneCycleLR, StepLR
/// def rates(scheduler, times, **options):
///     scheduler = scheduler(SGD([torch.zeros(1)], lr=0.1), **options)
///     formula = getattr(scheduler, "_get_closed_form_lr", scheduler.get_lr)
///     for scheduler.last_epoch in times:
///         yield formula()[0]
/// times = [0, 1, 7, 19, 39]
/// print(*rates(StepLR, times, step_size=7, gamma=0.6))
/// print(*rates(ExponentialLR, times, gamma=0.93))
/// print(*rates(CosineAnnealingLR, times + [40], T_max=40))
/// print(*rates(CosineAnnealingLR, times + [40], T_max=40, eta_min=0.003))
/// cycles = (40, [0, 1, 7, 11, 12, 19, 39]), (10, [0, 1, 2, 3, 9]), (3, [0, 1, 2]), (1, [0])
/// for steps, times in cycles:
///     print(steps, *rates(OneCycleLR, times, max_lr=0.1, total_steps=steps, cycle_momentum=False))
/// ```
#[test]
fn rates_equal_pytorchs_to_the_bit() {
    const TIMES: [u64; 6] = [0, 1, 7, 19, 39, 40];
    let at = |rates: &[f64]| TIMES.into_iter().zip(rates.iter().copied()).collect::<Vec<_>>();
    let expected = at(&[0.1, 0.1, 0.06, 0.036, 0.007775999999999998]);
    assert_rates(|span| Schedule::step(span(7), 0.6), &expected);
    let expected =
        [0.1, 0.09300000000000001, 0.06017008706075703, 0.025186975662644297, 0.005899768810184915];
    assert_rates(|span| Schedule::exponential(span(1), 0.93), &at(&expected));
    let expected = [
        0.1,
        0.0998458666866564,
        0.09263200821770462,
        0.05392295478639225,
        0.0001541333133436018,
        0.0,
    ];
    assert_rates(|span| Schedule::cosine(span(40)), &at(&expected));
    let expected = [
        0.1,
        0.09985049068605671,
        0.09285304797117347,
        0.055305266142800485,
        0.0031495093139432937,
        0.003,
    ];
    assert_rates(|span| Schedule::cosine(span(40)).minimum(0.003), &at(&expected));
    let cycles: [(usize, &[(u64, f64)]); 4] = [
        (
            40,
            &[
                (0, 0.0040000000000000036),
                (1, 0.005944337266504118),
                (7, 0.07193992062409055),
                (11, 0.1),
                (12, 0.09968561175222017),
                (19, 0.0811745653949763),
                (39, 4e-07),
            ],
        ),
        (
            10,
            &[
                (0, 0.0040000000000000036),
                (1, 0.052000000000000005),
                (2, 0.1),
                (3, 0.09504846320134738),
                (9, 4e-07),
            ],
        ),
        (3, &[(0, 0.09944154354509119), (1, 0.046263710266697504), (2, 4e-07)]),
        (1, &[(0, 4e-07)]),
    ];
    for (steps, expected) in cycles {
        assert_rates(|span| Schedule::one_cycle(span(steps)), expected);
    }
}

/// Compares with scikit-learn 1.9, to the bit:
///
/// ```python
/// from sklearn.neural_network._stochastic_optimizers import SGDOptimizer
/// for power in 0.5, 0.25, 1.0:
///     sgd, rates = SGDOptimizer([], 0.1, lr_schedule="invscaling", power_t=power), []
///     for t in 0, 1, 7, 19, 39:
///         sgd.iteration_ends(t)
///         rates.append(sgd.learning_rate)
///     print(rates)
/// ```
#[test]
fn inverse_scaling_equals_scikit_learns_to_the_bit() {
    let table = [
        (
            0.5,
            [
                0.1,
                0.07071067811865475,
                0.035355339059327376,
                0.022360679774997897,
                0.015811388300841896,
            ],
        ),
        (
            0.25,
            [
                0.1,
                0.08408964152537146,
                0.05946035575013606,
                0.047287080450158794,
                0.03976353643835253,
            ],
        ),
        (1.0, [0.1, 0.05, 0.0125, 0.005, 0.0025]),
    ];
    for (power, rates) in table {
        let expected: Vec<_> = [0, 1, 7, 19, 39].into_iter().zip(rates).collect();
        assert_rates(|span| Schedule::inverse_scaling(span(1), power), &expected);
    }
    // With a span of 4 steps, step t here is step t / 4 there.
    let slower = Schedule::inverse_scaling(Span::Steps(4), 0.25);
    assert_eq!(slower.learning_rate(BASE, 4 * 19, 1), 0.047287080450158794);
}

/// Schedules that follow epochs are constant within one. Those that change at each step go on.
#[test]
fn spans_in_epochs() {
    let in_epochs = [
        Schedule::step(Span::Epochs(7), 0.6),
        Schedule::exponential(Span::Epochs(3), 0.93),
        Schedule::inverse_scaling(Span::Epochs(2), 0.5),
    ];
    for step in 0..200 {
        for schedule in &in_epochs {
            let rate = schedule.learning_rate(BASE, step / 5, 1);
            assert_eq!(schedule.learning_rate(BASE, step, 5), rate, "{schedule:?} {step}");
        }
        let pairs: [fn(Span) -> Schedule<'static>; 2] = [Schedule::cosine, Schedule::one_cycle];
        for schedule in pairs {
            let (epochs, steps) = (schedule(Span::Epochs(8)), schedule(Span::Steps(40)));
            let rate = epochs.learning_rate(BASE, step, 5);
            assert_eq!(rate, steps.learning_rate(BASE, step, 5), "{epochs:?} {step}");
            assert_eq!(rate, steps.learning_rate(BASE, step, 1), "{epochs:?} {step}");
        }
    }
    // Half a span is half the factor's power.
    let exponential = Schedule::exponential(Span::Steps(2), 0.25);
    assert_eq!(exponential.learning_rate(BASE, 1, 1), 0.05);
}

#[test]
fn after_their_end_they_stay() {
    for step in [40, 41, 60, 80, 1_000_000] {
        let cosine = Schedule::cosine(Span::Steps(40)).minimum(0.003);
        assert_eq!(cosine.learning_rate(BASE, step, 1), 0.003);
        assert_eq!(Schedule::one_cycle(Span::Steps(40)).learning_rate(BASE, step, 1), 4e-07);
        assert_eq!(Schedule::constant().learning_rate(BASE, step, 1), BASE);
    }
}

/// Compares with PyTorch 2.15, not to the bit: it computes each rate from the last one, so rounding
/// errors add up.
///
/// ```python
/// import torch
/// from torch.optim import SGD
/// from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR, StepLR
/// cosine = lambda s: CosineAnnealingLR(s, T_max=35)
/// step = lambda s: StepLR(s, step_size=10, gamma=0.6)
/// for make in cosine, step:
///     sgd, rates = SGD([torch.zeros(1)], lr=0.1), []
///     scheduler = SequentialLR(sgd, [LinearLR(sgd, 1 / 5, total_iters=4), make(sgd)], [5])
///     for t in range(40):
///         if t in (0, 1, 2, 3, 4, 5, 6, 19, 39):
///             rates.append(scheduler.get_last_lr()[0])
///         sgd.step()
///         scheduler.step()
///     print(rates)
/// ```
#[test]
fn a_warm_up_and_what_follows_equal_pytorchs() {
    let cosine = [
        0.020000000000000004,
        0.04000000000000001,
        0.06000000000000001,
        0.08000000000000002,
        0.10000000000000002,
        0.1,
        0.09979871469976197,
        0.06545084971874739,
        0.00020128530023804663,
    ];
    let step = [
        0.020000000000000004,
        0.04000000000000001,
        0.06000000000000001,
        0.08000000000000002,
        0.10000000000000002,
        0.1,
        0.1,
        0.06,
        0.021599999999999998,
    ];
    for span in [Span::Steps as fn(usize) -> Span, Span::Epochs] {
        let cases = [(Schedule::cosine(span(35)), cosine), (Schedule::step(span(10), 0.6), step)];
        for (schedule, expected) in cases {
            let schedule = schedule.warm_up(span(5));
            for (time, expected) in [0, 1, 2, 3, 4, 5, 6, 19, 39].into_iter().zip(expected) {
                let rate = schedule.learning_rate(BASE, time, 1);
                assert_relative_eq!(rate, expected, max_relative = 1e-15);
            }
        }
    }
}

#[test]
fn a_warm_up_rises_in_steps_to_the_first_rate() {
    // Two epochs of 4 steps are 8 steps.
    let schedule = Schedule::constant().warm_up(Span::Epochs(2));
    let rates: Vec<f64> = (0..10).map(|step| schedule.learning_rate(1.0, step, 4)).collect();
    assert_eq!(rates, [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0, 1.0, 1.0]);
    // The warm-up leads to the first rate of the next schedule, which then begins at its own first
    // step.
    let cycle = || Schedule::one_cycle(Span::Steps(40));
    let first = cycle().learning_rate(BASE, 0, 1);
    let warmed_up = cycle().warm_up(Span::Steps(4));
    let rates: Vec<f64> = (0..4).map(|step| warmed_up.learning_rate(BASE, step, 1)).collect();
    assert_eq!(rates, [first * 0.25, first * 0.5, first * 0.75, first]);
    for step in 0..50 {
        let expected = cycle().learning_rate(BASE, step, 1);
        assert_eq!(warmed_up.learning_rate(BASE, step + 4, 1), expected, "{step}");
    }
    let steps = Schedule::of_step(|step| (10 + step) as f64).warm_up(Span::Steps(2));
    let rates: Vec<f64> = (0..5).map(|step| steps.learning_rate(BASE, step, 1)).collect();
    assert_eq!(rates, [5.0, 10.0, 10.0, 11.0, 12.0]);
    // Epochs are counted from the end of the warm-up.
    let halving = Schedule::step(Span::Epochs(2), 0.5).warm_up(Span::Epochs(1));
    let rates: Vec<f64> =
        (0..7).map(|epoch| halving.learning_rate(1.0, 3 * epoch + 2, 3)).collect();
    assert_eq!(rates, [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]);
}

#[test]
fn a_plateau_is_not_known_without_losses() {
    let schedule = Schedule::reduce_on_plateau(0.5, 1);
    assert_eq!(schedule.learning_rate(BASE, 1_000, 10), BASE);
}

#[test]
fn a_schedule_that_would_have_no_effect_is_refused() {
    let mut net = Mlp::<f64>::builder(1).dense(1, Identity).build().unwrap();
    let data = Dataset::new(array![[1.0], [2.0], [3.0]], array![[2.0], [4.0], [7.0]]).unwrap();
    let mut lbfgs = Trainer::lbfgs(MeanSquaredError, Lbfgs::new())
        .schedule(Schedule::constant().minimum(0.1))
        .epochs(1);
    let error = lbfgs.fit(&mut net, &data).unwrap_err().to_string();
    assert!(error.ends_with("does not support a schedule"), "{error}");
    let mut plateau = Trainer::new(MeanSquaredError, Sgd::new(0.1))
        .regularization_schedule(Schedule::reduce_on_plateau(0.5, 1))
        .epochs(1);
    let error = plateau.fit(&mut net, &data).unwrap_err().to_string();
    assert!(error.ends_with("cannot follow the schedule reduce_on_plateau"), "{error}");
}
