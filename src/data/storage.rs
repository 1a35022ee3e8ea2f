//! Where the numbers of a data set are.

use crate::error::Result;
use crate::float::Float;
use crate::matrix::Rows;
use crate::units::Scale;
use std::fmt::Debug;
use std::sync::Arc;

/// Where the rows of a [`Dataset`](crate::Dataset) are: [`Arrays`](super::Arrays) in memory, or,
/// with the cargo feature `npy`, `NpyFiles`. Sealed: there are no others.
///
/// ```
/// use densely::{Dataset, Float, data::Storage};
/// use ndarray::array;
///
/// /// The same for data in memory and in files.
/// fn half<F: Float, S: Storage<F>>(data: &Dataset<F, S>) -> densely::Result<Dataset<F, S>> {
///     Ok(data.split(0.5, 7)?.0)
/// }
/// let data = Dataset::regression(array![[100.0], [300.0]], [7.0, 9.0])?;
/// assert_eq!(half(&data)?.rows(), 1);
/// # Ok::<(), densely::Error>(())
/// ```
pub trait Storage<F: Float>: Stored<F> {}

impl<F: Float, S: Stored<F>> Storage<F> for S {}

/// One of the two matrices of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Inputs,
    Targets,
}

/// How many rows are read at a time if they are not in memory.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub rows: usize,
    /// Consecutive rows that are read together.
    pub block: usize,
}

/// What a storage does. It numbers rows from 0 as the data set has them, across all files.
pub trait Stored<F: Float>: Debug + Send + Sync + 'static {
    fn rows(&self) -> usize;

    /// The columns of inputs or targets.
    fn columns(&self, side: Side) -> usize;

    /// The whole matrix, if it is in memory.
    fn in_memory(&self, side: Side) -> Option<Rows<'_, F>>;

    /// `None` if the rows are in memory.
    fn window(&self) -> Option<Window>;

    /// Brings a selection of rows into the order in which this storage keeps it.
    fn arrange(&self, rows: &mut [usize]);

    /// These rows, which exist, in this order.
    fn selected(&self, rows: &[usize]) -> Result<Self>
    where
        Self: Sized;

    /// As [`selected`](Self::selected), with the storage's type erased.
    fn select(&self, rows: &[usize]) -> Result<Arc<dyn Stored<F>>>;

    /// Brings rows into the order in which they are read fastest.
    fn sort(&self, rows: &mut [usize]);

    /// Writes each row in network units to its place, counted in rows, in a row-major matrix.
    /// Without a scale the numbers stay as they are.
    fn read(
        &self,
        side: Side,
        rows: &[usize],
        places: &[u32],
        scale: Option<&Scale>,
        to: &mut [F],
    ) -> Result<()>;
}
