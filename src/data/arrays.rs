//! Rows in memory.

use super::storage::{Side, Stored, Window};
use crate::matrix::{Matrix, Rows};
use crate::{elementary::vectorized, error::Result, float::Float, units::Scale};
use ndarray::Axis;
use std::sync::Arc;

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
pub struct Arrays<F> {
    pub(super) inputs: Matrix<F>,
    pub(super) targets: Matrix<F>,
}

impl<F: Float> Arrays<F> {
    fn side(&self, side: Side) -> &Matrix<F> {
        match side {
            Side::Inputs => &self.inputs,
            Side::Targets => &self.targets,
        }
    }
}

impl<F: Float> Stored<F> for Arrays<F> {
    fn rows(&self) -> usize {
        self.inputs.rows()
    }

    fn columns(&self, side: Side) -> usize {
        self.side(side).columns()
    }

    fn in_memory(&self, side: Side) -> Option<Rows<'_, F>> {
        Some(self.side(side).as_rows())
    }

    fn window(&self) -> Option<Window> {
        None
    }

    fn arrange(&self, _: &mut [usize]) {}

    fn selected(&self, rows: &[usize]) -> Result<Self> {
        let of = |matrix: &Matrix<F>| Matrix::of(matrix.view().select(Axis(0), rows));
        Ok(Self { inputs: of(&self.inputs), targets: of(&self.targets) })
    }

    fn select(&self, rows: &[usize]) -> Result<Arc<dyn Stored<F>>> {
        Ok(Arc::new(self.selected(rows)?))
    }

    fn sort(&self, _: &mut [usize]) {}

    fn read(
        &self,
        side: Side,
        rows: &[usize],
        places: &[u32],
        scale: Option<&Scale>,
        to: &mut [F],
    ) -> Result<()> {
        let (from, columns) = (self.side(side).numbers(), self.columns(side));
        let pairs = rows.iter().zip(places);
        vectorized(move || {
            for (&row, &place) in pairs {
                copy_row(from, row, scale, &mut to[place as usize * columns..][..columns]);
            }
        });
        Ok(())
    }
}

/// Copies one row of a row-major matrix, in network units if there is a scale.
#[inline(always)]
pub(super) fn copy_row<F: Float>(from: &[F], row: usize, scale: Option<&Scale>, to: &mut [F]) {
    let from = &from[row * to.len()..][..to.len()];
    match scale {
        Some(scale) => scale.row_to_network(from, to),
        None => to.copy_from_slice(from),
    }
}
