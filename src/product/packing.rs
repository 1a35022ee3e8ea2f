//! Operands copied into the order in which the kernel reads them, so that it reads memory from
//! front to back.
//!
//! Functions that need no vectors are not inlined and serve every instruction set. Inlined, they
//! made the kernel slower, and slower to compile.

use super::shape::{VECTORS, blocks};
use super::{lanes::Lanes, operand::Operand};
use pulp::Simd;

/// A thread's buffers for packed operands. They grow to the largest block and keep that size, so
/// that later products do not allocate.
#[derive(Debug, Default)]
pub(super) struct Buffers<F> {
    left: Vec<F>,
    right: Vec<F>,
}

impl<F: Lanes> Buffers<F> {
    /// Buffers for this many numbers of the left and of the right operand.
    pub(super) fn split(&mut self, left: usize, right: usize) -> (&mut [F], &mut [F]) {
        (aligned(&mut self.left, left), aligned(&mut self.right, right))
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

/// Packs `TILE` rows of the left operand from `row` on, column by column. Missing rows are padding:
/// the sums computed from them are discarded.
#[inline(never)]
pub(super) fn pack_left<F: Lanes, const TILE: usize>(
    matrix: Operand<'_, F>,
    row: usize,
    packed: &mut [F],
) {
    let (columns, _) = packed.as_chunks_mut::<TILE>();
    if matrix.transposed {
        for (column, stored) in columns.iter_mut().zip(matrix.stored_rows()) {
            copy_or_pad(&stored[row..], column);
        }
    } else {
        let rows = matrix.row_slices::<TILE>(row);
        for (index, column) in columns.iter_mut().enumerate().take(matrix.columns) {
            for (number, row) in column.iter_mut().zip(&rows) {
                *number = row[index];
            }
        }
    }
}

/// Packs the right operand in panels of `VECTORS` vectors, each row by row. Missing columns are
/// padding: the sums computed from them are discarded.
#[inline(always)]
pub(super) fn pack_right<S: Simd, F: Lanes>(matrix: Operand<'_, F>, packed: &mut [F]) {
    let width = VECTORS * F::count::<S>();
    let panel = width * matrix.rows;
    if matrix.transposed {
        for (columns, packed) in blocks(matrix.columns, width).zip(packed.chunks_mut(panel)) {
            transpose(matrix.columns(columns), width, packed);
        }
        return;
    }
    for (index, row) in matrix.stored_rows().enumerate() {
        let starts = (0..matrix.columns).step_by(width);
        for (start, packed) in starts.zip(packed.chunks_mut(panel)) {
            let columns = start..start + width;
            let packed = &mut packed[index * width..][..width];
            match row.get(columns.clone()) {
                Some(numbers) => {
                    let (from, to) = (F::vectors::<S>(numbers).0, F::vectors_mut::<S>(packed).0);
                    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
                }
                None => {
                    packed.iter_mut().zip(&row[columns.start..]).for_each(|(to, &from)| *to = from)
                }
            }
        }
    }
}

/// Packs a transposed operand into one panel, `width` numbers wide.
#[inline(never)]
fn transpose<F: Lanes>(matrix: Operand<'_, F>, width: usize, packed: &mut [F]) {
    const BLOCK: usize = 4;
    for start in (0..matrix.columns).step_by(BLOCK) {
        let stored = matrix.transpose().row_slices::<BLOCK>(start);
        let (mut rows, mut index) = (packed.chunks_exact_mut(width), 0);
        if width - start >= BLOCK {
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
        }
        for (row, index) in rows.zip(index..matrix.rows) {
            row[start..]
                .iter_mut()
                .zip(stored)
                .for_each(|(number, stored)| *number = stored[index]);
        }
    }
}

/// Copies the first numbers, padded with 0.
#[inline(always)]
fn copy_or_pad<F: Lanes>(from: &[F], to: &mut [F]) {
    if from.len() >= to.len() {
        to.copy_from_slice(&from[..to.len()]);
    } else {
        to[..from.len()].copy_from_slice(from);
        to[from.len()..].fill(F::default());
    }
}
