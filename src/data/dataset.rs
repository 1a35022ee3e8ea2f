//! Inputs and targets that belong together.

use super::storage::{Arrays, Side, Sides, Storage, Stored};
use crate::error::{DataError, Error, Result, ShapeError, check::ensure};
use crate::matrix::{Matrix, Rows};
use crate::{batch, float::Float, schema::Schema};
use ndarray::{Array2, ArrayView1, ArrayView2};
use std::sync::Arc;

/// Examples for training or for evaluation: each is a row of inputs and a row of targets.
///
/// [`regression`](Self::regression), [`binary`](Self::binary) and [`multiclass`](Self::multiclass)
/// make a data set of arrays, [`new`](Self::new) of two matrices, and [`Table`](crate::data::Table)
/// of a CSV file. These keep their rows in memory, in [`Arrays`]. With the cargo feature `npy`,
/// `open_npy` and `open_shards` leave the rows in files, which may be larger than memory; every
/// function that takes a data set takes these too.
///
/// ```
/// use densely::Dataset;
/// use ndarray::array;
///
/// let data = Dataset::<f32>::new(
///     array![[0.0], [1.0], [2.0], [3.0]],
///     array![[0.0], [0.0], [1.0], [1.0]],
/// )?
/// .with_classes(["small", "large"])?;
/// let (train, test) = data.split(0.5, 7)?; // one row of each class in each part
/// assert_eq!((train.rows(), test.rows(), train.features()), (2, 2, 1));
/// # Ok::<(), densely::Error>(())
/// ```
pub struct Dataset<F: Float, S: ?Sized = Arrays<F>> {
    pub(super) storage: Arc<S>,
    /// One for each row; all are 1 without weights.
    pub(super) weights: Option<Arc<[F]>>,
    pub(super) schema: Arc<Schema>,
}

/// A data set with the type of its storage erased, so that code is compiled once.
pub(crate) type Examples<F> = Dataset<F, dyn Stored<F>>;

impl<F: Float> Dataset<F> {
    /// Examples with numbers as targets: inputs rows × features, targets rows × outputs.
    ///
    /// ```
    /// use densely::{Dataset, Error, error::ShapeError};
    /// use ndarray::{Array2, array};
    ///
    /// let data =
    ///     Dataset::<f32>::new(array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], Array2::ones((3, 1)))?;
    /// assert_eq!((data.rows(), data.features(), data.outputs()), (3, 2, 1));
    /// assert_eq!(data.inputs().row(1), array![2.0, 3.0]);
    /// let error = Dataset::<f32>::new(Array2::zeros((3, 2)), Array2::ones((4, 1)));
    /// assert!(matches!(error, Err(Error::Shape(ShapeError::Rows { inputs: 3, targets: 4 }))));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError`] if inputs and targets have different numbers of rows, no rows or no columns;
    /// [`DataError::NotFiniteAt`] if a number is NaN or infinite.
    ///
    /// [`DataError::NotFiniteAt`]: crate::error::DataError::NotFiniteAt
    pub fn new(inputs: Array2<F>, targets: Array2<F>) -> Result<Self> {
        let (rows, target_rows) = (inputs.nrows(), targets.nrows());
        let same = rows == target_rows;
        ensure(same, || ShapeError::Rows { inputs: rows, targets: target_rows })?;
        ensure(rows > 0, || ShapeError::NoRows)?;
        check_columns(inputs.ncols(), targets.ncols())?;
        Error::check_finite(inputs.view(), "inputs")?;
        Error::check_finite(targets.view(), "targets")?;
        let (inputs, targets) = (Matrix::of(inputs), Matrix::of(targets));
        Ok(Self::stored(Arrays(Sides { inputs, targets })))
    }

    /// Rows × features.
    pub fn inputs(&self) -> ArrayView2<'_, F> {
        self.storage.0.inputs.view()
    }

    /// Rows × outputs.
    pub fn targets(&self) -> ArrayView2<'_, F> {
        self.storage.0.targets.view()
    }
}

impl<F: Float, S: Storage<F>> Dataset<F, S> {
    /// Rows without weights and names.
    pub(super) fn stored(storage: S) -> Self {
        Self { storage: Arc::new(storage), weights: None, schema: Arc::default() }
    }

    /// The same rows with the type of their storage erased.
    pub(crate) fn examples(&self) -> Examples<F> {
        let (weights, schema) = (self.weights.clone(), self.schema.clone());
        Examples { storage: self.storage.clone(), weights, schema }
    }

    /// Shuffles the rows by `seed` and splits them, for example into training and test rows. The
    /// second part is the given fraction of the rows, rounded, at least one; the first part is the
    /// rest. If the targets are classes, each class is split in this proportion, and keeps at least
    /// one row in the first part: many classes of one row make the second part smaller. Rows in
    /// files that take more than 64 MiB stay in the files' order.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::Array2;
    /// let labels = (0..10).map(|row| if row < 4 { "rare" } else { "frequent" });
    /// let data = Dataset::<f32>::binary(Array2::zeros((10, 3)), labels)?;
    /// let (train, test) = data.split(0.5, 7)?;
    /// assert_eq!((train.rows(), test.rows()), (5, 5));
    /// // Each part has two rare rows.
    /// assert_eq!((train.targets().sum(), test.targets().sum()), (2.0, 2.0));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless the fraction is above 0 and below 1; [`DataError::TooFewRows`] if
    /// a part would have no rows. For rows in files, also [`NpyError::TooManyRows`], and
    /// [`Error::Io`], [`NpyError::ShortFile`], [`Error::ChangedFile`] or
    /// [`NpyError::NotFiniteInFile`] when the targets are read.
    ///
    /// [`DataError::TooFewRows`]: crate::error::DataError::TooFewRows
    /// [`NpyError::TooManyRows`]: crate::error::NpyError::TooManyRows
    /// [`NpyError::ShortFile`]: crate::error::NpyError::ShortFile
    /// [`NpyError::NotFiniteInFile`]: crate::error::NpyError::NotFiniteInFile
    pub fn split(&self, fraction: f64, seed: u64) -> Result<(Self, Self)> {
        let [rest, part] = self.examples().split(fraction, seed)?;
        Ok((self.selected(&rest)?, self.selected(&part)?))
    }

