//! Inputs and targets that belong together.

use super::split;
use crate::rows::row_major;
use crate::schema::classes_of;
use crate::{Column, Error, Float, Result, Schema};
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Examples to learn from or to be judged by: a row of inputs and a row of targets each.
///
/// From arrays by [`regression`](Self::regression), [`binary`](Self::binary) and [`multiclass`](Self::multiclass), or by [`new`](Self::new) where the targets are a
/// matrix already; from a CSV file by [`Table`](crate::Table).
///
/// ```
/// use densely::Dataset;
/// use ndarray::array;
///
/// let data = Dataset::<f32>::new(array![[0.0], [1.0], [2.0], [3.0]], array![[0.0], [0.0], [1.0], [1.0]])?
///     .with_classes(["small", "large"])?;
/// let (train, test) = data.split(0.5, 7)?;          // one row of each class in each part
/// assert_eq!((train.rows(), test.rows(), train.features()), (2, 2, 1));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone)]
pub struct Dataset<F: Float> {
    inputs: Array2<F>,
    targets: Array2<F>,
    /// One for each row; all are 1 where there are none.
    pub(super) weights: Option<Array1<F>>,
    schema: Schema,
    scaling: Scaling,
}

/// What a [`Standardizer`](crate::Standardizer) has done to the numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scaling {
    pub(crate) inputs: bool,
    pub(crate) targets: bool,
    /// What the targets were divided by: 1 where they were not; with several targets, the root mean square of their deviations.
    pub(crate) target_deviation: f64,
}

impl Scaling {
    const NONE: Self = Self { inputs: false, targets: false, target_deviation: 1.0 };
}

