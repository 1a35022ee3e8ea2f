//! Scores of the folds of a data set.

use super::storage::Storage;
use crate::{data::Dataset, error::Result, float::Float};
use std::fmt;

/// The scores of a cross-validation, one for each fold. `Display` writes mean ± standard error.
#[derive(Clone, Debug, PartialEq)]
pub struct CrossValidation {
    /// The score of each fold, in the order of the folds.
    pub scores: Vec<f64>,
}

impl CrossValidation {
    /// Trains and scores once for each fold: `score` trains on the first rows of each pair, and
    /// scores the network on the second. [`Dataset::folds`], [`Dataset::group_folds`] and
    /// [`Dataset::ordered_folds`] make the pairs.
    ///
    /// ```
    /// use densely::data::CrossValidation;
    /// use densely::{Identity, MeanSquaredError, Mlp, Table, Trainer, metrics, optimizer::Lbfgs};
    ///
    /// let cars = Table::read_csv("data/auto_mpg.csv")?.regression::<f64>("mpg")?;
    /// let validation = CrossValidation::of(cars.folds(5, 7)?, |train, test| {
    ///     let mut net = Mlp::builder(train.features()).dense(1, Identity).build()?;
    ///     let mut trainer = Trainer::lbfgs(MeanSquaredError, Lbfgs::new()).without_validation();
    ///     trainer.fit(&mut net, train)?;
    ///     net.evaluate(test, metrics::root_mean_squared_error)
    /// })?;
    /// println!("RMSE {validation}");
    /// assert!(validation.scores.len() == 5 && validation.mean() < 3.7);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `score`.
    pub fn of<F: Float, S: Storage<F>>(
        folds: impl IntoIterator<Item = (Dataset<F, S>, Dataset<F, S>)>,
        mut score: impl FnMut(&Dataset<F, S>, &Dataset<F, S>) -> Result<f64>,
    ) -> Result<Self> {
        let scores = folds.into_iter().map(|(train, test)| score(&train, &test));
        Ok(Self { scores: scores.collect::<Result<_>>()? })
    }

    /// The mean of the scores; NaN without any.
    pub fn mean(&self) -> f64 {
        mean_and_standard_error(&self.scores).0
    }

    /// The standard error of the mean, NaN for fewer than two folds: s / √k for k folds, with the
    /// standard deviation s = √(Σ (score - mean)² / (k - 1)).
    ///
    /// The folds share most of their training rows, so the true error of the mean is larger (Bengio
    /// and Grandvalet 2004).
    pub fn standard_error(&self) -> f64 {
        mean_and_standard_error(&self.scores).1
    }
}

/// The mean of these numbers, NaN without any, and its standard error, NaN for fewer than two.
pub(crate) fn mean_and_standard_error(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

impl fmt::Display for CrossValidation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.4} ± {:.4}", self.mean(), self.standard_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use ndarray::Array2;

    /// `scipy.stats.sem([1, 2, 4])` is 0.881917103688197.
    #[test]
    fn mean_and_standard_error_equal_scipys() {
        let data = Dataset::new(Array2::<f64>::zeros((6, 1)), Array2::zeros((6, 1))).unwrap();
        let mut scores = [1.0, 2.0, 4.0].into_iter();
        let validation = CrossValidation::of(data.folds(3, 0).unwrap(), |train, test| {
            assert_eq!((train.rows(), test.rows()), (4, 2));
            Ok(scores.next().unwrap())
        });
        let validation = validation.unwrap();
        assert_eq!(validation.scores, [1.0, 2.0, 4.0]);
        assert_relative_eq!(validation.mean(), 7.0 / 3.0, max_relative = 1e-15);
        assert_relative_eq!(
            validation.standard_error(),
            0.881_917_103_688_197,
            max_relative = 1e-14
        );
        assert_eq!(validation.to_string(), "2.3333 ± 0.8819");
    }
}
