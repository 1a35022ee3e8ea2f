use super::predicted_classes;
use crate::data::{Chunk, Examples, Matrix};
use crate::data::{Dataset, Storage};
use crate::error::{Result, SchemaError, ShapeError};
use crate::float::Float;
use crate::matrix::fit_in_memory;
use crate::mlp::{Mlp, PredictBuffers};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use std::ops::Range;

/// Rows go through a network in multiples of this, where they are not in memory.
const ROWS_AT_ONCE: usize = 64;

impl<F: Float> Mlp<F> {
    /// How good the predictions for these rows are, by one of the [metrics](crate::metrics) or one of yours. Where the rows are in files, their predictions and targets go into memory, their inputs do not.
    ///
    /// ```
    /// use densely::{Dataset, Mlp, Softmax, metrics};
    /// use ndarray::array;
    ///
    /// let net = Mlp::builder(2).dense(2, Softmax).build()?;        // stands for a trained one
    /// let test = Dataset::multiclass(array![[0.0, 1.0], [1.0, 0.0]], ["cat", "dog"])?;
    /// let accuracy = net.evaluate(&test, metrics::accuracy)?;
    /// assert!((0.0..=1.0).contains(&accuracy));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict) and, for rows in files, [`NpyError::NotFiniteInFile`](crate::error::NpyError::NotFiniteInFile), [`Error::Io`](crate::error::Error::Io), [`NpyError::ShortFile`](crate::error::NpyError::ShortFile) and [`ShapeError::TooLarge`]; [`SchemaError::Mismatch`] if the rows have other columns or classes than the network, and what the metric says.
    pub fn evaluate<S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
        metric: impl FnOnce(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64>,
    ) -> Result<f64> {
        self.schema().check_same(data.schema())?;
        let data: &dyn Examples<F> = data;
        let all = (data.rows(), self.outputs());
        if !fit_in_memory::<F>(all.0, all.1) {
            return Err(ShapeError::TooLarge { rows: all.0, columns: all.1 }.into());
        }
        let (mut outputs, mut chunk) = (Array2::zeros(all), Chunk::default());
        let mut buffers = PredictBuffers::new();
        self.predict_rows(data, 0..all.0, outputs.view_mut(), &mut chunk, &mut buffers)?;
        metric(outputs.view(), data.matrix(Matrix::Targets, 0..all.0, &mut chunk)?)
    }

    /// Predicts some of the rows, as many at a time as are read at once.
    pub(crate) fn predict_rows(
        &self,
        data: &dyn Examples<F>,
        rows: Range<usize>,
        mut outputs: ArrayViewMut2<'_, F>,
        chunk: &mut Chunk<F>,
        buffers: &mut PredictBuffers<F>,
    ) -> Result<()> {
        let at_once = data.rows_at_once(ROWS_AT_ONCE);
        for first in rows.clone().step_by(at_once) {
            let end = rows.end.min(first + at_once);
            let inputs = data.matrix(Matrix::Inputs, first..end, chunk)?;
            let slice = Slice::from(first - rows.start..end - rows.start);
            self.predict_into(inputs, outputs.slice_axis_mut(Axis(0), slice), buffers)?;
        }
        Ok(())
    }

    /// The name of the class that each row most probably belongs to: the second one's where a single output is above ½, that of the largest output where there
    /// are several. Inputs rows × features; [`metrics::predicted_classes`](crate::metrics::predicted_classes) gives the classes' numbers.
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
    /// [`SchemaError::Unnamed`] if the network was not trained on classes with names; else as [`predict`](Self::predict).
    pub fn predict_classes(&self, inputs: ArrayView2<'_, F>) -> Result<Vec<&str>> {
        if self.classes().is_empty() {
            return Err(SchemaError::Unnamed { what: "classes" }.into());
        }
        let outputs = self.predict(inputs)?;
        Ok(predicted_classes(outputs.view())
            .into_iter()
            .map(|class| self.classes()[class].as_str())
            .collect())
    }
}
