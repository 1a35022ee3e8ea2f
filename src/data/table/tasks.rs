//! Tables as data sets, by what their target is.

use super::Table;
use super::infer::{Learned, Targets};
use crate::data::Dataset;
use crate::error::Result;
use crate::float::Float;

impl Table {
    /// The data set whose target is this numeric column.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let table = Table::parse_csv("weight,mpg,cylinders\n3504,18,8\n2372,24,4\n".as_bytes(), "cars")?;
    /// let data = table.regression::<f32>("mpg")?;
    /// assert_eq!(data.inputs(), array![[3504.0, 8.0], [2372.0, 4.0]]);
    /// assert_eq!(data.targets(), array![[18.0], [24.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TableError::UnknownColumn`](crate::error::TableError::UnknownColumn); [`TableError::UnnamedColumn`](crate::error::TableError::UnnamedColumn), [`TableError::DuplicateColumn`](crate::error::TableError::DuplicateColumn); [`TableError::TextTarget`](crate::error::TableError::TextTarget) if it is text; [`TableError::TargetAlone`](crate::error::TableError::TargetAlone) if there is no other column;
    /// [`TableError::TooManyCategories`](crate::error::TableError::TooManyCategories) for a text feature with more different values than half of the rows (at least 20) or than 1,000;
    /// [`TableError::TooLarge`](crate::error::TableError::TooLarge);
    /// [`TableError::Cell`](crate::error::TableError::Cell) for a cell that is blank or NaN, or, in a numeric column, no finite number of `F`.
    pub fn regression<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        self.regression_of([target])
    }

    /// The data set whose targets are these numeric columns, in this order.
    ///
    /// ```
    /// use densely::Table;
    ///
    /// let csv = "weight,mpg,acceleration\n3504,18,12\n2372,24,15\n1835,26,20.5\n";
    /// let data = Table::parse_csv(csv.as_bytes(), "cars")?.regression_of::<f32>(["mpg", "acceleration"])?;
    /// assert_eq!((data.features(), data.outputs()), (1, 2));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`regression`](Self::regression); [`ShapeError::Targets`](crate::error::ShapeError::Targets) for none, [`SchemaError::DuplicateName`](crate::error::SchemaError::DuplicateName) for one that stands twice.
    pub fn regression_of<F: Float>(
        &self,
        targets: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Dataset<F>> {
        let targets = targets.into_iter().map(|target| target.as_ref().to_owned()).collect();
        self.of_learned(self.learn(targets, Targets::Numbers)?)
    }

    /// The data set of a classifier with two classes: the target is one column, 1 for the class that is second in
    /// alphabetical order.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let table = Table::parse_csv("radius,diagnosis\n18,malignant\n13,benign\n".as_bytes(), "tumours")?;
    /// let data = table.binary::<f32>("diagnosis")?;
    /// assert_eq!(data.classes(), ["benign", "malignant"]);
    /// assert_eq!(data.targets(), array![[1.0], [0.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`regression`](Self::regression); [`TableError::Classes`](crate::error::TableError::Classes) unless the column has exactly two different values;
    /// [`TableError::Cell`](crate::error::TableError::Cell) for a class that is a number with a fraction.
    pub fn binary<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        self.of_learned(self.learn(vec![target.to_owned()], Targets::TwoClasses)?)
    }

    /// The data set of a classifier with two or more classes: the target is a column of 0 and 1 for each class, in
    /// alphabetical order, or in that of their values if they are numbers.
    ///
    /// ```
    /// # use densely::Table;
    /// # use ndarray::array;
    /// let table = Table::parse_csv("petal,species\n1.4,setosa\n4.7,versicolor\n6.0,virginica\n".as_bytes(), "iris")?;
    /// let data = table.multiclass::<f32>("species")?;
    /// assert_eq!(data.classes(), ["setosa", "versicolor", "virginica"]);
    /// assert_eq!(data.targets(), array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`binary`](Self::binary), but for two or more classes.
    pub fn multiclass<F: Float>(&self, target: &str) -> Result<Dataset<F>> {
        self.of_learned(self.learn(vec![target.to_owned()], Targets::Classes)?)
    }

    fn of_learned<F: Float>(&self, learned: Learned) -> Result<Dataset<F>> {
        self.dataset(&learned.schema, learned.outputs)
    }
}
