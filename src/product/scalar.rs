//! The product on processors whose vectors the kernel does not know. They are rare, so a few loops
//! are enough: tiles of single numbers take longer to compile than all other tiles.

use super::shape::{DEPTH, blocks};
use super::{lanes::Lanes, operand::Product, packing::Buffers};
use pulp::Simd;

impl<F: Lanes> Product<'_, F> {
    /// Row by row of the result. A block of the right operand serves all rows while it is in cache.
    /// The sums are those of the tiles.
    pub(super) fn row_by_row<S: Simd>(self, simd: S, result: &mut [F], buffers: &mut Buffers<F>) {
        let Self { left, right, start } = self;
        let (columns, depth) = (right.columns, left.columns);
        let packed = buffers.split(0, columns.min(DEPTH) * depth.min(DEPTH), 0).panel;
        for block in blocks(columns, DEPTH) {
            for along in blocks(depth, DEPTH) {
                for (k, numbers) in along.clone().zip(packed.chunks_mut(block.len())) {
                    for (number, column) in numbers.iter_mut().zip(block.clone()) {
                        *number = right.at(k, column);
                    }
                }
                for (row, result) in result.chunks_mut(columns).enumerate() {
                    let sums = &mut result[block.clone()];
                    if along.start == 0 {
                        start.columns(block.clone()).write(sums);
                    }
                    let (sums, _) = F::vectors_mut::<S>(sums);
                    for (k, numbers) in along.clone().zip(packed.chunks(block.len())) {
                        let number = F::splat(simd, left.at(row, k));
                        for (sum, &other) in sums.iter_mut().zip(F::vectors::<S>(numbers).0) {
                            F::add_product(simd, [number, other], sum);
                        }
                    }
                }
            }
        }
    }
}
