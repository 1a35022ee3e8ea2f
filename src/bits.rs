//! Numbers through serde without a change, and as bytes.
//!
//! Text formats may round the numbers that they read (`serde_json` does so in the last place by
//! default), and JSON has no NaN. Hence one number becomes the integer that has the same bits.
//! Many numbers become their little-endian bytes, which text formats write as base64.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64, read::DecoderReader};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, de::Visitor};
use std::fmt;
use std::io::{self, Read};

/// A value that goes through serde by its bits.
pub(crate) trait ByBits: Sized {
    fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    fn deserialize_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
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
pub(crate) fn serialize<T: ByBits, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    value.serialize_bits(to)
}

/// For `#[serde(with = "bits")]`.
pub(crate) fn deserialize<'de, T: ByBits, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    T::deserialize_bits(from)
}

/// A sequence of values, for `#[serde(with = "bits::each")]`.
pub(crate) mod each {
    use super::*;

    pub fn serialize<T: ByBits, S: Serializer>(all: &[T], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(Bits))
    }

    pub fn deserialize<'d, T: ByBits, D: Deserializer<'d>>(from: D) -> Result<Vec<T>, D::Error> {
        Ok(Vec::<Bits<T>>::deserialize(from)?.into_iter().map(|Bits(value)| value).collect())
    }
}

/// A number that has the same bytes on every machine: least significant first.
#[doc(hidden)]
pub trait LittleEndian: Copy {
    const BYTES: usize;

    fn append_to(self, bytes: &mut Vec<u8>);

    /// The number of these [`BYTES`](Self::BYTES) bytes, unless it is too large for this machine.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

macro_rules! impl_little_endian {
    ($($type:ident as $stored:ident),*) => {$(
        impl LittleEndian for $type {
            const BYTES: usize = size_of::<$stored>();

            fn append_to(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&(self as $stored).to_le_bytes());
            }

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                Self::try_from($stored::from_le_bytes(bytes.try_into().ok()?)).ok()
            }
        }
    )*};
}

impl_little_endian!(f32 as f32, f64 as f64, usize as u64);

/// As a signed integer, because some formats have no other.
impl ByBits for f64 {
    fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_bits().cast_signed().serialize(serializer)
    }

    fn deserialize_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(|bits| Self::from_bits(bits.cast_unsigned()))
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

impl<N: LittleEndian> ByBits for Vec<N> {
    fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(N::BYTES * self.len());
        self.iter().for_each(|number| number.append_to(&mut bytes));
        serialize_bytes(&bytes, serializer)
    }

    fn deserialize_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let what = format!("numbers of {} bytes each", N::BYTES);
        deserialize_bytes(deserializer, &what, |mut reader, length| match length % N::BYTES {
            0 => read_numbers(&mut reader, length / N::BYTES).map_err(|error| error.to_string()),
            _ => Err(format!("{length} bytes are not {what}")),
        })
    }
}

/// Serializes bytes, as base64 in text formats.
pub(crate) fn serialize_bytes<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    match to.is_human_readable() {
        true => to.serialize_str(&BASE64.encode(bytes)),
        false => to.serialize_bytes(bytes),
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

impl<T, E: fmt::Display, R: FnOnce(&mut dyn Read, usize) -> Result<T, E>> Visitor<'_>
    for BytesVisitor<'_, R>
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
pub(crate) fn read_numbers<N: LittleEndian>(
    from: &mut impl Read,
    count: usize,
) -> io::Result<Vec<N>> {
    let mut numbers = Vec::new();
    // A failing allocation would end the process.
    numbers.try_reserve_exact(count).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let mut chunk = [0; CHUNK];
    while numbers.len() < count {
        let left = (count - numbers.len()).saturating_mul(N::BYTES);
        let part = &mut chunk[..left.min(CHUNK)];
        from.read_exact(part)?;
        for number in part.chunks_exact(N::BYTES) {
            numbers.push(N::from_bytes(number).ok_or(io::ErrorKind::InvalidData)?);
        }
    }
    Ok(numbers)
}
