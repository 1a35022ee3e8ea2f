//! Operands copied into the order in which the kernel reads them, so that it reads memory from
//! front to back.

use super::{lanes::Lanes, operand::Operand};

/// A thread's buffers. They grow to the largest block and keep that size, so that later products do
/// not allocate.
#[derive(Debug, Default)]
pub(super) struct Buffers<F> {
    left: Vec<F>,
    panel: Vec<F>,
    edge: Vec<F>,
}

/// The buffers of one block.
pub(super) struct BlockBuffers<'a, F> {
    /// The left operand, tile by tile.
    pub(super) left: &'a mut [F],
    /// A few columns of the right operand.
    pub(super) panel: &'a mut [F],
    /// A tile that reaches over the edge of the result.
    pub(super) edge: &'a mut [F],
}

impl<F: Lanes> Buffers<F> {
    /// Buffers of these lengths.
    pub(super) fn split(&mut self, left: usize, panel: usize, edge: usize) -> BlockBuffers<'_, F> {
        BlockBuffers {
            left: aligned(&mut self.left, left),
            panel: aligned(&mut self.panel, panel),
            edge: aligned(&mut self.edge, edge),
        }
    }
}

/// Bytes of a cache line and of the longest vector. A vector within one line loads faster.
const LINE: usize = 64;

fn aligned<F: Lanes>(buffer: &mut Vec<F>, length: usize) -> &mut [F] {
    if buffer.len() < length + LINE {
        buffer.resize(length + LINE, F::default());
    }
    let start = buffer.as_ptr().align_offset(LINE).min(LINE);
    &mut buffer[start..start + length]
}

/// Packs an operand row by row, `width` numbers each. Rows shorter than `width` end in arbitrary
/// numbers; the sums computed from these are discarded.
#[inline(always)]
pub(super) fn pack<F: Lanes>(matrix: Operand<'_, F>, width: usize, packed: &mut [F]) {
    if matrix.transposed {
        return transpose(matrix, width, &mut packed[..width * matrix.rows]);
    }
    for (row, packed) in matrix.stored_rows().zip(packed.chunks_exact_mut(width)) {
        if row.len() == width {
            packed.copy_from_slice(row);
        } else {
            packed.iter_mut().zip(row).for_each(|(to, &from)| *to = from);
        }
    }
}

/// Packs a transposed operand. `width` is that of two vectors, and so a multiple of `BLOCK`. Not
/// inlined, it serves every instruction set; inlined, it made the kernel slower, and slower to
/// compile.
#[inline(never)]
fn transpose<F: Lanes>(matrix: Operand<'_, F>, width: usize, packed: &mut [F]) {
    const BLOCK: usize = 4;
    for start in (0..matrix.columns).step_by(BLOCK) {
        let stored = matrix.transpose().row_slices::<BLOCK>(start);
        let (mut rows, mut index) = (packed.chunks_exact_mut(width), 0);
        let mut block = [[F::default(); BLOCK]; BLOCK];
        while index + BLOCK <= matrix.rows {
            for (column, stored) in block.iter_mut().zip(&stored) {
                column.copy_from_slice(&stored[index..index + BLOCK]);
            }
            for (index, row) in (0..BLOCK).zip(rows.by_ref()) {
                for (number, column) in row[start..start + BLOCK].iter_mut().zip(&block) {
                    *number = column[index];
                }
            }
            index += BLOCK;
        }
        for (row, index) in rows.zip(index..matrix.rows) {
            row[start..]
                .iter_mut()
                .zip(stored)
                .for_each(|(number, stored)| *number = stored[index]);
        }
    }
}
