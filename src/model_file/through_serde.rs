//! Networks through serde, as the bytes of their files.

use crate::bits::{deserialize_bytes, serialize_bytes};
use crate::{activation::Activations, float::Float, mlp::Mlp};
use serde::de::DeserializeSeed;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

/// Writes what [`to_bytes`](Mlp::to_bytes) returns, as base64 in text formats.
impl<F: Float> Serialize for Mlp<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_bytes(&self.to_bytes().map_err(ser::Error::custom)?, serializer)
    }
}

/// Checks what [`from_bytes`](Mlp::from_bytes) checks.
impl<'de, F: Float> Deserialize<'de> for Mlp<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Activations::new().deserialize(deserializer)
    }
}

/// Reads networks with custom activations: `own.deserialize(deserializer)`.
impl<'de, F: Float> DeserializeSeed<'de> for &Activations<F> {
    type Value = Mlp<F>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Mlp<F>, D::Error> {
        deserialize_bytes(deserializer, "a densely model", |mut reader, length| {
            super::read(&mut reader, length as u64, self, true)
        })
    }
}
