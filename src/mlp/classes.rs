//! The classes that a classifier predicts.

use super::Mlp;
use crate::error::{NetworkError, Result, SchemaError, check::ensure};
use crate::float::Float;
use ndarray::{ArrayView1, ArrayView2};

/// The class of each row of `outputs` (rows × outputs): for one column, 1 if it is above ½, else
/// 0; for more, the first column with the largest number.
///
/// ```
/// use densely::metrics::predicted_classes;
/// use ndarray::array;
///
/// assert_eq!(predicted_classes(array![[0.9], [0.5], [0.1]].view())?, [1, 0, 0]);
/// assert_eq!(predicted_classes(array![[0.2, 0.1, 0.7], [0.4, 0.4, 0.2]].view())?, [2, 0]);
/// assert!(predicted_classes(array![[0.9], [f32::NAN]].view()).is_err());
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// [`NetworkError::NoClass`] for a row with NaN.
///
/// [`NetworkError::NoClass`]: crate::error::NetworkError::NoClass
pub fn predicted_classes<F: Float>(outputs: ArrayView2<'_, F>) -> Result<Vec<usize>> {
    let is_nan = |row: ArrayView1<'_, F>| row.iter().any(|value| value.is_nan());
    if let Some(row) = outputs.rows().into_iter().position(is_nan) {
        return Err(NetworkError::NoClass { row }.into());
    }
    let half = F::from_f64(0.5);
    let class = |row: ArrayView1<'_, F>| match row.len() {
        1 => usize::from(row[0] > half),
        classes => (0..classes).fold(0, |best, i| if row[i] > row[best] { i } else { best }),
    };
    Ok(outputs.rows().into_iter().map(class).collect())
}

impl<F: Float> Mlp<F> {
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
    /// [`SchemaError::Unnamed`] if the network does not know the names of its classes;
    /// [`NetworkError::NoClass`] for a row whose outputs are NaN; otherwise as
    /// [`predict`](Self::predict).
    ///
    /// [`NetworkError::NoClass`]: crate::error::NetworkError::NoClass
    pub fn predict_classes(&self, inputs: ArrayView2<'_, F>) -> Result<Vec<&str>> {
        ensure(!self.classes().is_empty(), || SchemaError::Unnamed { what: "classes" })?;
        let outputs = self.predict(inputs)?;
        let classes = predicted_classes(outputs.view())?.into_iter();
        Ok(classes.map(|class| self.classes()[class].as_str()).collect())
    }
}
