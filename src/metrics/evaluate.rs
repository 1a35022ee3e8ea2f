use crate::data::{Dataset, Outputs, Storage};
use crate::error::Result;
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
    /// [`SchemaError::Mismatch`]: crate::error::SchemaError::Mismatch
    pub fn evaluate<S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
        metric: impl FnOnce(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64>,
    ) -> Result<f64> {
        self.schema().check_same(data.schema())?;
        let (data, mut outputs) = (data.examples(), Outputs::default());
        outputs.predict(self, &data, 0..data.rows())?;
        let (outputs, targets) = outputs.with_targets(&data)?;
        metric(outputs, targets)
    }
}
