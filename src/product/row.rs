//! Products with a vector. They read each number of the matrix once, so that packing does not pay.

use super::lanes::{Lanes, load_vectors, store_vectors};
use super::operand::{Operand, Product};
use pulp::Simd;

impl<F: Lanes> Product<'_, F> {
    /// Each row of the left operand times the right one.
    #[inline(always)]
    pub(super) fn rows_times_matrix<S: Simd>(self, simd: S, result: &mut [F]) {
        let Self { left, right, start } = self;
        for (row, result) in left.stored_rows().zip(result.chunks_mut(right.columns)) {
            start.write(result);
            let mut column = 0;
            column = vectors::<S, F, 8>(simd, row, right, column, result);
            column = vectors::<S, F, 2>(simd, row, right, column, result);
            vectors::<S, F, 1>(simd, row, right, column, result);
        }
    }

    /// Each row of the left operand times a column. Each lane of a vector sums its own numbers of a
    /// row, and then the lanes are summed: the order depends only on the length of a row.
    #[inline(always)]
    pub(super) fn rows_times_column<S: Simd>(self, simd: S, column: &[F], result: &mut [F]) {
        let (vectors, rest) = F::vectors::<S>(column);
        let rest = F::load(simd, rest);
        for (row, result) in self.left.stored_rows().zip(result) {
            let (row_vectors, row_rest) = F::vectors::<S>(row);
            let mut sums = F::splat(simd, F::default());
            if !row_rest.is_empty() {
                F::add_product(simd, [F::load(simd, row_rest), rest], &mut sums);
            }
            for (&numbers, &vector) in row_vectors.iter().zip(vectors) {
                F::add_product(simd, [numbers, vector], &mut sums);
            }
            self.start.write(std::slice::from_mut(result));
            *result += F::sum_lanes(simd, sums);
        }
    }
}

/// Computes the columns from `column` on, `VECTORS` vectors of sums at a time, which stay in
/// registers. Returns the first column that is left; with `VECTORS` = 1 none is.
#[inline(always)]
fn vectors<S: Simd, F: Lanes, const VECTORS: usize>(
    simd: S,
    row: &[F],
    right: Operand<'_, F>,
    mut column: usize,
    result: &mut [F],
) -> usize {
    let lanes = F::count::<S>();
    while column + VECTORS * lanes <= right.columns || (VECTORS == 1 && column < right.columns) {
        let end = right.columns.min(column + VECTORS * lanes);
        let mut sums: [F::Vector<S>; VECTORS] = load_vectors(simd, &result[column..end]);
        for (&number, stored) in row.iter().zip(right.columns(column..end).stored_rows()) {
            let number = F::splat(simd, number);
            let vectors: [F::Vector<S>; VECTORS] = load_vectors(simd, stored);
            for (sum, &vector) in sums.iter_mut().zip(&vectors) {
                F::add_product(simd, [number, vector], sum);
            }
        }
        store_vectors(simd, &sums, &mut result[column..end]);
        column = end;
    }
    column
}
