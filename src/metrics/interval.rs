use super::check;
use crate::data::quantiles::quantile;
use crate::error::{Error, MetricError, Result, check::FRACTION};
use crate::float::Float;
use crate::random::{Purpose, generator};
use ndarray::{ArrayView2, Axis};
use ndarray_rand::rand::Rng;

/// The fewest samples, and the most.
const SAMPLES: (usize, usize) = (100, 1000);

/// The outputs in all samples together, unless the samples are the fewest.
const OUTPUTS: usize = 20_000_000;

/// An interval that tells how much a score on these rows is worth: the lower and the upper end.
///
/// Draws as many rows as there are, with replacement, and scores them; 1,000 times, less often for
/// more than 20,000 outputs, but at least 100 times. The ends are the quantiles (1 ± `level`) / 2
/// of these scores (the percentile interval of the bootstrap, Efron and Tibshirani 1993). Samples
/// for which the metric is undefined do not count. The rows must be independent of each other: the
/// interval is too narrow if they come in groups.
///
/// ```
/// use densely::metrics::{bootstrap_interval, mean_absolute_error};
/// use ndarray::Array2;
///
/// let targets = Array2::<f64>::zeros((100, 1));
/// let outputs = Array2::from_shape_fn((100, 1), |(row, _)| f64::from(row as u32 % 10));
/// let score = mean_absolute_error(outputs.view(), targets.view())?;
/// let [low, high] =
///     bootstrap_interval(outputs.view(), targets.view(), 0.95, 7, mean_absolute_error)?;
/// assert_eq!(score, 4.5);
/// // Of 100 independent errors with the standard deviation 2.87: 4.5 ± 1.96 · 2.87 / 10.
/// assert!((low - 3.94).abs() < 0.1 && (high - 5.06).abs() < 0.1);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Setting`] unless `level` is above 0 and below 1; [`MetricError::Undefined`] if the
/// metric is undefined for every sample; errors of the metric, and see [the module](super).
pub fn bootstrap_interval<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
    level: f64,
    seed: u64,
    metric: impl Fn(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64>,
) -> Result<[f64; 2]> {
    check(outputs, targets)?;
    Error::check_range("level of the interval", level, FRACTION)?;
    let (rows, mut generator) = (outputs.nrows(), generator(seed, Purpose::Bootstrap));
    let samples = (OUTPUTS / outputs.len().max(1)).clamp(SAMPLES.0, SAMPLES.1);
    let (mut scores, mut undefined) = (Vec::with_capacity(samples), None);
    for _ in 0..samples {
        let drawn: Vec<_> = (0..rows).map(|_| generator.random_range(0..rows)).collect();
        let [outputs, targets] = [outputs, targets].map(|all| all.select(Axis(0), &drawn));
        match metric(outputs.view(), targets.view()) {
            Err(error @ Error::Metric(MetricError::Undefined { .. })) => undefined = Some(error),
            score => scores.push(score?),
        }
    }
    scores.sort_unstable_by(f64::total_cmp);
    match undefined {
        Some(error) if scores.is_empty() => Err(error),
        _ => Ok([1.0 - level, 1.0 + level].map(|share| quantile(&scores, share / 2.0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{mean_absolute_error, roc_auc};
    use ndarray::{Array2, array};

    /// For the mean of n = 50 errors the half-width is 1.2816 s √((1 - 1/n) / n), where s is the
    /// standard deviation. Student's distribution with 49 degrees of freedom is within
    /// ±1.2816 √(1 - 1/50) with 78.9 %.
    #[test]
    fn intervals_cover_the_mean() {
        let (mut covered, zeros) = (0, Array2::<f64>::zeros((50, 1)));
        let mut generator = generator(3, Purpose::Split);
        for seed in 0..200 {
            let errors = Array2::from_shape_simple_fn((50, 1), || generator.random::<f64>());
            let [low, high] =
                bootstrap_interval(errors.view(), zeros.view(), 0.8, seed, mean_absolute_error)
                    .unwrap();
            covered += u32::from((low..high).contains(&0.5));
        }
        // 158, and four standard deviations of the count, each 5.8.
        assert!((135..=181).contains(&covered), "{covered}");
    }

    #[test]
    fn what_is_undefined_is_left_out() {
        let (outputs, mut targets) = (array![[0.2], [0.3], [0.9]], array![[0.0], [0.0], [1.0]]);
        let interval = |targets: &Array2<f64>| {
            bootstrap_interval(outputs.view(), targets.view(), 0.9, 0, roc_auc)
        };
        assert_eq!(interval(&targets).unwrap(), [1.0, 1.0]);
        targets.fill(1.0);
        assert!(matches!(interval(&targets), Err(Error::Metric(MetricError::Undefined { .. }))));
        let wrong = bootstrap_interval(outputs.view(), outputs.view(), 1.0, 0, roc_auc);
        assert!(matches!(wrong, Err(Error::Setting { .. })));
    }
}
