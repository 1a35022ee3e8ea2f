use super::check;
use crate::error::{MetricError, Result, check::ensure};
use crate::float::Float;
use ndarray::ArrayView2;
use std::iter::zip;

/// √(mean of (prediction - target)²), over rows and outputs. In the target's unit.
///
/// ```
/// use densely::metrics::root_mean_squared_error;
/// use ndarray::array;
///
/// let (outputs, targets) = (array![[3.0], [10.0]], array![[2.0], [3.0]]);
/// assert_eq!(root_mean_squared_error(outputs.view(), targets.view())?, 5.0); // √(50 / 2)
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn root_mean_squared_error<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
) -> Result<f64> {
    mean_squared_error(outputs, targets).map(f64::sqrt)
}

/// Mean of (prediction - target)², over rows and outputs. In the square of the target's unit.
///
/// ```
/// use densely::metrics::mean_squared_error;
/// use ndarray::array;
///
/// assert_eq!(mean_squared_error(array![[2.0], [3.0]].view(), array![[1.0], [5.0]].view())?, 2.5);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn mean_squared_error<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
) -> Result<f64> {
    mean(outputs, targets, |difference| difference * difference)
}

/// Mean of |prediction - target|, over rows and outputs. In the target's unit.
///
/// ```
/// use densely::metrics::mean_absolute_error;
/// use ndarray::array;
///
/// let (outputs, targets) = (array![[3.0], [10.0]], array![[2.0], [3.0]]);
/// assert_eq!(mean_absolute_error(outputs.view(), targets.view())?, 4.0);       // (1 + 7) / 2
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn mean_absolute_error<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
) -> Result<f64> {
    mean(outputs, targets, f64::abs)
}

/// R² = 1 - Σ (prediction - target)² / Σ (target - mean target)²: the explained share of the
/// targets' variance, as a mean over the outputs.
///
/// 1 is perfect, 0 as good as always predicting the mean; there is no lower bound.
///
/// ```
/// use densely::metrics::r_squared;
/// use ndarray::array;
///
/// let (outputs, targets) = (array![[1.0], [2.0], [4.0]], array![[1.0], [2.0], [3.0]]);
/// assert_eq!(r_squared(outputs.view(), targets.view())?, 0.5); // 1 - 1² / (1² + 0² + 1²)
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// [`MetricError::Undefined`] if an output's target is constant; otherwise see [the module](super).
pub fn r_squared<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<f64> {
    check(outputs, targets)?;
    let mut sum = 0.0;
    for (outputs, targets) in zip(outputs.columns(), targets.columns()) {
        let first = targets[0].as_f64();
        let count = targets.len() as f64;
        let offset = targets.iter().map(|y| y.as_f64() - first).sum::<f64>() / count;
        let total: f64 = targets.iter().map(|y| (y.as_f64() - first - offset).powi(2)).sum();
        let (metric, reason) = ("R²", "the target is constant");
        ensure(total != 0.0, || MetricError::Undefined { metric, reason })?;
        let residuals = zip(outputs, targets).map(|(a, y)| a.as_f64() - y.as_f64());
        let residual: f64 = residuals.map(|residual| residual.powi(2)).sum();
        sum += 1.0 - residual / total;
    }
    Ok(sum / outputs.ncols() as f64)
}

fn mean<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
    error: impl Fn(f64) -> f64,
) -> Result<f64> {
    check(outputs, targets)?;
    let errors = zip(outputs, targets).map(|(a, y)| error(a.as_f64() - y.as_f64()));
    Ok(errors.sum::<f64>() / outputs.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, ShapeError};
    use ndarray::array;

    /// scikit-learn 1.9's documentation of `mean_squared_error`, `mean_absolute_error` and
    /// `r2_score`.
    #[test]
    fn equal_scikit_learns_examples() {
        let outputs = array![[2.5], [0.0], [2.0], [8.0]];
        let targets = array![[3.0], [-0.5], [2.0], [7.0]];
        let (outputs, targets) = (outputs.view(), targets.view());
        assert_eq!(root_mean_squared_error(outputs, targets).unwrap(), 0.375_f64.sqrt());
        assert_eq!(mean_squared_error(outputs, targets).unwrap(), 0.375);
        assert_eq!(mean_absolute_error(outputs, targets).unwrap(), 0.5);
        let r_squared = r_squared(outputs, targets).unwrap();
        approx::assert_relative_eq!(r_squared, 0.948_608_137_044_967_9, max_relative = 1e-14);
    }

    #[test]
    fn a_constant_target_has_no_r_squared() {
        let (outputs, targets) = (array![[1.0_f32], [2.0]], array![[0.1], [0.1]]);
        let result = r_squared(outputs.view(), targets.view());
        assert!(matches!(result, Err(Error::Metric(MetricError::Undefined { .. }))));
    }

    #[test]
    fn wrong_shapes_and_numbers_are_errors() {
        let (two, three) = (array![[1.0], [2.0]], array![[1.0], [2.0], [3.0]]);
        let rmse = root_mean_squared_error::<f64>;
        assert!(matches!(
            rmse(two.view(), three.view()),
            Err(Error::Shape(ShapeError::Rows { .. }))
        ));
        assert!(matches!(
            rmse(two.view(), three.t()),
            Err(Error::Shape(ShapeError::Targets { .. }))
        ));
        let nan = array![[f64::NAN], [2.0]];
        assert!(matches!(rmse(nan.view(), two.view()), Err(Error::NotFinite { .. })));
        assert!(matches!(rmse(two.view(), nan.view()), Err(Error::NotFinite { .. })));
    }
}
