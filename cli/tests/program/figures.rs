//! Tests the elements of pictures: points of curves, bins, and numbers of axes.

#[path = "../../src/training/pictures/calibration_bins.rs"]
mod calibration_bins;
#[path = "../../src/training/pictures/roc_points.rs"]
mod roc_points;

use approx::assert_relative_eq;
use calibration_bins::calibration_bins;
use densely::metrics;
use densely_cli::figures::{Axis, padded};
use ndarray::Array2;
use roc_points::roc_points;

fn rows(probabilities: &[f64], positives: &[u8]) -> impl Iterator<Item = (f64, bool)> {
    probabilities.iter().copied().zip(positives.iter().map(|&positive| positive == 1))
}

#[test]
fn roc_goes_through_every_threshold_and_equal_predictions_at_once() {
    let points =
        |probabilities: &[f64], positives: &[u8]| roc_points(rows(probabilities, positives));
    // By hand: the first row is positive; then one of two negatives comes together with the other
    // positive.
    assert_eq!(
        points(&[0.1, 0.5, 0.5, 0.9], &[0, 0, 1, 1]).unwrap(),
        [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]
    );
    assert_eq!(points(&[0.5; 5], &[0, 1, 1, 0, 1]).unwrap(), [(0.0, 0.0), (1.0, 1.0)]);
    assert_eq!(
        points(&[0.2, 0.3, 0.7, 0.8], &[0, 0, 1, 1]).unwrap(),
        [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
    );
    assert_eq!(points(&[0.2, 0.8], &[1, 1]), None);
    assert_eq!(points(&[], &[]), None);
}

#[test]
fn the_area_below_the_roc_is_that_of_the_metric() {
    let count = 200_u32;
    let mixed = |row: u32, factor: u32| row.wrapping_mul(factor) >> 20;
    let probabilities: Vec<f64> =
        (0..count).map(|row| f64::from(mixed(row, 2_654_435_761) % 23) / 23.0).collect();
    let positives: Vec<u8> =
        (0..count).map(|row| u8::from(mixed(row, 4_050_377) % 3 == 0)).collect();
    let points = roc_points(rows(&probabilities, &positives)).unwrap();
    let area: f64 = points
        .windows(2)
        .map(|pair| (pair[1].0 - pair[0].0) * f64::midpoint(pair[0].1, pair[1].1))
        .sum();
    let shape = (count as usize, 1);
    let outputs = Array2::from_shape_vec(shape, probabilities).unwrap();
    let targets = positives.into_iter().map(f64::from).collect();
    let targets = Array2::from_shape_vec(shape, targets).unwrap();
    let expected = metrics::roc_auc(outputs.view(), targets.view()).unwrap();
    assert_relative_eq!(area, expected, max_relative = 1e-12);
}

/// ```python
/// from statsmodels.stats.proportion import proportion_confint        # 0.14
/// proportion_confint(5, 10, method='wilson')
/// ```
#[test]
fn bins_count_their_rows_and_know_how_little_they_know() {
    let bins = calibration_bins(rows(&[0.0, 0.1, 0.25, 0.5, 0.99, 1.0], &[0, 1, 0, 1, 1, 0]), 4);
    let counts: Vec<_> = bins.iter().map(|bin| (bin.rows, bin.positives)).collect();
    assert_eq!(counts, [(2, 1), (1, 0), (1, 1), (2, 1)]);
    assert_relative_eq!(bins[3].mean_probability(), 0.995);
    assert_eq!(bins[0].share_of_positives(), 0.5);

    let bins = calibration_bins(rows(&[0.5; 10], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]), 1);
    let (low, high) = bins[0].interval();
    assert_relative_eq!(low, 0.236_593_090_512_563_94, max_relative = 1e-12);
    assert_relative_eq!(high, 0.763_406_909_487_436_1, max_relative = 1e-12);
    // A single row of one kind has the interval from 0 to z² / (1 + z²).
    let (low, high) = calibration_bins(rows(&[0.5], &[0]), 1)[0].interval();
    assert_eq!(low, 0.0);
    assert_relative_eq!(high, 3.841_458_820_694_124 / 4.841_458_820_694_124, max_relative = 1e-12);
}

fn numbers(axis: &Axis) -> Vec<&str> {
    axis.ticks.iter().map(|(_, text)| text.as_str()).collect()
}

#[test]
fn axes_have_round_numbers_of_any_size() {
    let linear = |from: f64, to: f64, most| Axis::linear("", from..to, most);
    assert_eq!(numbers(&linear(0.0, 1.0, 6)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    assert_eq!(numbers(&linear(1.1, 1.5, 5)), ["1.1", "1.2", "1.3", "1.4", "1.5"]);
    assert_eq!(numbers(&linear(-0.3, 0.3, 3)), ["-0.2", "0.0", "0.2"]);
    assert_eq!(numbers(&linear(-2e6, 4.1e6, 4)), ["-2e6", "0", "2e6", "4e6"]);
    assert_eq!(numbers(&linear(1e-5, 3.1e-5, 3)), ["10e-6", "20e-6", "30e-6"]);
    assert_eq!(numbers(&linear(-3e38, 3e38, 3)), ["-200e36", "0", "200e36"]);
    assert_eq!(numbers(&Axis::whole("", 1.0..3.0, 12)), ["1", "2", "3"]);
    assert_eq!(numbers(&Axis::whole("", 0.5..1.5, 12)), ["1"]);
    let logarithmic = |from: f64, to: f64| Axis::logarithmic("", from..to);
    assert_eq!(numbers(&logarithmic(0.004, 0.3)), ["0.005", "0.01", "0.02", "0.05", "0.1", "0.2"]);
    assert_eq!(
        numbers(&logarithmic(1e-5, 10.0)),
        ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "10"]
    );
    assert!(numbers(&logarithmic(1e-40, 1e38)).len() < 12);

    // The range of one number, and of numbers that cannot be drawn.
    assert_eq!(padded([5.0].into_iter()), 4.5..5.5);
    assert_eq!(padded([0.0, f64::NAN].into_iter()), -1.0..1.0);
    assert_eq!(padded([f64::INFINITY].into_iter()), 0.0..1.0);
    let of_rounding = padded([1e8, 1e8 + 8.0].into_iter());
    assert!(Axis::linear("", of_rounding, 8).ticks.len() > 1);
}
