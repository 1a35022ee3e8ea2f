//! The product on processors whose vectors the kernel does not know. They are rare, so a few loops
//! are enough: tiles of single numbers take longer to compile than all other tiles.

use super::shape::{DEPTH, Start, blocks};
use super::{lanes::Lanes, operand::Operand, packing::Buffers};
use pulp::Simd;

/// Row by row of the result. A block of the right operand serves all rows while it is in cache. The
/// sums are those of the tiles.
pub(super) fn row_by_row<S: Simd, F: Lanes>(
    simd: S,
    left: Operand<'_, F>,
    right: Operand<'_, F>,
    start: Start<'_, F>,
    result: &mut [F],
    buffers: &mut Buffers<F>,
) {
    let (rows, columns, depth) = (left.rows, right.columns, left.columns);
    let (_, packed) = buffers.split(0, columns.min(DEPTH) * depth.min(DEPTH));
    for block_columns in blocks(columns, DEPTH) {
        for block_depth in blocks(depth, DEPTH) {
            let width = block_columns.len();
            for (k, numbers) in block_depth.clone().zip(packed.chunks_mut(width)) {
                for (number, column) in numbers.iter_mut().zip(block_columns.clone()) {
                    *number = right.at(k, column);
                }
            }
            for row in 0..rows {
                let sums = &mut result[row * columns..][block_columns.clone()];
                if block_depth.start == 0 {
                    start.write(block_columns.clone(), sums);
                }
                let (sums, _) = F::vectors_mut::<S>(sums);
                for (k, numbers) in block_depth.clone().zip(packed.chunks(width)) {
                    let number = F::splat(simd, left.at(row, k));
                    for (sum, &other) in sums.iter_mut().zip(F::vectors::<S>(numbers).0) {
                        *sum = F::multiply_add(simd, number, other, *sum);
                    }
                }
            }
        }
    }
}
