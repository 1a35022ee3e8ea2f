//! Tensors, read from the bytes of the file.

use crate::refusal::{refused, short};
use crate::wire::Fields;
use densely::{Float, Result};
use std::fmt;

/// Dimensions of a tensor or of a value, rows included.
pub(crate) const MOST_DIMENSIONS: usize = 8;

/// The type of a tensor's elements, by its number in `onnx.proto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ElementType(pub(crate) i64);

impl ElementType {
    /// The type of a network of `F`.
    pub(crate) fn of<F: Float>() -> Self {
        Self(if size_of::<F>() == 4 { 1 } else { 11 })
    }

    /// Whether its elements are whole numbers or truth values.
    pub(crate) fn is_whole(self) -> bool {
        matches!(self.0, 2..=7 | 9 | 12 | 13)
    }

    /// Whether it is `INT32` or `INT64` and holds every whole number of the other type.
    pub(crate) fn holds(self, other: Self) -> bool {
        matches!((self.0, other.0), (6, 2..=6 | 9) | (7, 2..=7 | 9 | 12))
    }

    /// The bytes of an element; 0 for the types that no network needs.
    fn size(self) -> usize {
        match self.0 {
            2 | 3 | 9 => 1,
            4 | 5 | 10 | 16 => 2,
            1 | 6 | 12 => 4,
            7 | 11 | 13 | 14 => 8,
            _ => 0,
        }
    }
}

/// Shows the type by its name in `onnx.proto`.
impl fmt::Display for ElementType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = "UNDEFINED FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 \
            DOUBLE UINT32 UINT64 COMPLEX64 COMPLEX128 BFLOAT16"
            .split(' ');
        match usize::try_from(self.0).ok().and_then(|index| names.nth(index)) {
            Some(name) => formatter.write_str(name),
            None => write!(formatter, "type {}", self.0),
        }
    }
}

/// A tensor of the graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredTensor<'a> {
    message: Fields<'a>,
    /// Its bytes in another file, if that file was read.
    external: Option<&'a [u8]>,
}

impl<'a> StoredTensor<'a> {
    pub(crate) fn new(message: Fields<'a>) -> Self {
        Self { message, external: None }
    }

    /// A tensor that has these bytes in another file.
    pub(crate) fn with_external(message: Fields<'a>, external: Option<&'a [u8]>) -> Self {
        Self { message, external }
    }

    pub(crate) fn is(self, other: Self) -> bool {
        self.message.is(other.message)
    }

