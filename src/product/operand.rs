//! A matrix as a product reads it.

use super::shape::Start;
use crate::number::Number;
use std::{ops::Range, slice::ChunksExact};

/// A part of a row-major matrix, or of the transpose of one.
#[derive(Clone, Copy, Debug)]
pub struct Operand<'a, F> {
    /// The stored matrix, from the part's first row on.
    elements: &'a [F],
    /// The columns of the stored matrix.
    stride: usize,
    /// The stored column at which the part begins.
    first: usize,
    pub(super) transposed: bool,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// start + A·B.
#[derive(Clone, Copy, Debug)]
pub struct Product<'a, F> {
    pub(super) left: Operand<'a, F>,
    pub(super) right: Operand<'a, F>,
    pub(super) start: Start<'a, F>,
}

impl<F: Number> Operand<'_, F> {
    pub(super) fn at(&self, row: usize, column: usize) -> F {
        let (row, column) = if self.transposed { (column, row) } else { (row, column) };
        self.elements[row * self.stride + self.first + column]
    }

    pub(super) fn is_zero(self) -> bool {
        self.stored_rows().all(|row| row.iter().all(|number| number.is_zero()))
    }

    pub(super) fn is_finite(self) -> bool {
        self.stored_rows().all(|row| row.iter().all(|number| number.is_finite()))
    }
}

impl<'a, F> Operand<'a, F> {
    /// A matrix of this shape.
    pub(super) fn row_major(elements: &'a [F], (rows, columns): (usize, usize)) -> Self {
        Self { elements, stride: columns, first: 0, transposed: false, rows, columns }
    }

    pub(super) fn transpose(self) -> Self {
        Self { transposed: !self.transposed, rows: self.columns, columns: self.rows, ..self }
    }

    /// The part with these rows only.
    #[inline(always)]
    pub(super) fn rows(self, rows: Range<usize>) -> Self {
        let count = rows.len();
        if self.transposed {
            Self { first: self.first + rows.start, rows: count, ..self }
        } else {
            Self { elements: &self.elements[rows.start * self.stride..], rows: count, ..self }
        }
    }

    /// The part with these columns only.
    #[inline(always)]
    pub(super) fn columns(self, columns: Range<usize>) -> Self {
        self.transpose().rows(columns).transpose()
    }

    /// The numbers, if the stored matrix is a single column.
    pub(super) fn lone_column(self) -> Option<&'a [F]> {
        let alone = self.stride == 1 && !self.transposed;
        alone.then(|| &self.elements[..self.rows])
    }

    /// The part's rows of the stored matrix.
    #[inline(always)]
    pub(super) fn stored_rows(self) -> impl Iterator<Item = &'a [F]> + Clone {
        let (rows, columns) =
            if self.transposed { (self.columns, self.rows) } else { (self.rows, self.columns) };
        let stored = self.elements.chunks(self.stride).take(rows);
        stored.map(move |row| &row[self.first..self.first + columns])
    }

    /// The stored rows from the part's first column on: all but the last as full strides (no bounds
    /// checks), and the last row, which may be shorter.
    #[inline(always)]
    pub(super) fn strided_rows(self) -> (ChunksExact<'a, F>, &'a [F]) {
        let rows = if self.transposed { self.columns } else { self.rows };
        let elements = &self.elements[self.first..];
        let (before, last) = elements.split_at((rows - 1) * self.stride);
        (before.chunks_exact(self.stride), last)
    }

    /// `COUNT` stored rows from `row` on. Behind the part's last row, that row is repeated.
    #[inline(always)]
    pub(super) fn row_slices<const COUNT: usize>(self, row: usize) -> [&'a [F]; COUNT] {
        let (rows, columns) =
            if self.transposed { (self.columns, self.rows) } else { (self.rows, self.columns) };
        let mut slices = [&[][..]; COUNT];
        for (index, slice) in slices.iter_mut().enumerate() {
            let start = (row + index).min(rows - 1) * self.stride + self.first;
            *slice = &self.elements[start..start + columns];
        }
        slices
    }
}
