//! A matrix that serves batches of any number of rows.

use crate::float::Float;
use ndarray::{Array, Array2, ArrayView2, ArrayViewMut2, Axis, Dimension, Slice};

/// The first `rows` rows of a matrix that grows to the largest batch seen and stays, so that no later batch allocates.
#[derive(Clone, Debug)]
pub(crate) struct Rows<F> {
    rows: usize,
    matrix: Array2<F>,
}

/// Whether so many rows of numbers can be had now: an allocation that fails would end the process.
pub(crate) fn fit_in_memory<F>(rows: usize, columns: usize) -> bool {
    Vec::<F>::new().try_reserve_exact(rows.saturating_mul(columns)).is_ok()
}

/// The same numbers row by row, without a copy where they are so already.
pub(crate) fn row_major<F: Float, D: Dimension>(numbers: Array<F, D>) -> Array<F, D> {
    if numbers.is_standard_layout() { numbers } else { numbers.as_standard_layout().into_owned() }
}

impl<F: Float> Rows<F> {
    /// No rows of this many columns.
    pub(crate) fn new(columns: usize) -> Self {
        Self { rows: 0, matrix: Array2::zeros((0, columns)) }
    }

    pub(crate) fn columns(&self) -> usize {
        self.matrix.ncols()
    }

    /// Makes it so many rows, and gives them to be written; what is in them is left over from another batch.
    pub(crate) fn resize(&mut self, rows: usize) -> ArrayViewMut2<'_, F> {
        if self.matrix.nrows() < rows {
            self.matrix = Array2::zeros((rows, self.matrix.ncols()));
        }
        self.rows = rows;
        self.view_mut()
    }

    /// The same rows in row-major order: the matrix itself if it is so, else a copy here.
    pub(crate) fn row_major<'v>(&'v mut self, matrix: ArrayView2<'v, F>) -> ArrayView2<'v, F> {
        if !matrix.is_standard_layout() {
            if self.columns() != matrix.ncols() {
                *self = Self::new(matrix.ncols());
            }
            self.resize(matrix.nrows()).assign(&matrix);
        }
        self.last_row_major(matrix)
    }

    /// What [`row_major`](Self::row_major) gave for this matrix, if it was given that last.
    pub(crate) fn last_row_major<'v>(&'v self, matrix: ArrayView2<'v, F>) -> ArrayView2<'v, F> {
        if matrix.is_standard_layout() { matrix } else { self.view() }
    }

    pub(crate) fn view(&self) -> ArrayView2<'_, F> {
        self.matrix.slice_axis(Axis(0), Slice::from(..self.rows))
    }

    pub(crate) fn view_mut(&mut self) -> ArrayViewMut2<'_, F> {
        self.matrix.slice_axis_mut(Axis(0), Slice::from(..self.rows))
    }
}
