//! Products with a vector. They read each number of the matrix once, so that packing does not pay.

use super::lanes::{Lanes, load_vectors, store_vectors};
use super::{operand::Operand, shape::Start};
use pulp::Simd;

/// Each row of `left` times `right`.
#[inline(always)]
pub(super) fn rows_times_matrix<S: Simd, F: Lanes>(
    simd: S,
    left: Operand<'_, F>,
    right: Operand<'_, F>,
    start: Start<'_, F>,
    result: &mut [F],
) {
    let columns = right.columns;
    for (row, result) in left.stored_rows().zip(result.chunks_mut(columns)) {
        start.write(0..columns, result);
        let mut column = 0;
        column = vectors::<S, F, 8>(simd, row, right, column, result);
        column = vectors::<S, F, 2>(simd, row, right, column, result);
        vectors::<S, F, 1>(simd, row, right, column, result);
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
                *sum = F::multiply_add(simd, number, vector, *sum);
            }
        }
        store_vectors(simd, &sums, &mut result[column..end]);
        column = end;
    }
    column
}

/// Each row of `left` times a column. Each lane of a vector sums its own numbers of a row, and then
/// the lanes are summed: the order depends only on the number of columns of `left`.
#[inline(always)]
pub(super) fn rows_times_column<S: Simd, F: Lanes>(
    simd: S,
    left: Operand<'_, F>,
    column: &[F],
    start: Start<'_, F>,
    result: &mut [F],
) {
    let (vectors, rest) = F::vectors::<S>(column);
    let rest = F::load(simd, rest);
    for (row, result) in left.stored_rows().zip(result) {
        let (row_vectors, row_rest) = F::vectors::<S>(row);
        let mut sums = F::splat(simd, F::default());
        if !row_rest.is_empty() {
            sums = F::multiply_add(simd, F::load(simd, row_rest), rest, sums);
        }
        for (&numbers, &vector) in row_vectors.iter().zip(vectors) {
            sums = F::multiply_add(simd, numbers, vector, sums);
        }
        let start = match start {
            Start::Zero => F::default(),
            Start::Row(first) => first[0],
            Start::Result => *result,
        };
        *result = start + F::sum_lanes(simd, sums);
    }
}
