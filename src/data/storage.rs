//! The storage of a data set's numbers.

use crate::{error::Result, float::Float, matrix::Rows, units::Scale};
use std::fmt::Debug;
use std::sync::Arc;

/// The storage of the rows of a [`Dataset`](crate::Dataset): [`Arrays`](super::Arrays) in memory,
/// or, with the cargo feature `npy`, `NpyFiles`. The trait is sealed.
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

/// The methods of a storage. Rows are numbered from 0 across all files.
pub trait Stored<F: Float>: Debug + Send + Sync + 'static {
    fn rows(&self) -> usize;

    /// The columns of inputs or targets.
    fn columns(&self, side: Side) -> usize;

    /// The whole matrix, if it is in memory.
    fn in_memory(&self, side: Side) -> Option<Rows<'_, F>>;

    /// `None` if the rows are in memory.
    fn window(&self) -> Option<Window>;

    /// Sorts a selection of rows if this storage keeps it in its own order.
    fn arrange(&self, rows: &mut [usize]);

    /// Selects rows that exist, in this order.
    fn selected(&self, rows: &[usize]) -> Result<Self>
    where
        Self: Sized;

    /// As [`selected`](Self::selected), with the storage's type erased.
    fn select(&self, rows: &[usize]) -> Result<Arc<dyn Stored<F>>>;

    /// Sorts rows into the order that is fastest to read.
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
