//! A block of the product and its tiles: the sums that stay in registers.

use super::lanes::{Lanes, load_vectors, store_vectors};
use super::operand::Operand;
use super::shape::{Panel, Start, VECTORS, Vectors};
use pulp::Simd;
use std::{borrow::Borrow, ops::Range};

/// A part of the product whose operands fit into the second cache.
pub(super) struct Block<'a, F> {
    pub(super) left: Operand<'a, F>,
    pub(super) right: Operand<'a, F>,
    pub(super) start: Start<'a, F>,
    /// The columns of the whole result.
    pub(super) stride: usize,
}

/// A few rows of a block, [`VECTORS`] vectors wide or less.
pub(super) struct Tile<'a, 'b, F> {
    pub(super) block: &'a Block<'b, F>,
    pub(super) rows: Range<usize>,
    pub(super) columns: Range<usize>,
}

impl<F: Lanes> Tile<'_, '_, F> {
    /// The start of the sums; arbitrary in rows that the tile does not have.
    #[inline(always)]
    pub(super) fn first_sums<S: Simd, const TILE: usize>(
        &self,
        simd: S,
        result: &mut [F],
    ) -> [Vectors<F, S>; TILE] {
        let mut sums = [[F::splat(simd, F::default()); VECTORS]; TILE];
        match self.block.start {
            Start::Zero => {}
            Start::Row(row) => {
                sums = [load_vectors(simd, &row[self.columns.clone()]); TILE];
            }
            Start::Result => {
                for (index, sums) in sums.iter_mut().enumerate() {
                    if index < self.rows.len() {
                        *sums = load_vectors(simd, self.row(index, result));
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
        result: &mut [F],
    ) {
        // Loops over all `TILE` rows: the loop is unrolled and the sums stay in registers.
        for (index, sums) in sums.iter().enumerate() {
            if index < self.rows.len() {
                store_vectors(simd, sums, self.row(index, result));
            }
        }
    }

    /// One of the tile's rows in the result.
    #[inline(always)]
    fn row<'r>(&self, index: usize, result: &'r mut [F]) -> &'r mut [F] {
        &mut result[(self.rows.start + index) * self.block.stride..][self.columns.clone()]
    }
}

/// Adds, for each k, the left operand's numbers in the tile's rows times the right operand's
/// vectors in its columns. The numbers of the last k are apart, as in the panel.
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

/// Adds the products of one k.
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
            F::add_product(simd, [number, vector], sum);
        }
    }
}
