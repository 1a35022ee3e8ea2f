//! Constants of a graph, and the numbers in them.

use crate::node::Node;
use crate::refusal::refused;
use crate::tensor::{StoredTensor, TensorShape, number};
use crate::wire::Fields;
use densely::{Float, Result};

/// Bytes that numbers may take beyond the length of the file, which may give one number for all
/// outputs.
const SPARE_BYTES: usize = 1 << 20;

/// A constant of the graph.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Constant<'a> {
    Tensor(StoredTensor<'a>),
    /// The attribute of a node with one or several numbers.
    Attribute(Fields<'a>),
    /// The number of the tensor, or 0, in every place of the shape.
    Filled(Option<StoredTensor<'a>>, TensorShape),
}

/// Numbers for the elements of a value: one for all, or as many as the lengths say.
#[derive(Debug)]
pub(crate) struct Numbers {
    pub(crate) lengths: Vec<usize>,
    pub(crate) values: Vec<f64>,
}

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
            refused(format!("{node} needs {count} numbers, more than the rest of the file has"))
        })?;
        Ok(())
    }
}

impl<'a> Constant<'a> {
    pub(crate) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Tensor(one), Self::Tensor(other)) => one.is(other),
            (Self::Attribute(one), Self::Attribute(other)) => one.is(other),
            _ => false,
        }
    }

    /// The tensor, for the weights of a layer.
    pub(crate) fn tensor(self) -> Option<StoredTensor<'a>> {
        match self {
            Self::Tensor(tensor) => Some(tensor),
            Self::Attribute(_) | Self::Filled(..) => None,
        }
    }

    /// Whether it has no dimensions.
    pub(crate) fn is_scalar(self) -> bool {
        match self {
            Self::Tensor(tensor) => tensor.shape().is_ok_and(|shape| shape.lengths().is_empty()),
            Self::Attribute(attribute) => attribute.text(1).ends_with("_int"),
            Self::Filled(_, shape) => shape.lengths().is_empty(),
        }
    }

    /// Its number, if it has exactly one, of type `F`.
    pub(crate) fn scalar<F: Float>(self) -> Option<f64> {
        let stored = |tensor: StoredTensor<'a>| {
            (tensor.shape().ok()?.elements()? == 1).then_some(())?;
            tensor.number_bytes::<F>().ok().and_then(number::<F>).map(F::as_f64)
        };
        match self {
            Self::Tensor(tensor) => stored(tensor),
            Self::Attribute(attribute) => {
                let mut floats = floats(attribute);
                floats.next().filter(|_| floats.next().is_none())
            }
            Self::Filled(tensor, shape) if shape.elements() == Some(1) => {
                tensor.map_or(Some(0.0), stored)
            }
            Self::Filled(..) => None,
        }
    }

    /// Its numbers, which must be of type `F`.
    pub(crate) fn numbers<F: Float>(self, budget: &mut Budget, node: Node<'_>) -> Result<Numbers> {
        match self {
            Self::Tensor(tensor) => {
                let (bytes, lengths) = (tensor.number_bytes::<F>()?, tensor.shape()?);
                let count = bytes.len() / size_of::<F>();
                budget.take(count, size_of::<F>(), node)?;
                let numbers = bytes.chunks_exact(size_of::<F>()).filter_map(number::<F>);
                let values = exactly(count, numbers.map(F::as_f64));
                Ok(Numbers { lengths: lengths.lengths().to_vec(), values })
            }
            Self::Attribute(attribute) => {
                let count = floats(attribute).count();
                budget.take(count, size_of::<f32>(), node)?;
                let values = exactly(count, floats(attribute));
                let single = attribute.bytes(7).is_none() && count == 1;
                Ok(Numbers { lengths: if single { Vec::new() } else { vec![count] }, values })
            }
            Self::Filled(tensor, shape) => {
                let value = tensor.map_or(Some(0.0), |tensor| Self::Tensor(tensor).scalar::<F>());
                let missing = || refused(format!("{}: no number to use", node.described()));
                let lengths = shape.lengths().to_vec();
                Ok(Numbers { lengths, values: vec![value.ok_or_else(missing)?] })
            }
        }
    }

    /// Its whole numbers, as of a shape; `None` if it has others or more than `most`.
    pub(crate) fn whole_numbers(self, most: usize) -> Option<Vec<i64>> {
        let numbers: Vec<_> = match self {
            Self::Tensor(tensor) => return tensor.whole_numbers(most),
            Self::Attribute(of) => of.numbers(3).chain(of.numbers(8)).take(most + 1).collect(),
            Self::Filled(..) => return None,
        };
        (numbers.len() <= most).then_some(numbers)
    }
}

/// The floats of an attribute, one or several.
fn floats(attribute: Fields<'_>) -> impl Iterator<Item = f64> {
    attribute.floats(2).chain(attribute.floats(7)).map(f64::from)
}

impl Numbers {
    /// The same for each of these lengths of a row: one number, or one for each element of the row.
    /// As in `numpy`, lengths fit from the last one on, and a length of 1 fits any.
    pub(crate) fn over(
        self,
        row: &mut [Option<usize>],
        budget: &mut Budget,
        node: Node<'_>,
    ) -> Result<Vec<f64>> {
        let width = elements(row);
        let misfit = || {
            let (node, width) = (node.described(), width.unwrap_or(1));
            let count = self.lengths.iter().copied().fold(1, usize::saturating_mul);
            refused(format!("{node} has {count} numbers for {width} features"))
        };
        let extra = self.lengths.len().saturating_sub(row.len());
        let (rows, own) = self.lengths.split_at_checked(extra).ok_or_else(misfit)?;
        if extra > 1 || rows.iter().any(|&length| length != 1) {
            return Err(misfit());
        }
        if let ([single @ None], [length]) = (&mut *row, own)
            && *length != 1
        {
            *single = Some(*length);
        }
        let fits = |(length, own): (&Option<usize>, &usize)| *own == 1 || *length == Some(*own);
        if !row.iter().rev().zip(own.iter().rev()).all(fits) {
            return Err(misfit());
        }
        if self.values.len() == 1 {
            return Ok(self.values);
        }
        let width = elements(row).ok_or_else(misfit)?;
        if self.values.len() == width {
            return Ok(self.values);
        }
        let axes = || row.iter().flatten().rev().zip(own.iter().rev());
        budget.take(width, size_of::<f64>(), node)?;
        let at = |element: usize| {
            let (mut rest, mut place, mut stride) = (element, 0, 1);
            for (length, own) in axes() {
                place += if *own == 1 { 0 } else { rest % length * stride };
                (rest, stride) = (rest / length, stride * own);
            }
            self.values.get(place).copied()
        };
        Ok(exactly(width, (0..width).filter_map(at)))
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
