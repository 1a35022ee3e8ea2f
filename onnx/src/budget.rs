//! The memory that a file may take.

use crate::node::Node;
use crate::refusal::refused;
use densely::Result;

/// Bytes that numbers may take beyond the length of the file: in a file, one number may stand for a
/// whole row.
const SPARE_BYTES: usize = 3 << 20;

/// Bytes that may still be taken from the file. A forged file uses the same bytes for many layers.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    /// The budget for files of this length.
    pub(crate) fn new(file_bytes: usize) -> Self {
        Self(file_bytes.saturating_add(SPARE_BYTES))
    }

    /// Takes memory for `count` numbers of `size` bytes.
    pub(crate) fn take(&mut self, count: usize, size: usize, node: Node<'_>) -> Result<()> {
        let rest = count.checked_mul(size).and_then(|bytes| self.0.checked_sub(bytes));
        self.0 = rest.ok_or_else(|| {
            let node = node.described();
            refused(format!(
                "{node} needs {count} numbers, more than a file of this length may have"
            ))
        })?;
        Ok(())
    }
}

/// The product of the lengths of a row, if all are known.
pub(crate) fn elements(row: &[Option<usize>]) -> Option<usize> {
    row.iter().try_fold(1_usize, |product, length| product.checked_mul((*length)?))
}

/// Collects `count` numbers into a vector that is allocated once. `collect` would grow it to up to
/// twice the memory, as these iterators do not know their length.
pub(crate) fn exactly<T>(count: usize, numbers: impl Iterator<Item = T>) -> Vec<T> {
    let mut vector = Vec::with_capacity(count);
    vector.extend(numbers.take(count));
    vector
}
