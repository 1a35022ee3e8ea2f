//! Row-major matrices, whose numbers are always one slice.

use crate::number::Number;
use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};
use std::ops::Range;

/// A row-major matrix with a fixed number of columns. The number of rows may change from batch to
/// batch: memory grows to the largest batch and stays, so that later batches allocate nothing.
#[derive(Clone, Debug, Default)]
pub struct Matrix<F> {
    numbers: Vec<F>,
    rows: usize,
    columns: usize,
}

/// Consecutive rows of a row-major matrix.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'m, F> {
    numbers: &'m [F],
    rows: usize,
    columns: usize,
}

/// Whether `rows × columns` numbers can be allocated: a failed allocation would end the process.
pub(crate) fn fit_in_memory<F>(rows: usize, columns: usize) -> bool {
    Vec::<F>::new().try_reserve_exact(rows.saturating_mul(columns)).is_ok()
}

impl<F: Number> Matrix<F> {
    /// A matrix without rows.
    pub(crate) fn new(columns: usize) -> Self {
        Self { numbers: Vec::new(), rows: 0, columns }
    }

    /// A matrix of zeros.
    pub(crate) fn zeros(rows: usize, columns: usize) -> Self {
        Self { numbers: vec![F::zero(); rows * columns], rows, columns }
    }

    /// The numbers of an array, in row-major order.
    pub(crate) fn of(array: Array2<F>) -> Self {
        let (rows, columns) = array.dim();
        let numbers = if array.is_standard_layout() {
            let (mut numbers, offset) = array.into_raw_vec_and_offset();
            numbers.drain(..offset.unwrap_or(0));
            numbers.truncate(rows * columns);
            numbers
        } else {
            // Follows the logical order, whatever the array's layout.
            array.into_iter().collect()
        };
        Self { numbers, rows, columns }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    /// Sets the number of rows. They hold arbitrary numbers of earlier batches.
    pub(crate) fn resize(&mut self, rows: usize) -> &mut Self {
        if self.numbers.len() < rows * self.columns {
            self.numbers = vec![F::zero(); rows * self.columns];
        }
        self.rows = rows;
        self
    }

    /// As [`resize`](Self::resize), for another number of columns.
    pub(crate) fn reshape(&mut self, rows: usize, columns: usize) -> &mut Self {
        self.columns = columns;
        self.resize(rows)
    }

    pub(crate) fn numbers(&self) -> &[F] {
        &self.numbers[..self.rows * self.columns]
    }

    pub(crate) fn numbers_mut(&mut self) -> &mut [F] {
        &mut self.numbers[..self.rows * self.columns]
    }

    pub(crate) fn as_rows(&self) -> Rows<'_, F> {
        Rows { numbers: self.numbers(), rows: self.rows, columns: self.columns }
    }

    pub(crate) fn view(&self) -> ArrayView2<'_, F> {
        self.as_rows().view()
    }

    pub(crate) fn view_mut(&mut self) -> ArrayViewMut2<'_, F> {
        let shape = (self.rows, self.columns);
        ArrayViewMut1::from(self.numbers_mut())
            .into_shape_with_order(shape)
            .unwrap_or_else(|_| unreachable!("the slice has rows × columns numbers"))
    }

    /// The array as rows: the array's own memory if it is row-major, else a copy in this matrix.
    pub(crate) fn row_major<'m>(&'m mut self, array: ArrayView2<'m, F>) -> Rows<'m, F> {
        let (rows, columns) = array.dim();
        if let Some(numbers) = array.to_slice() {
            return Rows { numbers, rows, columns };
        }
        self.reshape(rows, columns).view_mut().assign(&array);
        self.as_rows()
    }
}

impl<'m, F: Number> Rows<'m, F> {
    pub(crate) fn rows(self) -> usize {
        self.rows
    }

    pub(crate) fn columns(self) -> usize {
        self.columns
    }

    pub(crate) fn numbers(self) -> &'m [F] {
        self.numbers
    }

    pub(crate) fn slice(self, rows: Range<usize>) -> Self {
        let numbers = &self.numbers[rows.start * self.columns..rows.end * self.columns];
        Self { numbers, rows: rows.len(), columns: self.columns }
    }

    pub(crate) fn view(self) -> ArrayView2<'m, F> {
        ArrayView1::from(self.numbers)
            .into_shape_with_order((self.rows, self.columns))
            .unwrap_or_else(|_| unreachable!("the slice has rows × columns numbers"))
    }
}

impl<F: Number> PartialEq for Matrix<F> {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}
