use super::predicted_classes;
use crate::data::{Dataset, Outputs, Storage};
use crate::error::{Result, SchemaError};
use crate::{float::Float, mlp::Mlp};
use ndarray::ArrayView2;

impl<F: Float> Mlp<F> {
    /// Evaluates the predictions for these rows by one of the [metrics](crate::metrics) or a custom
    /// metric. All predictions and targets are held in memory, inputs in files are not.
    ///
    /// ```
    /// use densely::{Dataset, Mlp, Softmax, metrics};
    /// use ndarray::array;
    ///
    /// let net = Mlp::builder(2).dense(2, Softmax).without_units().build()?; // not trained yet
    /// let test = Dataset::multiclass(array![[0.0, 1.0], [1.0, 0.0]], ["cat", "dog"])?;
    /// let accuracy = net.evaluate(&test, metrics::accuracy)?;
    /// assert!((0.0..=1.0).contains(&accuracy));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict) and, for rows in files, [`NpyError::NotFiniteInFile`],
    /// [`Error::Io`], [`NpyError::ShortFile`] and [`ShapeError::TooLarge`];
    /// [`SchemaError::Mismatch`] if the rows have other columns or classes than the network; errors
    /// of the metric.
    ///
    /// [`NpyError::NotFiniteInFile`]: crate::error::NpyError::NotFiniteInFile
    /// [`NpyError::ShortFile`]: crate::error::NpyError::ShortFile
    /// [`Error::Io`]: crate::error::Error::Io
    /// [`ShapeError::TooLarge`]: crate::error::ShapeError::TooLarge
    pub fn evaluate<S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
        metric: impl FnOnce(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64>,
    ) -> Result<f64> {
        self.schema().check_same(data.schema())?;
        let (data, mut outputs) = (data.examples(), Outputs::new());
        outputs.predict(self, &data, 0..data.rows())?;
        let (outputs, targets) = outputs.with_targets(&data)?;
        metric(outputs, targets)
    }

    /// The name of each row's most probable class: that of the largest output, or, with a single
    /// output, the second class if the output is above ½. Inputs are rows × features.
    /// [`metrics::predicted_classes`](crate::metrics::predicted_classes) gives the classes'
    /// numbers.
    ///
    /// ```
    /// use densely::{CategoricalCrossEntropy, Dataset, Mlp, Sgd, Softmax, Trainer};
    /// use ndarray::array;
    ///
    /// let inputs = array![[0.0, 1.0], [0.1, 0.9], [1.0, 0.0], [0.9, 0.1]];
    /// let data = Dataset::multiclass(inputs, ["cat", "cat", "dog", "dog"])?;
    /// let mut net = Mlp::<f64>::builder(2).dense(2, Softmax).build()?;
    /// Trainer::new(CategoricalCrossEntropy, Sgd::new(1.0)).epochs(50).fit(&mut net, &data)?;
    /// assert_eq!(net.predict_classes(array![[0.8, 0.3]].view())?, ["dog"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Unnamed`] if the network does not know the names of its classes; an error
    /// that names the row if an output is NaN; otherwise as [`predict`](Self::predict).
    pub fn predict_classes(&self, inputs: ArrayView2<'_, F>) -> Result<Vec<&str>> {
        if self.classes().is_empty() {
            return Err(SchemaError::Unnamed { what: "classes" }.into());
        }
        let outputs = self.predict(inputs)?;
        let classes = predicted_classes(outputs.view())?.into_iter();
        Ok(classes.map(|class| self.classes()[class].as_str()).collect())
    }
}
