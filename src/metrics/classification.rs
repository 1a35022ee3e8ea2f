use super::{check_classes, check_probabilities};
use crate::error::{MetricError, Result, check::ensure};
use crate::float::Float;
use crate::mlp::predicted_classes;
use ndarray::ArrayView2;
use std::iter::zip;

/// The share of rows whose predicted class is the target's.
///
/// ```
/// use densely::metrics::accuracy;
/// use ndarray::array;
///
/// let outputs = array![[0.9], [0.8], [0.7], [0.1]];
/// let targets = array![[1.0], [0.0], [0.0], [0.0]];
/// assert_eq!(accuracy(outputs.view(), targets.view())?, 0.5);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn accuracy<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<f64> {
    check_classes(outputs, targets)?;
    let pairs = zip(predicted_classes(outputs)?, predicted_classes(targets)?);
    let right = pairs.filter(|(predicted, actual)| predicted == actual).count();
    Ok(right as f64 / outputs.nrows() as f64)
}

/// Mean over the rows of -ln of the probability given to the right class.
///
/// Probabilities are first clipped to \[ε, 1 - ε\] with ε the precision of `F`, as in
/// scikit-learn, so that a single certain and wrong prediction does not make it infinite.
///
/// ```
/// use densely::metrics::log_loss;
/// use ndarray::array;
///
/// let (outputs, targets) = (array![[0.8], [0.4]], array![[1.0], [0.0]]);
/// let expected = -(0.8_f64.ln() + 0.6_f64.ln()) / 2.0;
/// let found = log_loss(outputs.view(), targets.view())?;
/// approx::assert_relative_eq!(found, expected, max_relative = 1e-14);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn log_loss<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<f64> {
    check_probabilities(outputs, targets)?;
    let epsilon = F::epsilon().as_f64();
    let clip = |p: F| p.as_f64().clamp(epsilon, 1.0 - epsilon);
    let terms = outputs.iter().zip(targets).map(|(&a, y)| {
        let (a, y) = (clip(a), y.as_f64());
        let of_negative = if outputs.ncols() == 1 { (1.0 - y) * (1.0 - a).ln() } else { 0.0 };
        -(y * a.ln() + of_negative)
    });
    Ok(terms.sum::<f64>() / outputs.nrows() as f64)
}

/// The area under the receiver operating characteristic: the probability that a row of the second
/// class has a larger output than one of the first. Equal outputs count ½. For one column of
/// outputs.
///
/// ```
/// use densely::metrics::roc_auc;
/// use ndarray::array;
///
/// let outputs = array![[0.1], [0.4], [0.35], [0.8]];
/// let targets = array![[0.0], [0.0], [1.0], [1.0]];
/// assert_eq!(roc_auc(outputs.view(), targets.view())?, 0.75);      // three of four pairs
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// [`MetricError::Undefined`] unless there is one column and both classes are among the targets;
/// otherwise see [the module](super).
pub fn roc_auc<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<f64> {
    check_classes(outputs, targets)?;
    let undefined = |reason| MetricError::Undefined { metric: "ROC AUC", reason };
    ensure(outputs.ncols() == 1, || undefined("there is more than one column of outputs"))?;
    let positive = predicted_classes(targets)?;
    let mut order: Vec<_> = zip(outputs.iter().map(|a| a.as_f64()), &positive).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));

    // Uses the sum of the positive rows' ranks (Mann, Whitney 1947); equal outputs share their mean
    // rank.
    let mut rank_sum = 0.0;
    let mut before = 0;
    for equal in order.chunk_by(|a, b| a.0 == b.0) {
        let mean_rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        rank_sum += mean_rank * equal.iter().map(|pair| pair.1).sum::<usize>() as f64;
        before += equal.len();
    }
    let positives = positive.iter().sum::<usize>() as f64;
    let negatives = order.len() as f64 - positives;
    ensure(positives > 0.0 && negatives > 0.0, || undefined("the targets are all of one class"))?;
    Ok((rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives))
}

