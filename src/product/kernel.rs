//! The product of two matrices, for any instruction set.
//!
//! Every element of C is one sum, Σ_k a_ik b_kj. Fused multiply-adds sum it in the order of k,
//! from the element's start value. Hence it has the same bits in any block, tile, vector or thread.
//!
//! The sums of a tile (a few rows, a few vectors wide) stay in registers while k runs over a block
//! of `DEPTH`. Operands are copied into the order of that loop (Goto and van de Geijn 2008), unless
//! they are used too few times to pay for the copy.

use super::lanes::{Lanes, numbers_at, store_vectors};
use super::operand::{Operand, Product};
use super::packing::{BlockBuffers, Buffers, pack};
use super::shape::{DEPTH, FEW, Panel, Start, VECTORS, Vectors, blocks, tiles};
use super::tile::Tile;
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Writes a product, row-major.
pub(super) struct Multiplication<'a, 'b, F> {
    pub(super) product: Product<'a, F>,
    pub(super) result: &'b mut [F],
    pub(super) buffers: &'b mut Buffers<F>,
}

/// Bytes of the left operand's packed block, which the second cache holds.
const BLOCK: usize = 512 << 10;

/// With this many columns, packing pays: the numbers of a transposed left operand are used often
/// enough, and the right operand's rows lie far apart. The rows of a row-major left operand are
/// read as fast from where they are.
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
        let most = BLOCK / (DEPTH * size_of::<F>());
        let packed_rows = if self.left.transposed { rows.min(most) } else { 0 };
        let left = packed_rows.next_multiple_of(TILE) * depth.min(DEPTH);
        let panel = VECTORS * F::count::<S>();
        let mut buffers = buffers.split(left, panel * depth.min(DEPTH), panel * TILE);
        for rows in blocks(rows, most) {
            for depth in blocks(depth, DEPTH) {
                let start = if depth.start == 0 { self.start } else { Start::Result };
                let left = self.left.rows(rows.clone()).columns(depth.clone());
                let block = Block { left, right: self.right.rows(depth), start, stride };
                block.multiply::<S, TILE>(simd, &mut buffers, &mut result[rows.start * stride..]);
            }
        }
    }
}

/// Some rows of the product, and for them the sums over a part of k.
struct Block<'a, F> {
    left: Operand<'a, F>,
    right: Operand<'a, F>,
    start: Start<'a, F>,
    /// The columns of the result.
    stride: usize,
}

impl<F: Lanes> Block<'_, F> {
    #[inline(always)]
    fn multiply<S: Simd, const TILE: usize>(
        &self,
        simd: S,
        buffers: &mut BlockBuffers<'_, F>,
        result: &mut [F],
    ) {
        let (columns, depth) = (self.right.columns, self.left.columns);
        let width = VECTORS * F::count::<S>();
        let BlockBuffers { left, panel: packed, edge } = buffers;
        let left = if self.left.transposed && columns >= COLUMNS_THAT_PAY {
            for (row, few) in tiles::<TILE>(self.left.rows) {
                let packed = &mut left[row * depth..];
                if few {
                    pack(self.left_rows::<FEW>(row), FEW, packed);
                } else {
                    pack(self.left_rows::<TILE>(row), TILE, packed);
                }
            }
            Left::Packed(left)
        } else {
            Left::InPlace(left)
        };
        let whole_panels = columns.is_multiple_of(width) && !self.right.transposed;
        let in_place = whole_panels && columns < COLUMNS_THAT_PAY;
        let mut tiles = Tiles { block: self, left, edge };
        let mut is_finite = None;
        for columns in blocks(columns, width) {
            if !in_place && self.is_start(&columns, result, &mut is_finite) {
                continue;
            }
            let panel = self.right.columns(columns.clone());
            if in_place {
                let (rows, last) = panel.strided_rows();
                let rows = rows.map_while(|row| F::vectors::<S>(row).0.first_chunk::<VECTORS>());
                if let Some(last) = F::vectors::<S>(last).0.first_chunk::<VECTORS>() {
                    tiles.multiply::<S, TILE>(simd, Panel { rows, last }, columns, result);
                }
            } else {
                pack(panel, width, packed);
                let (panel, _) = F::vectors::<S>(packed).0.as_chunks::<VECTORS>();
                if let Some((last, rows)) = panel[..depth].split_last() {
                    let panel = Panel { rows: rows.iter(), last };
                    tiles.multiply::<S, TILE>(simd, panel, columns, result);
                }
            }
        }
    }

    /// If this panel of the right operand is all zeros, as between the networks of a mean, the sums
    /// are what they start at: writes them, and returns true. `is_finite` remembers whether the
    /// left operand is finite, since 0 · ∞ is NaN. Not inlined, it serves every instruction set.
    #[inline(never)]
    fn is_start(
        &self,
        columns: &Range<usize>,
        result: &mut [F],
        is_finite: &mut Option<bool>,
    ) -> bool {
        let is_start = self.right.columns(columns.clone()).is_zero()
            && *is_finite.get_or_insert_with(|| self.left.is_finite());
        if is_start {
            let start = self.start.columns(columns.clone());
            let rows = result.chunks_mut(self.stride).take(self.left.rows);
            rows.for_each(|row| start.write(&mut row[columns.clone()]));
        }
        is_start
    }

    /// `TILE` rows of the left operand from `row` on, or those that are left, as columns.
    #[inline(always)]
    fn left_rows<const TILE: usize>(&self, row: usize) -> Operand<'_, F> {
        self.left.rows(row..self.left.rows.min(row + TILE)).transpose()
    }
}

