//! How large a model file's header may be: what a forged one makes the library allocate is bounded before it is allocated.

use super::damaged;
use crate::error::Result;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Bytes of a header. While it is read it is there up to five times: as it is in the file, without its escapes, as text, as names, and in a message.
pub(crate) const MOST_HEADER_BYTES: u64 = 5 << 20;

/// Layers of a network.
pub(crate) const MOST_LAYERS: usize = 1_000;

/// Names of columns, categories, targets and classes.
pub(crate) const MOST_NAMES: usize = 1 << 16;

/// JSON values in the structure, names of fields included: for each name up to five, such as those of `{"name":"x","categories":[]}`, and for a layer up to seven.
pub(crate) const MOST_VALUES: usize = 5 * MOST_NAMES + 7 * MOST_LAYERS + 100;

/// JSON values in the header, names of fields included: for each of a layer's two tensors its name, type, shape and place, twelve in all, and a few besides.
pub(crate) const MOST_HEADER_VALUES: usize = 12 * 2 * MOST_LAYERS + 100;

/// Whether JSON has so many values at most; keeps none of them. How many names are in the outermost object, those that stand twice counted twice.
pub(crate) fn check_values(json: &[u8], most: usize) -> Result<usize> {
    let mut left = most;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let names = Values(&mut left).deserialize(&mut deserializer).map_err(damaged)?;
    deserializer.end().map_err(damaged)?;
    Ok(names)
}

/// Counts values down; gives the number of names of an object, 0 for what is none.
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
