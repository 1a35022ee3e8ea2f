use super::check_probabilities;
use crate::error::{Error, Result};
use crate::float::Float;
use crate::mlp::predicted_classes;
use ndarray::{ArrayView2, Axis};
use std::iter::zip;

/// The Brier score (1950): the mean over the rows of (p - y)², summed over the columns. 0 is best.
///
/// As scikit-learn's: two classes in one column have half the score that they have in two columns.
///
/// ```
/// use densely::metrics::brier_score;
/// use ndarray::array;
///
/// let (outputs, targets) = (array![[0.75], [0.5]], array![[1.0], [0.0]]);
/// assert_eq!(brier_score(outputs.view(), targets.view())?, (0.0625 + 0.25) / 2.0);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn brier_score<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
) -> Result<f64> {
    check_probabilities(outputs, targets)?;
    let squares = zip(outputs, targets).map(|(p, y)| (p.as_f64() - y.as_f64()).powi(2));
    Ok(squares.sum::<f64>() / outputs.nrows() as f64)
}

/// The expected calibration error: Σ over the bins of
/// (rows in the bin / rows) · |mean of p - mean of y|. 0 is best: of the rows
/// with p = 0.8, four of five are of the class.
///
/// For one column, p is the probability of the second class, and y is 1 in its rows. For several, p
/// is the largest probability, and y is 1 where its class is right (Guo et al. 2017). The bins have
/// equal widths, as those of scikit-learn's `calibration_curve`: p is in the bin (low, high].
///
/// ```
/// use densely::metrics::expected_calibration_error;
/// use ndarray::array;
///
/// let (outputs, targets) = (array![[0.75], [0.85], [0.1]], array![[1.0], [0.0], [0.0]]);
/// let error = expected_calibration_error(outputs.view(), targets.view(), 2)?;
/// approx::assert_relative_eq!(error, (2.0 * 0.3 + 0.1) / 3.0, max_relative = 1e-14);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Setting`] unless there are 1 to 10,000 bins; otherwise see [the module](super).
pub fn expected_calibration_error<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
    bins: usize,
) -> Result<f64> {
    check_probabilities(outputs, targets)?;
    let holds = |bins: f64| (1.0..=10_000.0).contains(&bins);
    Error::check_range("number of bins", bins as f64, ("from 1 to 10,000", holds))?;
    let rows = outputs.axis_iter(Axis(0)).map(|row| row.fold(0.0, |p, x| x.as_f64().max(p)));
    let actual = predicted_classes(targets)?;
    let right: Vec<bool> = match outputs.ncols() {
        1 => actual.iter().map(|&class| class == 1).collect(),
        _ => zip(predicted_classes(outputs)?, actual).map(|(a, b)| a == b).collect(),
    };
    let width = 1.0 / bins as f64;
    let edges: Vec<f64> = (1..bins).map(|edge| edge as f64 * width).collect();
    // The sum of p - y in each bin.
    let mut excess = vec![0.0; bins];
    for (p, right) in zip(rows, right) {
        excess[edges.partition_point(|&edge| edge < p)] += p - f64::from(u8::from(right));
    }
    Ok(excess.iter().map(|excess: &f64| excess.abs()).sum::<f64>() / outputs.nrows() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::classification::tests::{three_classes, two_classes};
    use approx::assert_relative_eq;
    use ndarray::Array2;

    /// ```python
    /// import numpy as np                                      # scikit-learn 1.9
    /// from sklearn.calibration import calibration_curve
    /// from sklearn.metrics import brier_score_loss
    /// y = np.array([0, 0, 1, 1, 1, 0]); p = np.array([0.1, 0.4, 0.35, 0.8, 0.4, 0.6])
    /// def ece(y, p, n):
    ///     share, mean = calibration_curve(y, p, n_bins=n)
    ///     ids = np.searchsorted(np.linspace(0, 1, n + 1)[1:-1], p)
    ///     return sum(np.bincount(ids)[np.unique(ids)] * abs(share - mean)) / len(y)
    /// print(brier_score_loss(y, p), ece(y, p, 2), ece(y, p, 5))
    /// y = [0, 1, 2, 2, 1]
    /// p = np.array([[.7, .2, .1], [.3, .4, .3], [.1, .2, .7], [.5, .3, .2], [.2, .3, .5]])
    /// right = (p.argmax(1) == y).astype(int)
    /// print(brier_score_loss(y, p), ece(right, p.max(1), 2), ece(right, p.max(1), 5))
    /// ```
    #[test]
    fn equal_scikit_learns() {
        let scores = |[outputs, targets]: [Array2<f64>; 2]| {
            let error = |bins| expected_calibration_error(outputs.view(), targets.view(), bins);
            let brier = brier_score(outputs.view(), targets.view());
            [brier, error(2), error(5)].map(Result::unwrap)
        };
        let (found, several) = (scores(two_classes()), scores(three_classes()));
        let expected =
            [0.225_416_666_666_666_68, 0.191_666_666_666_666_65, 0.291_666_666_666_666_63];
        for (found, expected) in zip(found, expected).chain(zip(several, [0.516, 0.2, 0.44])) {
            assert_relative_eq!(found, expected, max_relative = 1e-14);
        }
    }
}
