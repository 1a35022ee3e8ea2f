//! A tile of the product: a few rows, [`VECTORS`] vectors wide, whose sums stay in registers.

use super::lanes::{Lanes, load_vectors};
use super::shape::{Panel, Start, VECTORS, Vectors};
use pulp::Simd;
use std::borrow::Borrow;

/// What a tile's sums start at, and where they are written.
pub(super) struct Tile<'a, F> {
    pub(super) start: Start<'a, F>,
    /// The tile, from its first row on.
    pub(super) sums: &'a mut [F],
    /// How far apart its rows are.
    pub(super) stride: usize,
}

impl<F: Lanes> Tile<'_, F> {
    /// Adds, for each k, the left operand's numbers in the tile's rows times the right operand's
    /// vectors in its columns. The numbers of the last k are apart, as in the panel.
    #[inline(always)]
    pub(super) fn add_all<'r, S: Simd, const ROWS: usize>(
        &mut self,
        simd: S,
        left: impl IntoIterator<Item: Borrow<[F; ROWS]>>,
        last: &[F; ROWS],
        right: Panel<'r, Vectors<F, S>, impl Iterator<Item = &'r Vectors<F, S>>>,
    ) {
        let mut sums = [[F::splat(simd, F::default()); VECTORS]; ROWS];
        match self.start {
            Start::Zero => {}
            Start::Row(row) => sums = [load_vectors(simd, row); ROWS],
            // `ROWS` steps, here and below: the loop is unrolled and the sums stay in registers.
            Start::Result => {
                for (index, sums) in sums.iter_mut().enumerate() {
                    let row = &self.sums[index * self.stride..];
                    if let Some(row) = F::vectors::<S>(row).0.first_chunk() {
                        *sums = *row;
                    }
                }
            }
        }
        for (vectors, numbers) in right.rows.zip(left) {
            add(simd, numbers.borrow(), vectors, &mut sums);
        }
        add(simd, last, right.last, &mut sums);
        for (index, sums) in sums.iter().enumerate() {
            let row = &mut self.sums[index * self.stride..];
            if let Some(row) = F::vectors_mut::<S>(row).0.first_chunk_mut() {
                *row = *sums;
            }
        }
    }
}

/// Adds the products of one k.
#[inline(always)]
fn add<S: Simd, F: Lanes, const ROWS: usize>(
    simd: S,
    numbers: &[F; ROWS],
    vectors: &Vectors<F, S>,
    sums: &mut [Vectors<F, S>; ROWS],
) {
    for (sums, &number) in sums.iter_mut().zip(numbers) {
        let number = F::splat(simd, number);
        for (sum, &vector) in sums.iter_mut().zip(vectors) {
            F::add_product(simd, [number, vector], sum);
        }
    }
}