    /// Selects rows, counted from 0, in this order: a fold of a cross-validation, a bootstrap
    /// sample. Rows in files that take more than 64 MiB come in the files' order.
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
    /// [`ShapeError::UnknownRow`] for a row that does not exist, [`ShapeError::NoRows`] without
    /// rows, [`DataError::NoWeight`] if all have the weight 0; [`NpyError::TooManyRows`] for rows
    /// in files.
    ///
    /// [`DataError::NoWeight`]: crate::error::DataError::NoWeight
    /// [`NpyError::TooManyRows`]: crate::error::NpyError::TooManyRows
    pub fn select(&self, rows: &[usize]) -> Result<Self> {
        let last = rows.iter().max().copied().ok_or(ShapeError::NoRows)?;
        let all = self.rows();
        ensure(last < all, || ShapeError::UnknownRow { row: last, rows: all })?;
        let selected = self.selected(rows)?;
        if let Some(weights) = selected.weights() {
            Error::check_weights(weights, rows.len())?;
        }
        Ok(selected)
    }
}

impl<F: Float, S: Storage<F> + ?Sized> Dataset<F, S> {
    /// The number of examples.
    pub fn rows(&self) -> usize {
        self.storage.rows()
    }

    /// The number of columns of the inputs.
    pub fn features(&self) -> usize {
        self.storage.columns(Side::Inputs)
    }

    /// The number of columns of the targets: the outputs of a network for this data.
    pub fn outputs(&self) -> usize {
        self.storage.columns(Side::Targets)
    }

    /// The name of each feature; `x0`, `x1`, … without names.
    pub fn feature_names(&self) -> Vec<String> {
        match self.schema.columns[..] {
            [] => (0..self.features()).map(|column| format!("x{column}")).collect(),
            _ => self.schema.feature_names(),
        }
    }

    /// The names and kinds of the columns.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The name of each class; empty if the targets are numbers.
    pub fn classes(&self) -> &[String] {
        &self.schema.classes
    }

    /// The weight of each row, if the data set has weights.
    pub fn weights(&self) -> Option<ArrayView1<'_, F>> {
        self.weights.as_deref().map(ArrayView1::from)
    }

    /// The rows with a weight above 0.
    pub(crate) fn with_weight(self) -> Result<Self> {
        let zero = F::zero();
        let Some(weights) = self.weights.as_ref().filter(|weights| weights.contains(&zero)) else {
            return Ok(self);
        };
        let rows: Vec<_> = (0..self.rows()).filter(|&row| weights[row] > zero).collect();
        ensure(!rows.is_empty(), || DataError::NoWeight)?;
        self.selected(&rows)
    }

    /// Selects rows that exist.
    pub(crate) fn selected(&self, rows: &[usize]) -> Result<Self> {
        let mut rows = rows.to_vec();
        self.storage.arrange(&mut rows);
        let of_rows = |weights: &Arc<[F]>| rows.iter().map(|&row| weights[row]).collect();
        let (weights, schema) = (self.weights.as_ref().map(of_rows), self.schema.clone());
        Ok(Self { storage: self.storage.selected(&rows)?, weights, schema })
    }
}

impl<F: Float> Examples<F> {
    /// All inputs or targets, if they are in memory.
    pub(crate) fn in_memory(&self, side: Side) -> Option<ArrayView2<'_, F>> {
        self.storage.in_memory(side).map(Rows::view)
    }

    /// The sum of the weights: the number of rows they count for.
    pub(crate) fn weight(&self) -> f64 {
        self.weights.as_deref().map_or(self.rows() as f64, batch::sum)
    }
}

/// Checks that inputs and targets have columns: without them, a small file could declare any number
/// of rows.
pub(super) fn check_columns(inputs: usize, targets: usize) -> Result<()> {
    ensure(inputs > 0, || ShapeError::NoFeatures)?;
    ensure(targets > 0, || ShapeError::NoTargets)
}

/// A clone shares the rows.
impl<F: Float, S: ?Sized> Clone for Dataset<F, S> {
    fn clone(&self) -> Self {
        let Self { storage, weights, schema } = self;
        Self { storage: storage.clone(), weights: weights.clone(), schema: schema.clone() }
    }
}

/// Without the rows.
impl<F: Float, S: Storage<F> + ?Sized> std::fmt::Debug for Dataset<F, S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (rows, features, outputs) = (self.rows(), self.features(), self.outputs());
        let mut shown = formatter.debug_struct("Dataset");
        shown.field("rows", &rows).field("features", &features).field("outputs", &outputs);
        shown.field("weights", &self.weights.is_some()).field("schema", &self.schema);
        shown.finish_non_exhaustive()
    }
}
