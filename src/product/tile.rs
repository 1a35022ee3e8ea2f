//! A tile of the product: the sums that stay in registers.

use super::kernel::{Block, Panel, Region, Start, VECTORS, Vectors};
use super::lanes::Lanes;
use pulp::Simd;
use std::borrow::Borrow;
use std::ops::Range;

/// A few rows and vectors of the result.
pub(super) struct Tile<'a, 'b, F> {
    pub(super) block: &'a Block<'b, F>,
    pub(super) rows: Range<usize>,
    pub(super) columns: Range<usize>,
}

impl<F: Lanes> Tile<'_, '_, F> {
    /// What the sums start at; those of rows that the tile does not have, at anything.
    #[inline(always)]
    pub(super) fn first_sums<S: Simd, const TILE: usize>(
        &self,
        simd: S,
        result: &mut Region<'_, F>,
    ) -> [Vectors<F, S>; TILE] {
        let mut sums = [[F::splat(simd, F::default()); VECTORS]; TILE];
        match self.block.start {
            Start::Zero => {}
            Start::Row(row) => {
                let first = self.block.first_column;
                let row = &row[first + self.columns.start..first + self.columns.end];
                sums = [load(simd, row); TILE];
            }
            Start::Result => {
                for (index, sums) in sums.iter_mut().enumerate() {
                    if index < self.rows.len() {
                        *sums = load(simd, self.row(index, result));
                    }
                }
            }
        }
        sums
    }

    #[inline(always)]
    pub(super) fn store<S: Simd, const TILE: usize>(
        &self,
        simd: S,
        sums: &[Vectors<F, S>; TILE],
        result: &mut Region<'_, F>,
    ) {
        // All rows that a tile can have, so that the loop is unrolled and the sums never leave their registers.
        for (index, sums) in sums.iter().enumerate() {
            if index < self.rows.len() {
                store(simd, sums, self.row(index, result));
            }
        }
    }

    /// One of the tile's rows in the result.
    #[inline(always)]
    fn row<'r>(&self, index: usize, result: &'r mut Region<'_, F>) -> &'r mut [F] {
        let row = self.block.first_row + self.rows.start + index;
        let start = row * result.stride + self.block.first_column;
        &mut result.elements[start + self.columns.start..start + self.columns.end]
    }
}

/// For each k, the left operand's numbers in the tile's rows times the right operand's vectors in its columns; those of the last k apart.
#[inline(always)]
pub(super) fn add_all<'r, S: Simd, F: Lanes, const TILE: usize>(
    simd: S,
    left: impl IntoIterator<Item: Borrow<[F; TILE]>>,
    last: &[F; TILE],
    right: Panel<'r, Vectors<F, S>, impl Iterator<Item = &'r Vectors<F, S>>>,
    sums: &mut [Vectors<F, S>; TILE],
) {
    for (vectors, numbers) in right.rows.zip(left) {
        add(simd, numbers.borrow(), vectors, sums);
    }
    add(simd, last, right.last, sums);
}

/// One k.
#[inline(always)]
fn add<S: Simd, F: Lanes, const TILE: usize>(
    simd: S,
    numbers: &[F; TILE],
    vectors: &Vectors<F, S>,
    sums: &mut [Vectors<F, S>; TILE],
) {
    for (sums, &number) in sums.iter_mut().zip(numbers) {
        let number = F::splat(simd, number);
        for (sum, &vector) in sums.iter_mut().zip(vectors) {
            *sum = F::multiply_add(simd, number, vector, *sum);
        }
    }
}

/// So many vectors of the numbers of a row, with 0 behind its end.
#[inline(always)]
pub(super) fn load<S: Simd, F: Lanes, const VECTORS: usize>(
    simd: S,
    row: &[F],
) -> [F::Vector<S>; VECTORS] {
    let mut vectors = [F::splat(simd, F::default()); VECTORS];
    let lanes = F::count::<S>();
    for (index, vector) in vectors.iter_mut().enumerate() {
        if let Some(part) = row.get(index * lanes..) {
            *vector = F::load(simd, part);
        }
    }
    vectors
}

/// As many of the vectors' numbers as the row has room for.
#[inline(always)]
pub(super) fn store<S: Simd, F: Lanes, const VECTORS: usize>(
    simd: S,
    vectors: &[F::Vector<S>; VECTORS],
    row: &mut [F],
) {
    let lanes = F::count::<S>();
    for (index, &vector) in vectors.iter().enumerate() {
        if let Some(part) = row.get_mut(index * lanes..) {
            F::store(simd, part, vector);
        }
    }
}

/// The numbers of all rows in one column.
#[inline(always)]
pub(super) fn numbers_at<F: Lanes, const ROWS: usize>(
    rows: &[&[F]; ROWS],
    column: usize,
) -> [F; ROWS] {
    let mut numbers = [F::default(); ROWS];
    for (number, row) in numbers.iter_mut().zip(rows) {
        *number = row[column];
    }
    numbers
}
