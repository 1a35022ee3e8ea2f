//! Weights of rows and classes.

use super::storage::Storage;
use crate::error::{DataError, Error, Result, check::ensure};
use crate::{data::Dataset, float::Float};
use ndarray::Array1;

impl<F: Float, S: Storage<F>> Dataset<F, S> {
    /// Gives each row a weight w, in place of earlier ones. The loss of a batch is Σ w L / Σ w,
    /// as in PyTorch and scikit-learn. So a weight of k is the same as k copies of the row, and 0
    /// leaves the row out; in a batch of one row, the weight has no effect. The columns' scales are
    /// weighted too, except robust ones. Metrics ignore weights.
    ///
    /// ```
    /// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
    /// use ndarray::array;
    ///
    /// let data = Dataset::<f64>::new(array![[0.0], [0.0]], array![[1.0], [2.0]])?;
    /// let data = data.with_weights(array![3.0, 1.0])?;
    /// assert_eq!(data.weights(), Some(array![3.0, 1.0].view()));
    /// // A network whose output is 0 has the loss (3 · 1² + 1 · 2²) / (3 + 1).
    /// let mut net = Mlp::from_layers(vec![Dense::new(array![[0.0]], None, Identity)?])?;
    /// let loss = Trainer::new(MeanSquaredError, Sgd::new(0.1)).step(&mut net, &data)?;
    /// assert_eq!(loss, 1.75);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Weights`] unless there is a weight for each row, [`DataError::Weight`] for one
    /// that is negative or not finite, [`DataError::NoWeight`] if all are 0.
    pub fn with_weights(mut self, weights: Array1<F>) -> Result<Self> {
        Error::check_weights(weights.view(), self.rows())?;
        self.weights = Some(weights.into_iter().collect());
        Ok(self)
    }

    /// Multiplies the weight of each row by the weight of its class. The order is that of
    /// [`classes`](Self::classes).
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::array;
    /// let data = Dataset::binary(array![[0.1], [0.7], [0.2]], ["ham", "spam", "ham"])?;
    /// // Ham that is taken for spam is five times as bad.
    /// let careful = data.with_class_weights(&[5.0, 1.0])?;
    /// assert_eq!(careful.weights(), Some(array![5.0, 1.0, 5.0].view()));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::NoClasses`] if the targets are numbers, [`DataError::Weights`] unless there is
    /// a weight for each class; otherwise as [`with_weights`](Self::with_weights).
    pub fn with_class_weights(self, class_weights: &[f64]) -> Result<Self> {
        let count = self.classes().len();
        ensure(count > 0, || DataError::NoClasses)?;
        let (weights, what) = (class_weights.len(), "classes");
        ensure(weights == count, || DataError::Weights { weights, count, what })?;
        Error::check_each_weight(class_weights.iter().copied())?;
        let classes = self.examples().row_classes()?;
        let weight = |(row, &class): (usize, &usize)| {
            F::from_f64(self.weight_of(row) * class_weights[class])
        };
        let weights = classes.iter().enumerate().map(weight).collect();
        self.with_weights(weights)
    }

    /// Gives all classes the same total weight: multiplies the weight of each row by
    /// n / (k · n_c), with n the weight of all rows, k the number of classes and n_c the weight of
    /// the rows of the row's class. This is scikit-learn's `class_weight="balanced"`.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::array;
    ///
    /// let data = Dataset::<f64>::new(array![[0.0], [1.0], [2.0]], array![[0.0], [0.0], [1.0]])?;
    /// let balanced = data.with_classes(["frequent", "rare"])?.with_balanced_classes()?;
    /// assert_eq!(balanced.weights(), Some(array![0.75, 0.75, 1.5].view()));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::NoClasses`] if the targets are numbers.
    pub fn with_balanced_classes(self) -> Result<Self> {
        let mut sums = vec![0.0; self.classes().len()];
        ensure(!sums.is_empty(), || DataError::NoClasses)?;
        for (row, class) in self.examples().row_classes()?.into_iter().enumerate() {
            sums[class] += self.weight_of(row);
        }
        let (all, count) = (sums.iter().sum::<f64>(), sums.len() as f64);
        // No row has the weight of a class without rows.
        let weight = |sum: f64| if sum > 0.0 { all / (count * sum) } else { 0.0 };
        let weights: Vec<f64> = sums.into_iter().map(weight).collect();
        self.with_class_weights(&weights)
    }

    fn weight_of(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row].as_f64())
    }
}
