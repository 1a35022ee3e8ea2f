use super::{check, predicted_classes};
use crate::error::{Result, SchemaError};
use crate::float::Float;
use ndarray::{Array2, ArrayView2};
use serde::Serialize;
use std::fmt;

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
        check(outputs, targets)?;
        let classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        let columns = outputs.ncols().max(2);
        if classes.len() != columns {
            let (names, what) = (classes.len(), "classes");
            return Err(SchemaError::Names { names, columns, what }.into());
        }
        let mut counts = vec![vec![0; columns]; columns];
        for (predicted, actual) in
            predicted_classes(outputs)?.into_iter().zip(predicted_classes(targets)?)
        {
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
        const CORNER: &str = "actual ↓ predicted →";
        let length = |text: &str| text.chars().count();
        let longest = self.classes.iter().map(|class| length(class)).max().unwrap_or(0);
        let first = longest.max(length(CORNER));
        let widths = self.classes.iter().enumerate().map(|(column, class)| {
            let counts = self.counts.iter().map(|row| row[column].to_string().len());
            counts.chain([length(class)]).max().unwrap_or(0)
        });
        let widths: Vec<usize> = widths.collect();
        write!(formatter, "{CORNER:>first$}")?;
        for (class, width) in self.classes.iter().zip(&widths) {
            write!(formatter, "  {class:>width$}")?;
        }
        for (class, counts) in self.classes.iter().zip(&self.counts) {
            write!(formatter, "\n{class:>first$}")?;
            for (count, width) in counts.iter().zip(&widths) {
                write!(formatter, "  {count:>width$}")?;
            }
        }
        Ok(())
    }
}
