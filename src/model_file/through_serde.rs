//! Networks through serde: the bytes of their files.

use crate::activation::Activations;
use crate::bits::decoded;
use crate::float::Float;
use crate::mlp::Mlp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::{DeserializeSeed, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use std::fmt;

/// What [`to_bytes`](Mlp::to_bytes) gives; in text formats, as base64.
impl<F: Float> Serialize for Mlp<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.to_bytes().map_err(ser::Error::custom)?;
        if serializer.is_human_readable() {
            serializer.serialize_str(&BASE64.encode(bytes))
        } else {
            serializer.serialize_bytes(&bytes)
        }
    }
}

/// With the checks of [`from_bytes`](Mlp::from_bytes).
impl<'de, F: Float> Deserialize<'de> for Mlp<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Activations::new().deserialize(deserializer)
    }
}

/// For networks with activations of one's own: `own.deserialize(deserializer)`.
impl<'de, F: Float> DeserializeSeed<'de> for &Activations<F> {
    type Value = Mlp<F>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Mlp<F>, D::Error> {
        // Either is taken for the other: what serde has kept for later, as for a flattened field, calls itself readable.
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Model(self))
        } else {
            // Some formats, such as `ciborium`, lend only what is short, but give what they have read.
            deserializer.deserialize_byte_buf(Model(self))
        }
    }
}

struct Model<'r, F: Float>(&'r Activations<F>);

impl<F: Float> Visitor<'_> for Model<'_, F> {
    type Value = Mlp<F>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a densely model, as base64 or as bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let (mut bytes, length) = decoded(text).map_err(E::custom)?;
        super::read(&mut bytes, length as u64, self.0).map_err(E::custom)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Mlp::from_bytes_with(bytes, self.0).map_err(E::custom)
    }
}
