//! Numbers through serde without a change, and as bytes.
//!
//! Text formats may round the numbers that they read (`serde_json` does so in the last place by
//! default), and JSON has no NaN. Hence one number becomes the integer that has the same bits.
//! Many numbers become their little-endian bytes, which text formats write as base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use base64::read::DecoderReader;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io::{self, Read};

/// A value that goes through serde by its bits.
#[doc(hidden)]
pub trait ByBits: Sized {
    fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    fn deserialize_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// A sequence of the values, unless the implementation has a denser form.
    fn serialize_many<S: Serializer>(many: &[Self], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(many.iter().map(Bits))
    }

    fn deserialize_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Self>, D::Error> {
        let many = Vec::<Bits<Self>>::deserialize(deserializer)?;
        Ok(many.into_iter().map(|Bits(value)| value).collect())
    }
}

/// A value whose serde implementation is its [`ByBits`]; to serialize, a reference to one.
pub(crate) struct Bits<T>(pub(crate) T);

impl<T: ByBits> Serialize for Bits<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_bits(serializer)
    }
}

impl<'de, T: ByBits> Deserialize<'de> for Bits<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize_bits(deserializer).map(Self)
    }
}

/// For `#[serde(with = "bits")]`.
pub(crate) fn serialize<T: ByBits, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.serialize_bits(serializer)
}

/// For `#[serde(with = "bits")]`.
pub(crate) fn deserialize<'de, T: ByBits, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    T::deserialize_bits(deserializer)
}

/// A number that has the same bytes on every machine: least significant first.
#[doc(hidden)]
pub trait LittleEndian: Sized {
    /// Appends the numbers' bytes to `bytes`.
    fn extend_le_bytes(values: &[Self], bytes: &mut Vec<u8>);

    /// Appends the numbers that have these bytes to `values`; ignores an incomplete last number.
    fn extend_from_le_bytes(values: &mut Vec<Self>, bytes: &[u8]);
}

macro_rules! impl_little_endian {
    ($($type:ident),*) => {$(
        impl LittleEndian for $type {
            fn extend_le_bytes(values: &[Self], bytes: &mut Vec<u8>) {
                bytes.reserve(size_of_val(values));
                bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            }

            fn extend_from_le_bytes(values: &mut Vec<Self>, bytes: &[u8]) {
                let (numbers, _) = bytes.as_chunks::<{ size_of::<$type>() }>();
                values.extend(numbers.iter().map(|&number| $type::from_le_bytes(number)));
            }
        }
    )*};
}

impl_little_endian!(f32, f64, u64);

/// `$bits` are signed, because some formats have no other integers.
macro_rules! impl_by_bits {
    ($type:ident, $bits:ident) => {
        impl ByBits for $type {
            fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.to_bits().cast_signed().serialize(serializer)
            }

            fn deserialize_bits<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $bits::deserialize(from).map(|bits| Self::from_bits(bits.cast_unsigned()))
            }

            fn serialize_many<S: Serializer>(many: &[Self], to: S) -> Result<S::Ok, S::Error> {
                serialize_numbers(many, to)
            }

            fn deserialize_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Self>, D::Error> {
                deserialize_numbers(from)
            }
        }
    };
}

impl_by_bits!(f32, i32);
impl_by_bits!(f64, i64);

/// Many become `u64`, on every machine.
impl ByBits for usize {
    fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }

    fn deserialize_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    fn serialize_many<S: Serializer>(many: &[Self], serializer: S) -> Result<S::Ok, S::Error> {
        serialize_numbers(&many.iter().map(|&number| number as u64).collect::<Vec<_>>(), serializer)
    }

    fn deserialize_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Self>, D::Error> {
        let many: Vec<u64> = deserialize_numbers(deserializer)?;
        many.into_iter().map(|number| Self::try_from(number).map_err(D::Error::custom)).collect()
    }
}

impl<T: ByBits> ByBits for Vec<T> {
    fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize_many(self, serializer)
    }

    fn deserialize_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize_many(deserializer)
    }
}

impl<T: ByBits> ByBits for Option<T> {
    fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(Bits).serialize(serializer)
    }

    fn deserialize_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Bits<T>>::deserialize(deserializer)?.map(|Bits(value)| value))
    }
}

fn serialize_numbers<F: LittleEndian, S: Serializer>(
    numbers: &[F],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::new();
    F::extend_le_bytes(numbers, &mut bytes);
    serialize_bytes(&bytes, serializer)
}

fn deserialize_numbers<'de, F: LittleEndian, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<F>, D::Error> {
    let size = size_of::<F>();
    let what = format!("numbers of {size} bytes each");
    deserialize_bytes(deserializer, &what, |mut reader, length| match length % size {
        0 => read_numbers(&mut reader, length / size).map_err(|error| error.to_string()),
        _ => Err(format!("{length} bytes are not {what}")),
    })
}

/// Serializes bytes, as base64 in text formats.
pub(crate) fn serialize_bytes<S: Serializer>(
    bytes: &[u8],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match serializer.is_human_readable() {
        true => serializer.serialize_str(&BASE64.encode(bytes)),
        false => serializer.serialize_bytes(bytes),
    }
}

/// Reads `what` from the bytes that [`serialize_bytes`] wrote. `read` gets their number, too.
pub(crate) fn deserialize_bytes<'de, D: Deserializer<'de>, T, E: fmt::Display>(
    deserializer: D,
    what: &str,
    read: impl FnOnce(&mut dyn Read, usize) -> Result<T, E>,
) -> Result<T, D::Error> {
    // The visitor accepts both forms in either case: content that serde has buffered, as for a
    // flattened field, always claims to be human-readable.
    let visitor = BytesVisitor { what, read };
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(visitor)
    } else {
        // Formats such as `ciborium` lend short bytes only, but hand over bytes of any length.
        deserializer.deserialize_byte_buf(visitor)
    }
}

struct BytesVisitor<'w, R> {
    what: &'w str,
    read: R,
}

impl<T, E: fmt::Display, R> Visitor<'_> for BytesVisitor<'_, R>
where
    R: FnOnce(&mut dyn Read, usize) -> Result<T, E>,
{
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, as base64 or as bytes", self.what)
    }

    fn visit_str<V: Error>(self, text: &str) -> Result<T, V> {
        if !text.len().is_multiple_of(4) {
            return Err(V::custom("the length of base64 is a multiple of four"));
        }
        let padding = text.bytes().rev().take(2).take_while(|&byte| byte == b'=').count();
        let length = (text.len() / 4 * 3).saturating_sub(padding);
        let mut reader = DecoderReader::new(text.as_bytes(), &BASE64);
        (self.read)(&mut reader, length).map_err(V::custom)
    }

    fn visit_bytes<V: Error>(self, mut bytes: &[u8]) -> Result<T, V> {
        let length = bytes.len();
        (self.read)(&mut bytes, length).map_err(V::custom)
    }
}

/// How many bytes are read at a time: a multiple of any number's size.
const CHUNK: usize = 1 << 14;

/// Reads `count` numbers.
pub(crate) fn read_numbers<F: LittleEndian>(
    reader: &mut impl Read,
    count: usize,
) -> io::Result<Vec<F>> {
    let mut numbers = Vec::new();
    // A failing allocation would end the process.
    numbers.try_reserve_exact(count).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let mut chunk = [0; CHUNK];
    let mut left = count.saturating_mul(size_of::<F>());
    while left > 0 {
        let part = &mut chunk[..left.min(CHUNK)];
        reader.read_exact(part)?;
        F::extend_from_le_bytes(&mut numbers, part);
        left -= part.len();
    }
    Ok(numbers)
}
