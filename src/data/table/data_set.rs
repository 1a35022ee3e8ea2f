//! A table as a data set, once its target is known.

use super::target::Target;
use super::{Table, infer::Inferred, report::TableReport};
use crate::{data::Dataset, error::Result, float::Float};

impl Table {
    /// The data set with this [`Target`]. Every other column is a feature.
    ///
    /// # Errors
    ///
    /// - [`TableError::UnknownColumn`], [`TableError::DuplicateColumn`] or
    ///   [`TableError::UnnamedColumn`] for a column's name;
    /// - [`ShapeError::NoTargets`] without a target, [`SchemaError::DuplicateName`] for a target
    ///   that is given twice, [`TableError::TargetAlone`] if there is no feature;
    /// - [`TableError::TextTarget`] or [`TableError::DateTarget`] if a numeric target is text or a
    ///   date, [`TableError::ConstantTarget`] if it is the same in all rows,
    ///   [`TableError::Classes`] for a wrong number of classes, [`TableError::TooManyClasses`] for
    ///   more than 20 that are more than half the number of rows;
    /// - [`TableError::TooManyCategories`] for a text feature with more than 1,000 values, or with
    ///   more than 20 values that are more than half the number of rows;
    ///   [`TableError::MixedColumn`] for other text among numbers or dates, and
    ///   [`TableError::AmbiguousDates`]: see [`Table`];
    /// - [`TableError::Cell`] for a blank cell, unless the table is [`with_missing`], for a cell of
    ///   a numeric column that is not a finite number of `F`, and for a class that is a number with
    ///   a fraction; [`TableError::NoTargets`] if all rows have a blank target;
    /// - [`TableError::TooLarge`] if the rows do not fit into memory.
    ///
    /// [`ShapeError::NoTargets`]: crate::error::ShapeError::NoTargets
    /// [`SchemaError::DuplicateName`]: crate::error::SchemaError::DuplicateName
    /// [`TableError::UnknownColumn`]: crate::error::TableError::UnknownColumn
    /// [`TableError::DuplicateColumn`]: crate::error::TableError::DuplicateColumn
    /// [`TableError::UnnamedColumn`]: crate::error::TableError::UnnamedColumn
    /// [`TableError::TargetAlone`]: crate::error::TableError::TargetAlone
    /// [`TableError::TextTarget`]: crate::error::TableError::TextTarget
    /// [`TableError::DateTarget`]: crate::error::TableError::DateTarget
    /// [`TableError::ConstantTarget`]: crate::error::TableError::ConstantTarget
    /// [`TableError::TooManyClasses`]: crate::error::TableError::TooManyClasses
    /// [`TableError::Classes`]: crate::error::TableError::Classes
    /// [`TableError::TooManyCategories`]: crate::error::TableError::TooManyCategories
    /// [`TableError::MixedColumn`]: crate::error::TableError::MixedColumn
    /// [`TableError::AmbiguousDates`]: crate::error::TableError::AmbiguousDates
    /// [`TableError::NoTargets`]: crate::error::TableError::NoTargets
    /// [`with_missing`]: Self::with_missing
    /// [`TableError::Cell`]: crate::error::TableError::Cell
    /// [`TableError::TooLarge`]: crate::error::TableError::TooLarge
    pub fn dataset<F: Float>(&self, target: Target) -> Result<Dataset<F>> {
        Ok(self.dataset_and_report(target)?.0)
    }

    /// As [`dataset`](Self::dataset), with a report of what was left out, filled in or read in an
    /// unusual way.
    ///
    /// # Errors
    ///
    /// As [`dataset`](Self::dataset).
    pub fn dataset_and_report<F: Float>(
        &self,
        target: Target,
    ) -> Result<(Dataset<F>, TableReport)> {
        let Inferred { schema, outputs, report } = self.infer::<F>(&target)?;
        self.encoded(&schema, outputs, report)
    }

    /// The data set of a regression on this numeric column: [`dataset`](Self::dataset) of
    /// [`Target::number`].
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let csv = "weight,mpg,cylinders\n3504,18,8\n2372,24,4\n";
    /// let data = Table::parse_csv(csv.as_bytes(), "cars")?.regression::<f32>("mpg")?;
    /// assert_eq!(data.inputs(), array![[3504.0, 8.0], [2372.0, 4.0]]);
    /// assert_eq!(data.targets(), array![[18.0], [24.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`dataset`](Self::dataset).
    pub fn regression<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        self.dataset(Target::number(target))
    }

    /// The data set of a classifier with two classes: [`dataset`](Self::dataset) of
    /// [`Target::binary`]. The target is one column, 1 for the class that is second in
    /// alphabetical order.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let csv = "radius,diagnosis\n18,malignant\n13,benign\n";
    /// let data = Table::parse_csv(csv.as_bytes(), "tumours")?.binary::<f32>("diagnosis")?;
    /// assert_eq!(data.classes(), ["benign", "malignant"]);
    /// assert_eq!(data.targets(), array![[1.0], [0.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`dataset`](Self::dataset).
    pub fn binary<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        self.dataset(Target::binary(target))
    }

    /// The data set of a classifier with two or more classes: [`dataset`](Self::dataset) of
    /// [`Target::classes`]. The target is a column of 0 and 1 for each class. Classes are in
    /// alphabetical order, or by value if all are whole numbers.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let csv = "petal,species\n1.4,setosa\n4.7,versicolor\n6.0,virginica\n";
    /// let data = Table::parse_csv(csv.as_bytes(), "iris")?.multiclass::<f32>("species")?;
    /// assert_eq!(data.classes(), ["setosa", "versicolor", "virginica"]);
    /// assert_eq!(data.targets(), array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`dataset`](Self::dataset).
    pub fn multiclass<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        self.dataset(Target::classes(target))
    }
}
