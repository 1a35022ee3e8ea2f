//! Limits on a model file's header. They bound what a forged file can make the library allocate.

use super::damage::damaged;
use crate::error::Result;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Bytes of a header. Reading may hold five copies of it: the bytes of the file, the text without
/// escapes, the text of the structure, the names, and a message.
pub(crate) const MOST_HEADER_BYTES: u64 = 5 << 20;

/// Layers of a network.
pub(crate) const MOST_LAYERS: usize = 1_000;

/// Names of columns, categories, targets and classes together.
pub(crate) const MOST_NAMES: usize = 1 << 16;

/// JSON values in the structure, names of fields included: up to five for each name, as in
/// `{"name":"x","categories":[]}`, and up to seven for each layer.
pub(crate) const MOST_VALUES: usize = 5 * MOST_NAMES + 7 * MOST_LAYERS + 100;

/// JSON values in the header, names of fields included: twelve for each of a layer's two tensors
/// (name, type, shape and place), and a few more.
pub(crate) const MOST_HEADER_VALUES: usize = 12 * 2 * MOST_LAYERS + 100;

/// Checks that JSON has at most `most` values, without keeping any. Returns the number of names in
/// the outermost object; a repeated name counts each time.
pub(crate) fn check_values(json: &[u8], most: usize) -> Result<usize> {
    let mut left = most;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let names = Values(&mut left).deserialize(&mut deserializer).map_err(damaged)?;
    deserializer.end().map_err(damaged)?;
    Ok(names)
}

/// Counts values down. Returns the number of names of an object, and 0 for any other value.
struct Values<'c>(&'c mut usize);

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        *self.0 = self.0.checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<usize, A::Error> {
        let mut names = 0;
        while map.next_key_seed(Values(self.0))?.is_some() {
            map.next_value_seed(Values(self.0))?;
            names += 1;
        }
        Ok(names)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<usize, A::Error> {
        while sequence.next_element_seed(Values(self.0))?.is_some() {}
        Ok(0)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_unit<E: Error>(self) -> Result<usize, E> {
        Ok(0)
    }
}
