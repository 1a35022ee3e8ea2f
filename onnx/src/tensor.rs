//! Tensors, read from the bytes of the file.

use crate::external::{self, ExternalFiles};
use crate::refusal::{refused, short};
use crate::wire::Fields;
use densely::{Float, Result};
use std::fmt;

/// Dimensions of a tensor that are read. No tensor of a network has more than two; the others
/// appear in the error that refuses them.
const MOST_DIMENSIONS: usize = 8;

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
}

/// Shows the type by its name in `onnx.proto`.
impl fmt::Display for ElementType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 17] = [
            "UNDEFINED",
            "FLOAT",
            "UINT8",
            "INT8",
            "UINT16",
            "INT16",
            "INT32",
            "INT64",
            "STRING",
            "BOOL",
            "FLOAT16",
            "DOUBLE",
            "UINT32",
            "UINT64",
            "COMPLEX64",
            "COMPLEX128",
            "BFLOAT16",
        ];
        match usize::try_from(self.0).ok().and_then(|index| NAMES.get(index)) {
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

    /// A tensor whose numbers may be in one of these files.
    pub(crate) fn with_files(message: Fields<'a>, files: &'a ExternalFiles) -> Self {
        Self { message, external: files.bytes_of(message) }
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

    /// The little-endian bytes of its numbers. Their type must be `F`, and their count that of the
    /// shape.
    pub(crate) fn number_bytes<F: Float>(self) -> Result<&'a [u8]> {
        let (name, found, expected) =
            (self.name(), ElementType(self.message.number(2).unwrap_or(0)), ElementType::of::<F>());
        let elsewhere = external::is_external(self.message);
        if elsewhere && self.external.is_none() {
            return Err(refused(format!(
                "tensor {name:?} is in another file (external data), which only `load` reads"
            )));
        }
        if found != expected {
            let wanted = F::NAME;
            return Err(refused(format!(
                "tensor {name:?} is of type {found}, the network asked for is of {wanted}, {expected}"
            )));
        }
        let field = if expected == ElementType(1) { 4 } else { 10 };
        // Packed numbers are the same bytes as raw ones.
        let inside = || self.message.bytes(9).filter(|bytes| !bytes.is_empty());
        let bytes = self.external.or_else(inside).or_else(|| self.message.bytes(field));
        let (bytes, shape) = (bytes.unwrap_or_default(), self.shape()?);
        if shape.elements().and_then(|elements| elements.checked_mul(size_of::<F>()))
            != Some(bytes.len())
        {
            let found = bytes.len();
            return Err(refused(format!("tensor {name:?} of shape {shape} has {found} bytes")));
        }
        Ok(bytes)
    }

    /// Whether it is the truth value false.
    pub(crate) fn is_false(self) -> bool {
        let raw = self.message.bytes(9).map(|bytes| bytes == [0]);
        raw.unwrap_or_else(|| self.message.numbers(5).all(|number| number == 0))
    }

    /// The whole numbers of a shape.
    pub(crate) fn whole_numbers(self) -> impl Iterator<Item = i64> {
        let (raw, _) = self.message.bytes(9).unwrap_or_default().as_chunks();
        self.message.numbers(7).chain(raw.iter().copied().map(i64::from_le_bytes))
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

impl fmt::Display for TensorShape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.lengths())
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