/// F1 = 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall. 0 for a class that is
/// neither predicted nor among the targets.
///
/// For one column of outputs it is the second class's F1, for several the mean over the classes
/// (macro average), as [`precision`] and [`recall`].
///
/// ```
/// use densely::metrics::f1;
/// use ndarray::array;
///
/// let outputs = array![[0.9], [0.8], [0.7], [0.1]];
/// let targets = array![[1.0], [0.0], [0.0], [1.0]];
/// assert_eq!(f1(outputs.view(), targets.view())?, 0.4);            // TP = 1, FP = 2, FN = 1
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn f1<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<f64> {
    // TP + FP are the predicted, TP + FN the actual.
    mean_over_classes(outputs, targets, |[both, predicted, actual]| (2 * both, predicted + actual))
}

/// Precision = TP / (TP + FP): the share of a class's predictions that are right. 0 for a class
/// that is never predicted. Averaged as [`f1`].
///
/// ```
/// use densely::metrics::precision;
/// use ndarray::array;
///
/// let outputs = array![[0.9], [0.8], [0.7], [0.1]];
/// let targets = array![[1.0], [0.0], [0.0], [1.0]];
/// assert_eq!(precision(outputs.view(), targets.view())?, 1.0 / 3.0);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn precision<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<f64> {
    mean_over_classes(outputs, targets, |[both, predicted, _]| (both, predicted))
}

/// Recall = TP / (TP + FN): the share of a class's rows that are predicted right. 0 for a class
/// without rows. Averaged as [`f1`]; the mean over the classes is also called balanced accuracy.
///
/// ```
/// use densely::metrics::recall;
/// use ndarray::array;
///
/// let (outputs, targets) = (array![[0.2], [0.9], [0.3]], array![[0.0], [1.0], [1.0]]);
/// assert_eq!(recall(outputs.view(), targets.view())?, 0.5);                    // one of two rows
///
/// let outputs = array![[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.7, 0.3]];        // two columns
/// let targets = array![[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
/// assert_eq!(recall(outputs.view(), targets.view())?, 0.75);                   // (1 + ½) / 2
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// See [the module](super).
pub fn recall<F: Float>(outputs: ArrayView2<'_, F>, targets: ArrayView2<'_, F>) -> Result<f64> {
    mean_over_classes(outputs, targets, |[both, _, actual]| (both, actual))
}

