//! The types of the elements of tensors.

use densely::Float;
use std::fmt;

/// The types, by their numbers in `onnx.proto`: the name, the bytes of an element, and the field
/// that holds the numbers of a tensor without raw bytes, 0 where no network needs it. External data
/// are checked against the size.
const TYPES: [(&str, usize, u64); 17] = [
    ("UNDEFINED", 0, 0),
    ("FLOAT", 4, 4),
    ("UINT8", 1, 0),
    ("INT8", 1, 0),
    ("UINT16", 2, 0),
    ("INT16", 2, 0),
    ("INT32", 4, 5),
    ("INT64", 8, 7),
    ("STRING", 0, 0),
    ("BOOL", 1, 5),
    ("FLOAT16", 2, 0),
    ("DOUBLE", 8, 10),
    ("UINT32", 4, 0),
    ("UINT64", 8, 0),
    ("COMPLEX64", 8, 0),
    ("COMPLEX128", 0, 0),
    ("BFLOAT16", 2, 0),
];

/// The type of a tensor's elements, by its number in `onnx.proto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ElementType(pub(crate) i64);

impl ElementType {
    pub(crate) const FLOAT: Self = Self(1);
    pub(crate) const INT64: Self = Self(7);

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

    /// Its entry in the table, with an empty name if it is not there.
    fn entry(self) -> (&'static str, usize, u64) {
        let index = usize::try_from(self.0).ok();
        index.and_then(|index| TYPES.get(index)).copied().unwrap_or_default()
    }

    /// The bytes of an element.
    pub(crate) fn size(self) -> usize {
        self.entry().1
    }

    /// The field of a tensor's numbers.
    pub(crate) fn field(self) -> u64 {
        self.entry().2
    }

    /// The number of these little-endian bytes. An `f32` is an `f64` without rounding.
    pub(crate) fn number(self, bytes: &[u8]) -> f64 {
        let four = bytes.first_chunk().copied().unwrap_or_default();
        let eight = bytes.first_chunk().copied().unwrap_or_default();
        match self.0 {
            1 => f32::from_le_bytes(four).into(),
            6 => i32::from_le_bytes(four).into(),
            7 => i64::from_le_bytes(eight) as f64,
            9 => bytes.first().copied().unwrap_or_default().into(),
            11 => f64::from_le_bytes(eight),
            _ => f64::NAN,
        }
    }
}

/// Shows the type by its name in `onnx.proto`.
impl fmt::Display for ElementType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            ("", ..) => write!(formatter, "type {}", self.0),
            (name, ..) => formatter.write_str(name),
        }
    }
}
