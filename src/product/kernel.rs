//! The product of two matrices, for any instruction set.
//!
//! Every element of C is one sum, Σ_k a_ik b_kj. Fused multiply-adds sum it in the order of k, from
//! the element's start value. Hence it has the same bits in any block, tile, vector or thread.
//!
//! The sums of a tile (a few rows, a few vectors wide) stay in registers while k runs over a block
//! of `DEPTH`. Operands are copied into the order of that loop (Goto and van de Geijn 2008), unless
//! they are used too few times to pay for the copy.

use super::lanes::{Lanes, numbers_at};
use super::operand::{Operand, Product};
use super::packing::{Buffers, pack_left, pack_right};
use super::shape::{DEPTH, FEW, Panel, Start, VECTORS, Vectors, blocks, tiles};
use super::tile::{Block, Tile, add_all};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Writes a product, row-major.
pub(super) struct Multiplication<'a, 'b, F> {
    pub(super) product: Product<'a, F>,
    pub(super) result: &'b mut [F],
    pub(super) buffers: &'b mut Buffers<F>,
}

/// Bytes of a packed block of one operand. The second cache holds those of both.
const BLOCK: usize = 512 << 10;

/// With this many columns, the left operand's numbers are used often enough to pay for packing.
const COLUMNS_THAT_PAY: usize = 96;

/// Up to this many rows of the result are computed one by one, without packing.
const FEW_ROWS: usize = 3;

impl<F: Lanes> WithSimd for Multiplication<'_, '_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { product, result, buffers } = self;
        let Product { left, right, start } = product;
        let rows_of_result = match right.lone_column() {
            Some(column) if !left.transposed => {
                return product.rows_times_column(simd, column, result);
            }
            // The same sums, as a row times the stored matrix.
            Some(column) if !matches!(start, Start::Row(_)) => {
                let row = Operand::row_major(column, (1, column.len()));
                Some(Product { left: row, right: left.transpose(), start })
            }
            _ if left.rows <= FEW_ROWS && !left.transposed && !right.transposed => Some(product),
            _ => None,
        };
        if let Some(product) = rows_of_result {
            product.rows_times_matrix(simd, result);
        } else if S::IS_SCALAR {
            product.row_by_row(simd, result, buffers);
        } else if S::REGISTER_COUNT >= 32 {
            product.by_blocks::<S, 8>(simd, result, buffers);
        } else {
            product.by_blocks::<S, 6>(simd, result, buffers);
        }
    }
}

impl<F: Lanes> Product<'_, F> {
    /// Block by block, in tiles of `TILE` rows.
    #[inline(always)]
    fn by_blocks<S: Simd, const TILE: usize>(
        self,
        simd: S,
        result: &mut [F],
        buffers: &mut Buffers<F>,
    ) {
        let (rows, stride, depth) = (self.left.rows, self.right.columns, self.left.columns);
        let panel = VECTORS * F::count::<S>();
        let most = BLOCK / (DEPTH * size_of::<F>());
        let left = rows.min(most).next_multiple_of(TILE) * depth.min(DEPTH);
        let right = stride.min(most).next_multiple_of(panel) * depth.min(DEPTH);
        let (packed_left, packed_right) = buffers.split(left, right);
        for columns in blocks(stride, most) {
            for rows in blocks(rows, most) {
                for depth in blocks(depth, DEPTH) {
                    let start = if depth.start == 0 { self.start } else { Start::Result };
                    let block = Block {
                        left: self.left.rows(rows.clone()).columns(depth.clone()),
                        right: self.right.rows(depth).columns(columns.clone()),
                        start: start.columns(columns.clone()),
                        stride,
                    };
                    let result = &mut result[rows.start * stride + columns.start..];
                    block.multiply::<S, TILE>(simd, packed_left, packed_right, result);
                }
            }
        }
    }
}

