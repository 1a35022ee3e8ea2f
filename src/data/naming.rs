//! The names of a data set's columns and classes.

use super::storage::Storage;
use crate::error::{Result, SchemaError, check::ensure};
use crate::schema::{Column, Schema, classes_of};
use crate::{data::Dataset, float::Float};
use std::sync::Arc;

impl<F: Float, S: Storage<F>> Dataset<F, S> {
    /// Names the features, all of which are numbers. A network that is trained on the data keeps
    /// the names, and so does its file.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::array;
    /// let data = Dataset::regression(array![[3504.0, 8.0], [2372.0, 4.0]], [18.0, 24.0])?;
    /// assert_eq!(data.feature_names(), ["x0", "x1"]);
    /// let data = data.with_feature_names(["weight", "cylinders"])?.with_target_names(["mpg"])?;
    /// assert_eq!(data.feature_names(), ["weight", "cylinders"]);
    /// assert_eq!(data.schema().targets, ["mpg"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] unless there is a name for each feature,
    /// [`SchemaError::DuplicateName`] for a duplicate.
    pub fn with_feature_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        Arc::make_mut(&mut self.schema).columns = names.into_iter().map(Column::numbers).collect();
        self.checked()
    }

    /// Names the targets: one name for each column, or one for all
    /// [classes](Self::with_classes) together.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] for another number of names, [`SchemaError::DuplicateName`] for a
    /// duplicate.
    pub fn with_target_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        Arc::make_mut(&mut self.schema).targets = names.into_iter().map(Into::into).collect();
        self.checked()
    }

    /// Gives all names at once, those of categories too.
    ///
    /// ```
    /// # use densely::{Dataset, schema::{Column, Schema}};
    /// # use ndarray::array;
    /// let origin = Column::categories("origin", ["Europe", "Japan"]);
    /// let schema = Schema::new([Column::numbers("weight"), origin]).with_targets(["mpg"]);
    /// let inputs = array![[2372.0, 0.0, 1.0], [1835.0, 1.0, 0.0]];
    /// let data = Dataset::regression(inputs, [24.0, 26.0])?.with_schema(schema)?;
    /// assert_eq!(data.feature_names(), ["weight", "origin=Europe", "origin=Japan"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] if the schema has another number of features, targets or classes,
    /// [`SchemaError::DuplicateName`] for a duplicate name; [`DataError::NotOneHot`] for a row that
    /// belongs to no class.
    ///
    /// [`DataError::NotOneHot`]: crate::error::DataError::NotOneHot
    pub fn with_schema(mut self, schema: Schema) -> Result<Self> {
        self.schema = Arc::new(schema);
        let data = self.checked()?;
        data.examples().each_class(|_| ())?;
        Ok(data)
    }

    /// Declares that the targets are classes and names them: two for a single column of 0 and 1,
    /// else one for each column of one-hot targets. [`split`](Self::split) then keeps the classes'
    /// shares.
    ///
    /// ```
    /// # use densely::{Dataset, Error, error::SchemaError};
    /// # use ndarray::array;
    /// let data = || Dataset::<f32>::new(array![[0.1], [0.7], [0.4]], array![[0.0], [1.0], [0.0]]);
    /// let names = ["benign", "malignant"];
    /// assert_eq!(data()?.with_classes(names)?.classes(), names);
    /// let error = data()?.with_classes(["benign"]);
    /// assert!(matches!(
    ///     error,
    ///     Err(Error::Schema(SchemaError::Names { names: 1, columns: 2, .. }))
    /// ));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] for another number of names, [`SchemaError::DuplicateName`] for a
    /// duplicate, [`DataError::NotOneHot`] for a row that belongs to no class.
    ///
    /// [`DataError::NotOneHot`]: crate::error::DataError::NotOneHot
    pub fn with_classes(self, names: impl IntoIterator<Item = impl Into<String>>) -> Result<Self> {
        let mut schema = Schema::clone(&self.schema).with_classes(names);
        if schema.targets.len() != 1 {
            // The names were those of numbers.
            schema.targets.clear();
        }
        let (names, columns) = (schema.classes.len(), classes_of(self.outputs()));
        ensure(names == columns, || SchemaError::Names { names, columns, what: "classes" })?;
        self.with_schema(schema)
    }

    fn checked(self) -> Result<Self> {
        self.schema.check(self.features(), self.outputs())?;
        Ok(self)
    }
}