/// The mean of a share over the classes; for one column, that of the second class. `share` gets the
/// numbers of a class's rows that are both predicted and actual, predicted, and actual.
fn mean_over_classes<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
    share: impl Fn([usize; 3]) -> (usize, usize),
) -> Result<f64> {
    check_classes(outputs, targets)?;
    let columns = outputs.ncols();
    let mut counts = vec![[0; 3]; columns.max(2)];
    for (predicted, actual) in zip(predicted_classes(outputs)?, predicted_classes(targets)?) {
        counts[actual][0] += usize::from(predicted == actual);
        counts[predicted][1] += 1;
        counts[actual][2] += 1;
    }
    let shares = counts.into_iter().map(|counts| match share(counts) {
        (_, 0) => 0.0,
        (part, whole) => part as f64 / whole as f64,
    });
    Ok(shares.skip(usize::from(columns == 1)).sum::<f64>() / columns as f64)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::error::Error;
    use approx::assert_relative_eq;
    use ndarray::{Array2, array};

    /// Outputs and targets of two classes.
    pub(in crate::metrics) fn two_classes() -> [Array2<f64>; 2] {
        let outputs = array![[0.1], [0.4], [0.35], [0.8], [0.4], [0.6]];
        let targets = array![[0.0], [0.0], [1.0], [1.0], [1.0], [0.0]];
        [outputs, targets]
    }

    /// Outputs and targets of three classes.
    pub(in crate::metrics) fn three_classes() -> [Array2<f64>; 2] {
        let outputs = array![
            [0.7, 0.2, 0.1],
            [0.3, 0.4, 0.3],
            [0.1, 0.2, 0.7],
            [0.5, 0.3, 0.2],
            [0.2, 0.3, 0.5]
        ];
        let targets = array![
            [1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0],
            [0.0, 0.0, 1.0],
            [0.0, 1.0, 0.0]
        ];
        [outputs, targets]
    }

    /// ```python
    /// from sklearn.metrics import *                           # scikit-learn 1.9
    /// y = [0, 0, 1, 1, 1, 0]; p = [0.1, 0.4, 0.35, 0.8, 0.4, 0.6]
    /// c = [a > .5 for a in p]
    /// print(roc_auc_score(y, p), log_loss(y, p), f1_score(y, c), precision_score(y, c))
    /// print(recall_score(y, c), accuracy_score(y, c))
    /// ```
    #[test]
    fn binary_metrics_equal_scikit_learns() {
        let [outputs, targets] = &two_classes();
        let (outputs, targets) = (outputs.view(), targets.view());
        assert_relative_eq!(
            roc_auc(outputs, targets).unwrap(),
            0.6111111111111112,
            max_relative = 1e-15
        );
        assert_relative_eq!(
            log_loss(outputs, targets).unwrap(),
            0.6202888798308358,
            max_relative = 1e-15
        );
        assert_relative_eq!(f1(outputs, targets).unwrap(), 0.4, max_relative = 1e-15);
        assert_relative_eq!(precision(outputs, targets).unwrap(), 0.5, max_relative = 1e-15);
        assert_relative_eq!(recall(outputs, targets).unwrap(), 1.0 / 3.0, max_relative = 1e-15);
        assert_relative_eq!(accuracy(outputs, targets).unwrap(), 0.5, max_relative = 1e-15);
    }

    /// ```python
    /// from sklearn.metrics import *                           # scikit-learn 1.9
    /// y = [0, 1, 2, 2, 1]; c = [0, 1, 2, 0, 2]; m = dict(average='macro')
    /// p = [[.7, .2, .1], [.3, .4, .3], [.1, .2, .7], [.5, .3, .2], [.2, .3, .5]]
    /// print(log_loss(y, p), f1_score(y, c, **m), precision_score(y, c, **m))
    /// print(recall_score(y, c, **m), accuracy_score(y, c))
    /// ```
    #[test]
    fn metrics_of_three_classes_equal_scikit_learns() {
        let [outputs, targets] = &three_classes();
        let (outputs, targets) = (outputs.view(), targets.view());
        assert_relative_eq!(
            log_loss(outputs, targets).unwrap(),
            0.888_610_267_302_331_3,
            max_relative = 1e-15
        );
        assert_relative_eq!(
            f1(outputs, targets).unwrap(),
            0.611_111_111_111_111,
            max_relative = 1e-15
        );
        assert_relative_eq!(precision(outputs, targets).unwrap(), 2.0 / 3.0, max_relative = 1e-15);
        assert_relative_eq!(recall(outputs, targets).unwrap(), 2.0 / 3.0, max_relative = 1e-15);
        assert_relative_eq!(accuracy(outputs, targets).unwrap(), 0.6, max_relative = 1e-15);
    }

    #[test]
    fn a_certain_mistake_has_a_finite_log_loss() {
        let (outputs, targets) = (array![[1.0_f32], [0.0]], array![[0.0], [0.0]]);
        let loss = log_loss(outputs.view(), targets.view()).unwrap();
        assert!(loss.is_finite() && loss > 7.0);
    }

    #[test]
    fn one_class_alone_has_no_auc() {
        let (outputs, targets) = (array![[0.2], [0.3]], array![[1.0], [1.0]]);
        let result = roc_auc(outputs.view(), targets.view());
        assert!(matches!(result, Err(Error::Metric(MetricError::Undefined { .. }))));
    }
}
