//! The storage of a data set's numbers: its interface, and rows in memory.

use crate::matrix::{Matrix, Rows};
use crate::units::{Scale, Units};
use crate::{error::Result, float::Float, threads::Threads};
use ndarray::Axis;
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
pub trait Storage<F: Float>: Stored<F> {
    /// Selects rows that exist, in this order.
    #[doc(hidden)]
    fn selected(&self, rows: &[usize]) -> Result<Arc<Self>>;
}

/// One of the two matrices of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Inputs,
    Targets,
}

impl Side {
    pub(crate) const BOTH: &[Self] = &[Self::Inputs, Self::Targets];
}

/// Something of the inputs, and the same of the targets.
#[derive(Clone, Debug, Default)]
pub struct Sides<T> {
    pub(crate) inputs: T,
    pub(crate) targets: T,
}

/// The scales that bring rows to network units, if there are any.
pub type Scales = Sides<Option<Scale>>;

impl<T> Sides<T> {
    pub(super) fn side(&self, side: Side) -> &T {
        match side {
            Side::Inputs => &self.inputs,
            Side::Targets => &self.targets,
        }
    }

    pub(super) fn side_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Inputs => &mut self.inputs,
            Side::Targets => &mut self.targets,
        }
    }
}

impl Scales {
    pub(crate) fn of(units_in: &Units, units_out: &Units) -> Result<Self> {
        Ok(Self { inputs: units_in.measured()?.cloned(), targets: units_out.measured()?.cloned() })
    }
}

/// How many rows are read at a time if they are not in memory.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub rows: usize,
    /// Consecutive rows that are read together.
    pub block: usize,
}

/// The methods of a storage whose type is erased. Rows are numbered from 0 across all files.
pub trait Stored<F: Float>: Send + Sync + 'static {
    fn rows(&self) -> usize;

    /// The columns of inputs or targets.
    fn columns(&self, side: Side) -> usize;

    /// The whole matrix, if it is in memory.
    fn in_memory(&self, _side: Side) -> Option<Rows<'_, F>> {
        None
    }

    /// `None` if the rows are in memory.
    fn window(&self) -> Option<Window> {
        None
    }

    /// Sorts a selection of rows if this storage keeps it in its own order.
    fn arrange(&self, _rows: &mut [usize]) {}

    /// As [`Storage::selected`].
    fn select(&self, rows: &[usize]) -> Result<Arc<dyn Stored<F>>>;

    /// Replaces these sides of `to` by these rows, in network units. Without a scale the numbers
    /// stay as they are.
    fn read(
        &self,
        sides: &[Side],
        rows: &[usize],
        scales: &Scales,
        to: &mut Sides<Matrix<F>>,
        threads: Threads,
    ) -> Result<()>;
}

impl<F: Float> Storage<F> for dyn Stored<F> {
    fn selected(&self, rows: &[usize]) -> Result<Arc<Self>> {
        self.select(rows)
    }
}

/// Gathering a number of a row that is not in cache takes as long as this many multiplications.
const COST: usize = 16;

/// The rows of a [`Dataset`](crate::Dataset) in memory: the default storage.
///
/// ```
/// use densely::{Dataset, data::Arrays};
/// use ndarray::array;
///
/// let data: Dataset<f32, Arrays<f32>> = Dataset::regression(array![[0.0], [1.0]], [5.0, 6.0])?;
/// let same: Dataset<f32> = data;
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Arrays<F>(pub(super) Sides<Matrix<F>>);

impl<F: Float> Storage<F> for Arrays<F> {
    fn selected(&self, rows: &[usize]) -> Result<Arc<Self>> {
        let of = |matrix: &Matrix<F>| Matrix::of(matrix.view().select(Axis(0), rows));
        let Sides { inputs, targets } = &self.0;
        Ok(Arc::new(Self(Sides { inputs: of(inputs), targets: of(targets) })))
    }
}

impl<F: Float> Stored<F> for Arrays<F> {
    fn rows(&self) -> usize {
        self.0.inputs.rows()
    }

    fn columns(&self, side: Side) -> usize {
        self.0.side(side).columns()
    }

    fn in_memory(&self, side: Side) -> Option<Rows<'_, F>> {
        Some(self.0.side(side).as_rows())
    }

    fn select(&self, rows: &[usize]) -> Result<Arc<dyn Stored<F>>> {
        Ok(self.selected(rows)?)
    }

    fn read(
        &self,
        sides: &[Side],
        rows: &[usize],
        scales: &Scales,
        to: &mut Sides<Matrix<F>>,
        threads: Threads,
    ) -> Result<()> {
        for &side in sides {
            let (from, scale) = (self.0.side(side), scales.side(side).as_ref());
            let (numbers, columns) = (from.numbers(), from.columns());
            let length = threads.length(rows.len(), 1, COST * rows.len() * columns);
            let to = to.side_mut(side).reshape(rows.len(), columns).numbers_mut();
            let parts = rows.chunks(length).zip(to.chunks_mut(length * columns));
            threads.each(parts, &|(rows, to)| {
                for (&row, to) in rows.iter().zip(to.chunks_exact_mut(columns)) {
                    to.copy_from_slice(&numbers[row * columns..][..columns]);
                }
                if let Some(scale) = scale {
                    scale.rows_to_network(to);
                }
            });
        }
        Ok(())
    }
}
