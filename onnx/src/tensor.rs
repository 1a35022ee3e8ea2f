//! Tensors, read from the bytes of the file.

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

/// A constant of the graph.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredTensor<'a>(Fields<'a>);

impl<'a> StoredTensor<'a> {
    pub(crate) fn new(message: Fields<'a>) -> Self {
        Self(message)
    }

    pub(crate) fn is(self, other: Self) -> bool {
        self.0.is(other.0)
    }

    /// The name for error messages.
    pub(crate) fn name(self) -> &'a str {
        short(self.0.text(8))
    }

    /// The lengths of its dimensions.
    pub(crate) fn shape(self) -> Result<TensorShape> {
        let mut shape = TensorShape { lengths: [0; MOST_DIMENSIONS], dimensions: 0 };
        for length in self.0.numbers(1) {
            let place = shape.lengths.get_mut(shape.dimensions);
            let (Some(place), Ok(length)) = (place, usize::try_from(length)) else {
                let name = self.name();
                return Err(refused(format!("tensor {name:?} has no valid shape")));
            };
            (*place, shape.dimensions) = (length, shape.dimensions + 1);
        }
        Ok(shape)
    }

    /// The little-endian bytes of its numbers. Their type must be `F`, and their count that of the
    /// shape.
    pub(crate) fn number_bytes<F: Float>(self) -> Result<&'a [u8]> {
        let (name, found, expected) =
            (self.name(), ElementType(self.0.number(2).unwrap_or(0)), ElementType::of::<F>());
        if self.0.number(14).unwrap_or(0) != 0 || self.0.bytes(13).is_some() {
            return Err(refused(format!(
                "tensor {name:?} is in another file (external data): save the model as one file"
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
        let bytes = self.0.bytes(9).filter(|bytes| !bytes.is_empty()).or(self.0.bytes(field));
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
        let raw = self.0.bytes(9).map(|bytes| bytes == [0]);
        raw.unwrap_or_else(|| self.0.numbers(5).all(|number| number == 0))
    }

    /// The whole numbers of a shape.
    pub(crate) fn whole_numbers(self) -> impl Iterator<Item = i64> {
        let (raw, _) = self.0.bytes(9).unwrap_or_default().as_chunks();
        self.0.numbers(7).chain(raw.iter().copied().map(i64::from_le_bytes))
    }

    /// Its number, if it has exactly one, of type `F`.
    pub(crate) fn scalar<F: Float>(self) -> Option<f64> {
        (self.shape().ok()?.elements()? == 1).then_some(())?;
        self.number_bytes::<F>().ok().and_then(number::<F>).map(F::as_f64)
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

    fn elements(&self) -> Option<usize> {
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

/// Constants for the features of a row: one for each, or one for all.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FeatureVector<'a> {
    /// The bytes of the numbers, and the bytes of one number.
    Tensor(&'a [u8], usize),
    /// The attribute that holds the floats, and their count.
    Attribute(Fields<'a>, usize),
}

impl<'a> FeatureVector<'a> {
    /// The numbers of a tensor of shape [], [n] or [1, n].
    pub(crate) fn of_tensor<F: Float>(tensor: StoredTensor<'a>) -> Result<Self> {
        let shape = tensor.shape()?;
        match shape.lengths() {
            [] | [_] | [1, _] => Ok(Self::Tensor(tensor.number_bytes::<F>()?, size_of::<F>())),
            _ => {
                let name = tensor.name();
                Err(refused(format!("tensor {name:?} of shape {shape} is not a vector")))
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        match *self {
            Self::Tensor(bytes, size) => bytes.len() / size,
            Self::Attribute(_, length) => length,
        }
    }

    /// The numbers in order, repeated without end.
    pub(crate) fn cycle<F: Float>(self) -> impl Iterator<Item = F> {
        let (bytes, size, message) = match self {
            Self::Tensor(bytes, size) => (bytes, size, None),
            Self::Attribute(message, _) => (&[][..], 1, Some(message)),
        };
        std::iter::repeat(()).flat_map(move |()| {
            let floats = message.into_iter().flat_map(|message| message.floats(7));
            let floats = floats.map(|float| F::from_f64(f64::from(float)));
            bytes.chunks_exact(size).filter_map(number::<F>).chain(floats)
        })
    }
}
