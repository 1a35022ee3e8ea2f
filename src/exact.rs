//! Numbers through serde without a change: as the integers that have the same bits.
//!
//! Text formats may round what they read (`serde_json` does, in the last place, unless told otherwise), and JSON has no NaN.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What has bits to be kept.
#[doc(hidden)]
pub trait Exact: Sized {
    /// The bits, as signed integers: some formats have no others.
    type Bits: Serialize + DeserializeOwned;

    fn bits(&self) -> Self::Bits;

    fn from_bits(bits: Self::Bits) -> Self;
}

impl Exact for f32 {
    type Bits = i32;

    fn bits(&self) -> i32 {
        self.to_bits().cast_signed()
    }

    fn from_bits(bits: i32) -> Self {
        Self::from_bits(bits.cast_unsigned())
    }
}

impl Exact for f64 {
    type Bits = i64;

    fn bits(&self) -> i64 {
        self.to_bits().cast_signed()
    }

    fn from_bits(bits: i64) -> Self {
        Self::from_bits(bits.cast_unsigned())
    }
}

impl<T: Exact> Exact for Vec<T> {
    type Bits = Vec<T::Bits>;

    fn bits(&self) -> Self::Bits {
        self.iter().map(T::bits).collect()
    }

    fn from_bits(bits: Self::Bits) -> Self {
        bits.into_iter().map(T::from_bits).collect()
    }
}

impl<T: Exact> Exact for Option<T> {
    type Bits = Option<T::Bits>;

    fn bits(&self) -> Self::Bits {
        self.as_ref().map(T::bits)
    }

    fn from_bits(bits: Self::Bits) -> Self {
        bits.map(T::from_bits)
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
