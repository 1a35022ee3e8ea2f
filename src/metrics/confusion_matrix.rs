use super::{check_classes, predicted_classes};
use crate::error::{Result, SchemaError, check::ensure};
use crate::float::Float;
use ndarray::{Array2, ArrayView2};
use serde::Serialize;
use std::fmt;
use std::iter::{once, zip};

/// The number of rows of each class that were predicted as each class. `Display` draws it as a
/// table.
///
/// ```
/// use densely::metrics::ConfusionMatrix;
/// use ndarray::array;
///
/// let outputs = array![[0.9], [0.2], [0.7]];
/// let targets = array![[1.0], [0.0], [0.0]];
/// let matrix = ConfusionMatrix::new(outputs.view(), targets.view(), ["benign", "malignant"])?;
/// assert_eq!(matrix.classes(), ["benign", "malignant"]);
/// assert_eq!(matrix.counts(), array![[1, 1], [0, 1]]);
/// assert_eq!(matrix.to_string(), "\
/// actual ↓ predicted →  benign  malignant
///               benign       1          1
///            malignant       0          1");
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfusionMatrix {
    classes: Vec<String>,
    counts: Vec<Vec<usize>>,
}

impl ConfusionMatrix {
    /// Counts the rows; `classes` are the names, two of them for one column of outputs.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] if the number of names is not that of the classes; otherwise see
    /// [the module](super).
    pub fn new<F: Float>(
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        classes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        check_classes(outputs, targets)?;
        let classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        let (names, columns) = (classes.len(), outputs.ncols().max(2));
        ensure(names == columns, || SchemaError::Names { names, columns, what: "classes" })?;
        let mut counts = vec![vec![0; columns]; columns];
        for (predicted, actual) in zip(predicted_classes(outputs)?, predicted_classes(targets)?) {
            counts[actual][predicted] += 1;
        }
        Ok(Self { classes, counts })
    }

    /// The classes' names, in the order of rows and columns.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The counts: a row for each actual class, a column for each predicted one.
    pub fn counts(&self) -> Array2<usize> {
        let count = self.classes.len();
        Array2::from_shape_fn((count, count), |(actual, predicted)| self.counts[actual][predicted])
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.classes.iter().cloned();
        let head = once("actual ↓ predicted →".to_owned()).chain(names.clone()).collect();
        let rows = zip(names, &self.counts);
        let rows = rows.map(|(name, row)| once(name).chain(row.iter().map(usize::to_string)));
        let table: Vec<Vec<String>> = once(head).chain(rows.map(Iterator::collect)).collect();
        let width = |column: usize| table.iter().map(move |row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..=self.classes.len()).filter_map(width).collect();
        let lines = table.iter().map(|row| {
            let cells = zip(row, &widths).map(|(cell, &width)| format!("{cell:>width$}"));
            cells.collect::<Vec<_>>().join("  ")
        });
        formatter.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}