    /// The name for error messages.
    pub(crate) fn name(self) -> &'a str {
        short(self.message.text(8))
    }

    /// The lengths of its dimensions.
    pub(crate) fn shape(self) -> Result<TensorShape> {
        let missing = || refused(format!("tensor {:?} has no valid shape", self.name()));
        TensorShape::of(self.message.numbers(1)).ok_or_else(missing)
    }

    fn element(self) -> ElementType {
        ElementType(self.message.number(2).unwrap_or(0))
    }

    /// Refuses another number of bytes than the type and the shape ask for.
    pub(crate) fn check_length(self, found: usize) -> Result<()> {
        let (name, shape, size) = (self.name(), self.shape()?, self.element().size());
        let lengths = shape.lengths();
        match shape.elements().and_then(|elements| elements.checked_mul(size)) {
            Some(expected) if expected == found => Ok(()),
            _ => Err(refused(format!("tensor {name:?} of shape {lengths:?} has {found} bytes"))),
        }
    }

    /// The little-endian bytes of its numbers. Their type must be `F`, and their count that of the
    /// shape.
    pub(crate) fn number_bytes<F: Float>(self) -> Result<&'a [u8]> {
        let (name, found, expected) = (self.name(), self.element(), ElementType::of::<F>());
        if found != expected {
            let wanted = F::NAME;
            return Err(refused(format!(
                "tensor {name:?} is of type {found}, the network asked for is of {wanted}, {expected}"
            )));
        }
        if self.is_elsewhere() {
            return Err(refused(format!(
                "tensor {name:?} is in another file (external data), which only `load` reads"
            )));
        }
        let field = if expected == ElementType(1) { 4 } else { 10 };
        // Packed numbers are the same bytes as raw ones.
        let inside = || self.message.bytes(9).filter(|bytes| !bytes.is_empty());
        let bytes = self.external.or_else(inside).or_else(|| self.message.bytes(field));
        let bytes = bytes.unwrap_or_default();
        self.check_length(bytes.len())?;
        Ok(bytes)
    }

    /// Whether its numbers are in another file, which was not read.
    pub(crate) fn is_elsewhere(self) -> bool {
        let external =
            self.message.number(14).unwrap_or(0) != 0 || self.message.bytes(13).is_some();
        external && self.external.is_none()
    }

    /// Whether it is known to be the truth value false.
    pub(crate) fn is_false(self) -> bool {
        let raw = self.message.bytes(9).map(|bytes| bytes == [0]);
        !self.is_elsewhere()
            && raw.unwrap_or_else(|| self.message.numbers(5).all(|number| number == 0))
    }

    /// Its whole numbers, `INT32` or `INT64`; `None` if it has others, more than `most` or not as
    /// many as its shape.
    pub(crate) fn whole_numbers(self, most: usize) -> Option<Vec<i64>> {
        let (field, size) = match self.element().0 {
            6 => (5, 4),
            7 => (7, 8),
            _ => return None,
        };
        let count = self.shape().ok()?.elements().filter(|count| *count <= most)?;
        let raw = self.external.or_else(|| self.message.bytes(9)).unwrap_or_default();
        let number = |bytes: &[u8]| match bytes.first_chunk() {
            Some(bytes) => i64::from_le_bytes(*bytes),
            None => bytes.first_chunk().map_or(0, |bytes| i64::from(i32::from_le_bytes(*bytes))),
        };
        let numbers = self.message.numbers(field).chain(raw.chunks_exact(size).map(number));
        let numbers: Vec<_> = numbers.take(most + 1).collect();
        (numbers.len() == count && !self.is_elsewhere()).then_some(numbers)
    }
}

/// The lengths of a tensor's dimensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TensorShape {
    lengths: [usize; MOST_DIMENSIONS],
    dimensions: usize,
}

impl TensorShape {
    pub(crate) fn lengths(&self) -> &[usize] {
        self.lengths.get(..self.dimensions).unwrap_or_default()
    }

    /// The shape of these lengths; `None` for a negative length and for too many.
    pub(crate) fn of(lengths: impl Iterator<Item = i64>) -> Option<Self> {
        let mut shape = Self { lengths: [0; MOST_DIMENSIONS], dimensions: 0 };
        for length in lengths {
            *shape.lengths.get_mut(shape.dimensions)? = usize::try_from(length).ok()?;
            shape.dimensions += 1;
        }
        Some(shape)
    }

    pub(crate) fn elements(&self) -> Option<usize> {
        self.lengths().iter().try_fold(1_usize, |product, &length| product.checked_mul(length))
    }
}

/// Appends a number's bytes, least significant first.
pub(crate) fn push_le_bytes<F: Float>(number: F, bytes: &mut Vec<u8>) {
    match size_of::<F>() {
        4 => bytes.extend((number.as_f64() as f32).to_le_bytes()),
        _ => bytes.extend(number.as_f64().to_le_bytes()),
    }
}

/// The number of these little-endian bytes; `None` if there are too few.
pub(crate) fn number<F: Float>(bytes: &[u8]) -> Option<F> {
    // An f32 is an f64 without rounding.
    let number = match size_of::<F>() {
        4 => f64::from(f32::from_le_bytes(*bytes.first_chunk()?)),
        _ => f64::from_le_bytes(*bytes.first_chunk()?),
    };
    Some(F::from_f64(number))
}
