//! How a product is cut: into blocks that fit into the caches, panels of a few vectors' width, and
//! tiles whose sums fit into the registers.

use super::lanes::Lanes;
use std::ops::Range;

/// What the sums of a product start at.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a, F> {
    /// 0.
    Zero,
    /// A number for each column.
    Row(&'a [F]),
    /// The elements of the result.
    Result,
}

impl<F: Copy + Default> Start<'_, F> {
    /// The start of these columns.
    #[inline(always)]
    pub(super) fn columns(self, columns: Range<usize>) -> Self {
        if let Self::Row(row) = self { Self::Row(&row[columns]) } else { self }
    }

    /// Fills the sums of a row.
    #[inline(always)]
    pub(super) fn write(self, sums: &mut [F]) {
        match self {
            Self::Zero => sums.fill(F::default()),
            Self::Row(row) => sums.copy_from_slice(row),
            Self::Result => {}
        }
    }
}

/// The length of a block along k. Two vectors for each k then take at most 32 KB, which fits into
/// the first cache.
pub(super) const DEPTH: usize = 256;

/// The vectors in each row of a tile.
pub(super) const VECTORS: usize = 2;

/// The rows of a smaller tile. With fewer sums the processor would wait for the last multiply-add.
pub(super) const FEW: usize = 4;

/// The vectors of one row of a panel or tile.
pub(super) type Vectors<F, S> = [<F as Lanes>::Vector<S>; VECTORS];

/// The right operand's rows, [`VECTORS`] vectors wide; the last row apart from the others.
#[derive(Clone)]
pub(super) struct Panel<'r, V, I> {
    pub(super) rows: I,
    pub(super) last: &'r V,
}

/// 0..length in ranges of at most `size`.
pub(super) fn blocks(length: usize, size: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    (0..length).step_by(size).map(move |start| start..length.min(start + size))
}

/// The first row of each tile, and whether it is a small one of [`FEW`] rows in place of `TILE`. It
/// is small where that leaves fewer rows of the tile unused.
pub(super) fn tiles<const TILE: usize>(rows: usize) -> impl Iterator<Item = (usize, bool)> {
    let mut row = 0;
    std::iter::from_fn(move || {
        let left = rows.checked_sub(row).filter(|&left| left > 0)?;
        let few = left.next_multiple_of(FEW) < left.next_multiple_of(TILE);
        let this = (row, few);
        row += if few { FEW } else { TILE };
        Some(this)
    })
}
