//! What the columns and classes of a data set are called.

use super::batches::InOrder;
use super::storage::Storage;
use crate::data::Dataset;
use crate::error::{DataError, Result, SchemaError};
use crate::float::Float;
use crate::schema::classes_of;
use std::sync::Arc;
use crate::schema::{Column, Schema};

impl<F: Float, S: Storage<F>> Dataset<F, S> {
    /// Names for the features, all of them numbers. A network that is trained on them knows them, and so does its file.
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
    /// [`SchemaError::Names`] unless there is one for each feature, [`SchemaError::DuplicateName`] if one stands twice.
    pub fn with_feature_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        self.schema_mut().columns = names.into_iter().map(Column::numbers).collect();
        self.checked()
    }

    /// Names for the targets: one for each column, or, where they are [classes](Self::with_classes), one for what they are the classes of.
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] for another number of names, [`SchemaError::DuplicateName`] if one stands twice.
    pub fn with_target_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        self.schema_mut().targets = names.into_iter().map(Into::into).collect();
        self.checked()
    }

    /// All names at once, of text columns too.
    ///
    /// ```
    /// # use densely::{Dataset, schema::{Column, Schema}};
    /// # use ndarray::array;
    /// let columns = vec![Column::numbers("weight"), Column::categories("origin", ["Europe", "Japan"])];
    /// let schema = Schema { columns, targets: vec!["mpg".into()], classes: vec![] };
    /// let data = Dataset::regression(array![[2372.0, 0.0, 1.0], [1835.0, 1.0, 0.0]], [24.0, 26.0])?.with_schema(schema)?;
    /// assert_eq!(data.feature_names(), ["weight", "origin=Europe", "origin=Japan"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] if there are names of other numbers of features, targets or classes, [`SchemaError::DuplicateName`] if one stands twice;
    /// [`DataError::NotOneHot`] for a row that belongs to no class.
    pub fn with_schema(mut self, schema: Schema) -> Result<Self> {
        let classes = !schema.classes.is_empty();
        self.schema = Arc::new(schema);
        let data = self.checked()?;
        if classes {
            data.check_one_hot()?;
        }
        Ok(data)
    }

    /// Says that the targets are classes, and their names: two for a single column of 0 and 1, else one for each
    /// column of one-hot targets. [`split`](Self::split) then keeps the classes' shares.
    ///
    /// ```
    /// # use densely::{Dataset, Error, error::SchemaError};
    /// # use ndarray::array;
    /// let data = || Dataset::<f32>::new(array![[0.1], [0.7], [0.4]], array![[0.0], [1.0], [0.0]]);
    /// assert_eq!(data()?.with_classes(["benign", "malignant"])?.classes(), ["benign", "malignant"]);
    /// assert!(matches!(data()?.with_classes(["benign"]), Err(Error::Schema(SchemaError::Names { names: 1, columns: 2, .. }))));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] for another number of names, [`SchemaError::DuplicateName`] if one stands twice, [`DataError::NotOneHot`] for a row that belongs to no class.
    pub fn with_classes(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        self.schema_mut().classes = names.into_iter().map(Into::into).collect();
        if self.schema.targets.len() != 1 {
            // They were the names of numbers.
            self.schema_mut().targets.clear();
        }
        let (names, columns) = (self.schema.classes.len(), classes_of(self.outputs()));
        if names != columns {
            return Err(SchemaError::Names { names, columns, what: "classes" }.into());
        }
        let data = self.checked()?;
        data.check_one_hot()?;
        Ok(data)
    }

    fn schema_mut(&mut self) -> &mut Schema {
        Arc::make_mut(&mut self.schema)
    }

    fn checked(self) -> Result<Self> {
        self.schema.check(self.features(), self.outputs())?;
        Ok(self)
    }

    fn check_one_hot(&self) -> Result<()> {
        let (zero, one) = (F::zero(), F::one());
        let (examples, mut first) = (self.examples(), 0);
        let mut batches = InOrder::targets(&examples);
        while let Some(batch) = batches.next()? {
            for (row, target) in batch.targets.rows().into_iter().enumerate() {
                let ones = target.iter().filter(|&&y| y == one).count();
                let zeros = target.iter().filter(|&&y| y == zero).count();
                if ones + zeros != target.len() || (target.len() > 1 && ones != 1) {
                    return Err(
                        DataError::NotOneHot { row: first + row, columns: target.len() }.into()
                    );
                }
            }
            first += batch.targets.nrows();
        }
        Ok(())
    }
}
