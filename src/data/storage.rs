//! Where the numbers of a data set are.

use super::examples::Examples;
use super::standardizer::Scale;
use crate::error::Result;
use crate::float::Float;
use ndarray::ArrayView2;
use std::borrow::Cow;
use std::fmt::Debug;

/// Where the rows of a [`Dataset`](crate::data::Dataset) are: [`Arrays`](crate::data::Arrays) in memory, or, with the cargo feature `npy`, `NpyFiles`. Sealed: there are no others.
///
/// ```
/// use densely::{Dataset, Float, data::{Standardizer, Storage}};
/// use ndarray::array;
///
/// /// Of data in memory and in files.
/// fn scaled<F: Float, S: Storage<F>>(data: &Dataset<F, S>) -> densely::Result<Dataset<F, S>> {
///     Standardizer::fit(data)?.apply(data)
/// }
/// let data = Dataset::regression(array![[100.0], [300.0]], [7.0, 9.0])?;
/// assert_eq!(scaled(&data)?.inputs(), array![[-1.0], [1.0]]);
/// # Ok::<(), densely::Error>(())
/// ```
pub trait Storage<F: Float>: Stored<F> {}

impl<F: Float, S: Stored<F>> Storage<F> for S {}

/// Which of the two matrices of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matrix {
    Inputs,
    Targets,
}

impl Matrix {
    pub(crate) fn columns<F: Float>(self, data: &(dyn Examples<F> + '_)) -> usize {
        match self {
            Self::Inputs => data.features(),
            Self::Targets => data.outputs(),
        }
    }
}

/// How many rows are read at a time where they are not in memory.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub rows: usize,
    /// Rows that follow each other, and are read together.
    pub block: usize,
}

/// What a storage does. Rows are numbered from 0 as the data set has them, whatever files they are in.
pub trait Stored<F: Float>: Clone + Debug + Send + Sync + 'static {
    fn rows(&self) -> usize;

    fn features(&self) -> usize;

    fn outputs(&self) -> usize;

    /// Inputs and targets, where they are in memory.
    fn in_memory(&self) -> Option<(ArrayView2<'_, F>, ArrayView2<'_, F>)>;

    fn window(&self) -> Window;

    /// The order in which a selection of these rows is kept.
    fn arranged<'r>(&self, rows: &'r [usize]) -> Cow<'r, [usize]>;

    /// These rows, which exist, in this order.
    fn selected(&self, rows: &[usize]) -> Result<Self>;

    /// Brings rows into the order in which they are best read.
    fn sort(&self, rows: &mut [usize]);

    /// Writes each of these rows to its place, counted in rows, in a row-major matrix.
    fn read(&self, matrix: Matrix, rows: &[usize], places: &[u32], to: &mut [F]) -> Result<()>;

    /// The same rows, standardised.
    fn scaled(&self, features: &Scale, targets: Option<&Scale>) -> Result<Self>;
}