impl<F: Lanes> Block<'_, F> {
    #[inline(always)]
    fn multiply<S: Simd, const TILE: usize>(
        &self,
        simd: S,
        packed_left: &mut [F],
        packed_right: &mut [F],
        result: &mut [F],
    ) {
        let (columns, depth, lanes) = (self.right.columns, self.left.columns, F::count::<S>());
        let mut left = if columns >= COLUMNS_THAT_PAY {
            for (row, few) in tiles::<TILE>(self.left.rows) {
                let packed = &mut packed_left[row * depth..];
                if few {
                    pack_left::<F, FEW>(self.left, row, &mut packed[..FEW * depth]);
                } else {
                    pack_left::<F, TILE>(self.left, row, &mut packed[..TILE * depth]);
                }
            }
            Left::Packed(packed_left)
        } else {
            Left::InPlace(packed_left)
        };
        let whole_panels = columns.is_multiple_of(VECTORS * lanes) && !self.right.transposed;
        if whole_panels && columns < COLUMNS_THAT_PAY {
            for columns in blocks(columns, VECTORS * lanes) {
                let (rows, last) = self.right.columns(columns.clone()).strided_rows();
                let panel = rows.map_while(|row| F::vectors::<S>(row).0.first_chunk::<VECTORS>());
                if let Some(last) = F::vectors::<S>(last).0.first_chunk::<VECTORS>() {
                    let panel = Panel { rows: panel, last };
                    self.panel::<S, TILE>(simd, &mut left, panel, columns, result);
                }
            }
            return;
        }
        pack_right::<S, F>(self.right, packed_right);
        let packed_panels = packed_right.chunks(VECTORS * lanes * depth);
        for (columns, packed) in blocks(columns, VECTORS * lanes).zip(packed_panels) {
            let (panel, _) = F::vectors::<S>(packed).0.as_chunks::<VECTORS>();
            if let Some((last, rows)) = panel[..depth].split_last() {
                let panel = Panel { rows: rows.iter(), last };
                self.panel::<S, TILE>(simd, &mut left, panel, columns, result);
            }
        }
    }

    /// These columns of the block, tile by tile.
    #[inline(always)]
    fn panel<'r, S: Simd, const TILE: usize>(
        &self,
        simd: S,
        left: &mut Left<'_, F>,
        right: Panel<'r, Vectors<F, S>, impl Iterator<Item = &'r Vectors<F, S>> + Clone>,
        columns: Range<usize>,
        result: &mut [F],
    ) {
        for (row, few) in tiles::<TILE>(self.left.rows) {
            let (right, columns) = (right.clone(), columns.clone());
            if few {
                self.tile::<S, FEW>(simd, left, right, row, columns, result);
            } else {
                self.tile::<S, TILE>(simd, left, right, row, columns, result);
            }
        }
    }

    /// The tile that begins at `row`.
    #[inline(always)]
    fn tile<'r, S: Simd, const TILE: usize>(
        &self,
        simd: S,
        left: &mut Left<'_, F>,
        right: Panel<'r, Vectors<F, S>, impl Iterator<Item = &'r Vectors<F, S>>>,
        row: usize,
        columns: Range<usize>,
        result: &mut [F],
    ) {
        let depth = self.left.columns;
        let tile = Tile { block: self, rows: row..self.left.rows.min(row + TILE), columns };
        let packed = match left {
            Left::Packed(packed) => Some(&packed[row * depth..]),
            Left::InPlace(buffer) if self.left.transposed && tile.rows.len() < TILE => {
                pack_left::<F, TILE>(self.left, row, &mut buffer[..TILE * depth]);
                Some(&buffer[..])
            }
            Left::InPlace(_) => None,
        };
        let mut sums = tile.first_sums::<S, TILE>(simd, result);
        // One loop for each layout of the left operand.
        match packed {
            Some(packed) => {
                if let Some((last, packed)) = packed.as_chunks::<TILE>().0[..depth].split_last() {
                    add_all(simd, packed, last, right, &mut sums);
                }
            }
            None if !self.left.transposed => {
                let slices = self.left.row_slices::<TILE>(row);
                let numbers = (0..depth).map(|k| numbers_at(&slices, k));
                add_all(simd, numbers, &numbers_at(&slices, depth - 1), right, &mut sums);
            }
            None => {
                let (stored, last) = self.left.strided_rows();
                let numbers = stored.map_while(|k| k[row..].first_chunk::<TILE>());
                if let Some(last) = last[row..].first_chunk::<TILE>() {
                    add_all(simd, numbers, last, right, &mut sums);
                }
            }
        }
        tile.store(simd, &sums, result);
    }
}

/// The left operand: packed, or in place with a buffer in which a tile with missing rows is packed.
enum Left<'a, F> {
    Packed(&'a [F]),
    InPlace(&'a mut [F]),
}
