//! The product on processors without vectors that the kernel knows: a few loops, since they are rare, and tiles of single numbers
//! take the compiler longer than all others.

use super::kernel::{DEPTH, Product, blocks};
use super::lanes::Lanes;
use pulp::Simd;

impl<F: Lanes> Product<'_, '_, F> {
    /// Row by row of the result; a block of the right operand serves all of them while it is in cache. The sums are those of the tiles.
    pub(super) fn row_by_row<S: Simd>(self, simd: S) {
        let (rows, columns, depth) = (self.left.rows, self.right.columns, self.left.columns);
        let (_, packed) = self.buffers.split(0, columns.min(DEPTH) * depth.min(DEPTH));
        for block_columns in blocks(columns, DEPTH) {
            for block_depth in blocks(depth, DEPTH) {
                let width = block_columns.len();
                for (k, numbers) in block_depth.clone().zip(packed.chunks_mut(width)) {
                    for (number, column) in numbers.iter_mut().zip(block_columns.clone()) {
                        *number = self.right.at(k, column);
                    }
                }
                for row in 0..rows {
                    let sums = &mut self.result[row * columns..][block_columns.clone()];
                    if block_depth.start == 0 {
                        self.start.write(block_columns.clone(), sums);
                    }
                    let (sums, _) = F::vectors_mut::<S>(sums);
                    for (k, numbers) in block_depth.clone().zip(packed.chunks(width)) {
                        let number = F::splat(simd, self.left.at(row, k));
                        for (sum, &other) in sums.iter_mut().zip(F::vectors::<S>(numbers).0) {
                            *sum = F::multiply_add(simd, number, other, *sum);
                        }
                    }
                }
            }
        }
    }
}
