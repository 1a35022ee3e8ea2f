//! Numbers through serde without a change: by their bits.
//!
//! Text formats may round what they read (`serde_json` does, in the last place, unless told otherwise), and JSON has no NaN. A number alone is
//! the integer that has the same bits; many are the base64 of their little-endian bytes, or the bytes themselves in formats that are no text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use base64::read::DecoderReader;
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io::{self, Read};
use std::marker::PhantomData;

/// What has bits to be kept.
#[doc(hidden)]
pub trait Exact: Sized {
    /// The bits, as signed integers: some formats have no others.
    type Bits: Serialize + DeserializeOwned;

    /// The bits of many.
    type Many: Serialize + DeserializeOwned;

    fn bits(&self) -> Self::Bits;

    fn from_bits(bits: Self::Bits) -> Self;

    fn many_bits(many: &[Self]) -> Self::Many;

    fn from_many_bits(bits: Self::Many) -> Vec<Self>;
}

/// What is a row of bytes.
#[doc(hidden)]
pub trait Bytes: Sized {
    /// The numbers' bytes, least significant first, appended to `bytes`.
    fn extend_le_bytes(values: &[Self], bytes: &mut Vec<u8>);

    /// The numbers whose little-endian bytes these are, appended to `values`; a rest shorter than one number is left out.
    fn extend_from_le_bytes(values: &mut Vec<Self>, bytes: &[u8]);
}

macro_rules! bytes {
    ($($type:ident),*) => {$(
        impl Bytes for $type {
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

bytes!(f32, f64, u64);

macro_rules! number {
    ($type:ident, $bits:ident) => {
        impl Exact for $type {
            type Bits = $bits;
            type Many = Numbers<$type>;

            fn bits(&self) -> $bits {
                self.to_bits().cast_signed()
            }

            fn from_bits(bits: $bits) -> Self {
                Self::from_bits(bits.cast_unsigned())
            }

            fn many_bits(many: &[Self]) -> Numbers<Self> {
                Numbers(many.to_vec())
            }

            fn from_many_bits(Numbers(many): Numbers<Self>) -> Vec<Self> {
                many
            }
        }
    };
}

number!(f32, i32);
number!(f64, i64);

/// What is counted, in the same bytes on every machine.
impl Exact for usize {
    type Bits = usize;
    type Many = Numbers<u64>;

    fn bits(&self) -> usize {
        *self
    }

    fn from_bits(bits: usize) -> Self {
        bits
    }

    fn many_bits(many: &[Self]) -> Numbers<u64> {
        Numbers(many.iter().map(|&number| number as u64).collect())
    }

    /// What is too large for this machine is too large for anything that it counts.
    fn from_many_bits(Numbers(many): Numbers<u64>) -> Vec<Self> {
        many.into_iter().map(|number| Self::try_from(number).unwrap_or(Self::MAX)).collect()
    }
}

/// Numbers of which serde sees the bytes.
#[doc(hidden)]
#[derive(Debug)]
pub struct Numbers<F>(pub Vec<F>);

impl<F: Bytes> Serialize for Numbers<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::new();
        F::extend_le_bytes(&self.0, &mut bytes);
        if serializer.is_human_readable() {
            serializer.serialize_str(&BASE64.encode(bytes))
        } else {
            serializer.serialize_bytes(&bytes)
        }
    }
}

impl<'de, F: Bytes> Deserialize<'de> for Numbers<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Either is taken for the other: what serde has kept for later, as for a flattened field, calls itself readable.
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Text(PhantomData))
        } else {
            // Some formats, such as `ciborium`, lend only what is short, but give what they have read.
            deserializer.deserialize_byte_buf(Text(PhantomData))
        }
    }
}

struct Text<F>(PhantomData<F>);

impl<F: Bytes> Visitor<'_> for Text<F> {
    type Value = Numbers<F>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "numbers of {} bytes each, as base64 or as bytes", size_of::<F>())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let (mut bytes, length) = decoded(text).map_err(E::custom)?;
        self.numbers(&mut bytes, length)
    }

    fn visit_bytes<E: Error>(self, mut bytes: &[u8]) -> Result<Self::Value, E> {
        let length = bytes.len();
        self.numbers(&mut bytes, length)
    }
}

impl<F: Bytes> Text<F> {
    fn numbers<E: Error>(self, bytes: &mut impl Read, length: usize) -> Result<Numbers<F>, E> {
        if !length.is_multiple_of(size_of::<F>()) {
            return Err(E::invalid_length(length, &self));
        }
        read_numbers(bytes, length / size_of::<F>()).map(Numbers).map_err(E::custom)
    }
}

/// The bytes that base64 stands for, and how many they are if it is well-formed.
pub(crate) fn decoded(text: &str) -> Result<(impl Read, usize), &'static str> {
    if !text.len().is_multiple_of(4) {
        return Err("the length of base64 is a multiple of four");
    }
    let padding = text.bytes().rev().take(2).take_while(|&byte| byte == b'=').count();
    let length = (text.len() / 4 * 3).saturating_sub(padding);
    Ok((DecoderReader::new(text.as_bytes(), &BASE64), length))
}

/// So many bytes are read at a time; a multiple of any number's.
const CHUNK: usize = 1 << 14;

/// Reads so many numbers, of which the reader is thought to have the bytes.
pub(crate) fn read_numbers<F: Bytes>(reader: &mut impl Read, count: usize) -> io::Result<Vec<F>> {
    let mut numbers = Vec::new();
    // An allocation that fails would end the process.
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

impl<T: Exact> Exact for Vec<T> {
    type Bits = T::Many;
    type Many = Vec<T::Many>;

    fn bits(&self) -> Self::Bits {
        T::many_bits(self)
    }

    fn from_bits(bits: Self::Bits) -> Self {
        T::from_many_bits(bits)
    }

    fn many_bits(many: &[Self]) -> Self::Many {
        many.iter().map(Self::bits).collect()
    }

    fn from_many_bits(bits: Self::Many) -> Vec<Self> {
        bits.into_iter().map(Self::from_bits).collect()
    }
}

impl<T: Exact> Exact for Option<T> {
    type Bits = Option<T::Bits>;
    type Many = Vec<Option<T::Bits>>;

    fn bits(&self) -> Self::Bits {
        self.as_ref().map(T::bits)
    }

    fn from_bits(bits: Self::Bits) -> Self {
        bits.map(T::from_bits)
    }

    fn many_bits(many: &[Self]) -> Self::Many {
        many.iter().map(Self::bits).collect()
    }

    fn from_many_bits(bits: Self::Many) -> Vec<Self> {
        bits.into_iter().map(Self::from_bits).collect()
    }
}

pub(crate) fn serialize<T: Exact, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.bits().serialize(serializer)
}

pub(crate) fn deserialize<'de, T: Exact, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    T::Bits::deserialize(deserializer).map(T::from_bits).map_err(D::Error::custom)
}