impl<F: Float> Dataset<F> {
    /// Examples with numbers as targets: inputs rows × features, targets rows × outputs.
    ///
    /// ```
    /// use densely::{Dataset, Error};
    /// use ndarray::{Array2, array};
    ///
    /// let data = Dataset::<f32>::new(array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], Array2::ones((3, 1)))?;
    /// assert_eq!((data.rows(), data.features(), data.outputs()), (3, 2, 1));
    /// assert_eq!(data.inputs().row(1), array![2.0, 3.0]);
    /// let error = Dataset::<f32>::new(Array2::zeros((3, 2)), Array2::ones((4, 1)));
    /// assert!(matches!(error, Err(Error::Rows { inputs: 3, targets: 4 })));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Rows`] if the two have different numbers of rows, [`Error::NoRows`] if they have none,
    /// [`Error::NoFeatures`] or [`Error::Targets`] if they have no columns,
    /// [`Error::NotFiniteAt`] if a number is NaN or infinite.
    pub fn new(inputs: Array2<F>, targets: Array2<F>) -> Result<Self> {
        let (rows, target_rows) = (inputs.nrows(), targets.nrows());
        if rows != target_rows {
            return Err(Error::Rows { inputs: rows, targets: target_rows });
        }
        if rows == 0 {
            return Err(Error::NoRows);
        }
        if inputs.ncols() == 0 {
            return Err(Error::NoFeatures);
        }
        if targets.ncols() == 0 {
            return Err(Error::Targets { found: 0, outputs: 1 });
        }
        Error::check_finite(inputs.view(), "inputs")?;
        Error::check_finite(targets.view(), "targets")?;
        Ok(Self {
            inputs: row_major(inputs),
            targets: row_major(targets),
            weights: None,
            schema: Schema::default(),
            scaling: Scaling::NONE,
        })
    }

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
    /// [`Error::Names`] unless there is one for each feature, [`Error::NameTwice`] if one stands twice.
    pub fn with_feature_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        self.schema.columns = names.into_iter().map(Column::numbers).collect();
        self.checked()
    }

    /// Names for the targets: one for each column, or, where they are [classes](Self::with_classes), one for what they are the classes of.
    ///
    /// # Errors
    ///
    /// [`Error::Names`] for another number of names, [`Error::NameTwice`] if one stands twice.
    pub fn with_target_names(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        self.schema.targets = names.into_iter().map(Into::into).collect();
        self.checked()
    }

    /// All names at once, of text columns too.
    ///
    /// ```
    /// # use densely::{Column, Dataset, Schema};
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
    /// [`Error::Names`] if there are names of other numbers of features, targets or classes, [`Error::NameTwice`] if one stands twice;
    /// [`Error::NotOneHot`] for a row that belongs to no class.
    pub fn with_schema(mut self, schema: Schema) -> Result<Self> {
        let classes = !schema.classes.is_empty();
        self.schema = schema;
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
    /// # use densely::{Dataset, Error};
    /// # use ndarray::array;
    /// let data = || Dataset::<f32>::new(array![[0.1], [0.7], [0.4]], array![[0.0], [1.0], [0.0]]);
    /// assert_eq!(data()?.with_classes(["benign", "malignant"])?.classes(), ["benign", "malignant"]);
    /// assert!(matches!(data()?.with_classes(["benign"]), Err(Error::Names { names: 1, columns: 2, .. })));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Names`] for another number of names, [`Error::NameTwice`] if one stands twice, [`Error::NotOneHot`] for a row that belongs to no class.
    pub fn with_classes(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self> {
        self.schema.classes = names.into_iter().map(Into::into).collect();
        if self.schema.targets.len() != 1 {
            // They were the names of numbers.
            self.schema.targets.clear();
        }
        let (names, columns) = (self.schema.classes.len(), classes_of(self.outputs()));
        if names != columns {
            return Err(Error::Names { names, columns, what: "classes" });
        }
        let data = self.checked()?;
        data.check_one_hot()?;
        Ok(data)
    }

    fn checked(self) -> Result<Self> {
        self.schema.check(self.features(), self.outputs())?;
        Ok(self)
    }

    fn check_one_hot(&self) -> Result<()> {
        let (zero, one) = (F::zero(), F::one());
        for (row, target) in self.targets.rows().into_iter().enumerate() {
            let ones = target.iter().filter(|&&y| y == one).count();
            let zeros = target.iter().filter(|&&y| y == zero).count();
            if ones + zeros != target.len() || (target.len() > 1 && ones != 1) {
                return Err(Error::NotOneHot { row, columns: target.len() });
            }
        }
        Ok(())
    }

    /// Rows × features.
    pub fn inputs(&self) -> ArrayView2<'_, F> {
        self.inputs.view()
    }

    /// Rows × outputs.
    pub fn targets(&self) -> ArrayView2<'_, F> {
        self.targets.view()
    }

    /// The number of examples.
    pub fn rows(&self) -> usize {
        self.inputs.nrows()
    }

    /// The number of columns of the inputs.
    pub fn features(&self) -> usize {
        self.inputs.ncols()
    }

    /// The number of columns of the targets: the outputs of a network for this data.
    pub fn outputs(&self) -> usize {
        self.targets.ncols()
    }

    /// The name of each feature; `x0`, `x1` and so on where they have none.
    pub fn feature_names(&self) -> Vec<String> {
        match self.schema.columns[..] {
            [] => (0..self.features()).map(|column| format!("x{column}")).collect(),
            _ => self.schema.feature_names(),
        }
    }

    /// What the columns are.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The name of each class; none where the targets are numbers.
    pub fn classes(&self) -> &[String] {
        &self.schema.classes
    }

    /// Shuffles the rows by `seed` and splits them in two: the rest, then the given fraction of the rows, rounded to the nearest number and at
    /// least one (for example train and test). Where the targets are classes, each class is split in this proportion, and keeps a row in the rest.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::Array2;
    /// let labels = (0..10).map(|row| if row < 4 { "rare" } else { "frequent" });
    /// let data = Dataset::<f32>::binary(Array2::zeros((10, 3)), labels)?;
    /// let (train, test) = data.split(0.5, 7)?;
    /// assert_eq!((train.rows(), test.rows()), (5, 5));
    /// assert_eq!((train.targets().sum(), test.targets().sum()), (2.0, 2.0));      // as many rare ones in each
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless the fraction is above 0 and below 1; [`Error::TooFewRows`] if one of the two would have no
    /// rows.
    pub fn split(&self, fraction: f64, seed: u64) -> Result<(Self, Self)> {
        let groups = self.row_classes();
        let (rest, part) = split::rows(&groups, fraction, seed)?;
        Ok((self.selected(&rest), self.selected(&part)))
    }

    /// These rows, counted from 0, in this order: a fold of a cross-validation, a bootstrap sample.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::array;
    /// let data = Dataset::regression(array![[0.0], [1.0], [2.0]], [5.0, 6.0, 7.0])?;
    /// assert_eq!(data.select(&[2, 0])?.targets(), array![[7.0], [5.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRow`] for one that does not exist, [`Error::NoRows`] for none; [`Error::NoWeight`] if all of them have the weight 0.
    pub fn select(&self, rows: &[usize]) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::NoRows);
        }
        if let Some(&row) = rows.iter().find(|&&row| row >= self.rows()) {
            return Err(Error::UnknownRow { row, rows: self.rows() });
        }
        let selected = self.selected(rows);
        if let Some(weights) = selected.weights() {
            Error::check_weights(weights, rows.len())?;
        }
        Ok(selected)
    }

    /// These rows, which exist.
    pub(crate) fn selected(&self, rows: &[usize]) -> Self {
        Self {
            inputs: self.inputs.select(Axis(0), rows),
            targets: self.targets.select(Axis(0), rows),
            weights: self.weights.as_ref().map(|weights| weights.select(Axis(0), rows)),
            schema: self.schema.clone(),
            scaling: self.scaling,
        }
    }

    /// The class of each row; 0 for all where the targets are numbers.
    pub(super) fn row_classes(&self) -> Vec<usize> {
        if self.classes().is_empty() {
            return vec![0; self.rows()];
        }
        let one = F::one();
        let class = |target: ndarray::ArrayView1<'_, F>| match target.len() {
            1 => usize::from(target[0] == one),
            _ => target.iter().position(|&y| y == one).unwrap_or(0),
        };
        self.targets.rows().into_iter().map(class).collect()
    }

    pub(crate) fn scaling(&self) -> Scaling {
        self.scaling
    }

    /// The same rows with other numbers in the same columns.
    pub(crate) fn with_numbers(
        &self,
        inputs: Array2<F>,
        targets: Array2<F>,
        scaling: Scaling,
    ) -> Self {
        Self {
            inputs,
            targets,
            weights: self.weights.clone(),
            schema: self.schema.clone(),
            scaling,
        }
    }
}

/// Without the rows.
impl<F: Float> std::fmt::Debug for Dataset<F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Dataset")
            .field("rows", &self.rows())
            .field("features", &self.features())
            .field("outputs", &self.outputs())
            .field("weights", &self.weights.is_some())
            .field("schema", &self.schema)
            .field("scaling", &self.scaling)
            .finish_non_exhaustive()
    }
}