/// The tiles of a block.
struct Tiles<'a, F> {
    block: &'a Block<'a, F>,
    left: Left<'a, F>,
    /// A tile that reaches over the edge of the result.
    edge: &'a mut [F],
}

/// The left operand: packed, or in place with a buffer in which a tile with missing rows is packed.
enum Left<'a, F> {
    Packed(&'a [F]),
    InPlace(&'a mut [F]),
}

impl<F: Lanes> Tiles<'_, F> {
    /// These columns of the block, tile by tile.
    #[inline(always)]
    fn multiply<'r, S: Simd, const TILE: usize>(
        &mut self,
        simd: S,
        right: Panel<'r, Vectors<F, S>, impl Iterator<Item = &'r Vectors<F, S>> + Clone>,
        columns: Range<usize>,
        result: &mut [F],
    ) {
        for (row, few) in tiles::<TILE>(self.block.left.rows) {
            let (right, columns) = (right.clone(), columns.clone());
            if few {
                self.tile::<S, FEW>(simd, right, row, columns, result);
            } else {
                self.tile::<S, TILE>(simd, right, row, columns, result);
            }
        }
    }

    /// The tile that begins at `row`.
    #[inline(always)]
    fn tile<'r, S: Simd, const TILE: usize>(
        &mut self,
        simd: S,
        right: Panel<'r, Vectors<F, S>, impl Iterator<Item = &'r Vectors<F, S>>>,
        row: usize,
        columns: Range<usize>,
        result: &mut [F],
    ) {
        let Self { block, left, edge } = self;
        let (operand, depth) = (block.left, block.left.columns);
        let shape = (TILE.min(operand.rows - row), columns.len());
        let result = &mut result[row * block.stride + columns.start..];
        let start = block.start.columns(columns);
        let width = VECTORS * F::count::<S>();
        let whole = shape == (TILE, width);
        let mut tile = if whole {
            Tile { start, sums: &mut *result, stride: block.stride }
        } else {
            if let Start::Result = start {
                let rows = edge.chunks_mut(width).zip(result.chunks(block.stride));
                for (sums, row) in rows.take(shape.0) {
                    sums[..shape.1].copy_from_slice(&row[..shape.1]);
                }
            }
            Tile { start, sums: edge, stride: width }
        };
        let packed = match left {
            Left::Packed(packed) => Some(&packed[row * depth..]),
            Left::InPlace(buffer) if operand.transposed && shape.0 < TILE => {
                pack(block.left_rows::<TILE>(row), TILE, buffer);
                Some(&buffer[..])
            }
            Left::InPlace(_) => None,
        };
        // One loop for each layout of the left operand.
        match packed {
            Some(packed) => {
                if let Some((last, packed)) = packed.as_chunks::<TILE>().0[..depth].split_last() {
                    tile.add_all(simd, packed, last, right);
                }
            }
            None if !operand.transposed => {
                let slices = operand.row_slices::<TILE>(row);
                let numbers = (0..depth).map(|k| numbers_at(&slices, k));
                tile.add_all(simd, numbers, &numbers_at(&slices, depth - 1), right);
            }
            None => {
                let (stored, last) = operand.strided_rows();
                let numbers = stored.map_while(|k| k[row..].first_chunk::<TILE>());
                if let Some(last) = last[row..].first_chunk::<TILE>() {
                    tile.add_all(simd, numbers, last, right);
                }
            }
        }
        if !whole {
            let rows = edge.chunks(width).zip(result.chunks_mut(block.stride));
            for (sums, row) in rows.take(shape.0) {
                if let Some(sums) = F::vectors::<S>(sums).0.first_chunk::<VECTORS>() {
                    store_vectors(simd, sums, &mut row[..shape.1]);
                }
            }
        }
    }
}
