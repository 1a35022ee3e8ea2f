//! The number types of a file: numpy's dtypes.

use crate::float::Float;

/// A type of little-endian numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dtype {
    F4,
    F8,
    I1,
    I2,
    I4,
    I8,
    U1,
    U2,
    U4,
    U8,
    Bool,
}

/// The message for any other type.
pub(super) const NEEDS: &str =
    "`array.astype(\"<f4\")` makes it one of f4, f8, i1 to i8, u1 to u8 and b1, little-endian";

impl Dtype {
    /// Parses numpy's name: byte order, kind and number of bytes.
    pub(super) fn named(name: &str) -> Option<Self> {
        // The byte order of a single byte does not matter.
        Some(match name {
            "<f4" => Self::F4,
            "<f8" => Self::F8,
            "|i1" | "<i1" => Self::I1,
            "<i2" => Self::I2,
            "<i4" => Self::I4,
            "<i8" => Self::I8,
            "|u1" | "<u1" => Self::U1,
            "<u2" => Self::U2,
            "<u4" => Self::U4,
            "<u8" => Self::U8,
            "|b1" => Self::Bool,
            _ => return None,
        })
    }

    pub(super) fn bytes(self) -> usize {
        match self {
            Self::I1 | Self::U1 | Self::Bool => 1,
            Self::I2 | Self::U2 => 2,
            Self::F4 | Self::I4 | Self::U4 => 4,
            Self::F8 | Self::I8 | Self::U8 => 8,
        }
    }

    /// Converts bytes to numbers by way of `f64`, which is exact but for integers beyond 2⁵³.
    pub(super) fn convert<F: Float>(self, bytes: &[u8], to: &mut [F]) {
        match self {
            Self::F4 => each(bytes, to, |bytes| f64::from(f32::from_le_bytes(bytes))),
            Self::F8 => each(bytes, to, f64::from_le_bytes),
            Self::I1 => each(bytes, to, |bytes| f64::from(i8::from_le_bytes(bytes))),
            Self::I2 => each(bytes, to, |bytes| f64::from(i16::from_le_bytes(bytes))),
            Self::I4 => each(bytes, to, |bytes| f64::from(i32::from_le_bytes(bytes))),
            Self::I8 => each(bytes, to, |bytes| i64::from_le_bytes(bytes) as f64),
            Self::U1 => each(bytes, to, |[byte]: [u8; 1]| f64::from(byte)),
            Self::U2 => each(bytes, to, |bytes| f64::from(u16::from_le_bytes(bytes))),
            Self::U4 => each(bytes, to, |bytes| f64::from(u32::from_le_bytes(bytes))),
            Self::U8 => each(bytes, to, |bytes| u64::from_le_bytes(bytes) as f64),
            Self::Bool => each(bytes, to, |[byte]: [u8; 1]| f64::from(byte != 0)),
        }
    }
}

fn each<F: Float, const BYTES: usize>(
    bytes: &[u8],
    to: &mut [F],
    number: impl Fn([u8; BYTES]) -> f64,
) {
    let (numbers, _) = bytes.as_chunks();
    to.iter_mut().zip(numbers).for_each(|(to, &bytes)| *to = F::from_f64(number(bytes)));
}
