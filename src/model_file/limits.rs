//! How large a model file's header may be: what a forged one makes the library allocate is bounded before it is allocated.

use super::damaged;
use crate::Result;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Bytes of a header.
pub(super) const MOST_HEADER_BYTES: u64 = 1 << 24;

/// Layers of a network.
pub(super) const MOST_LAYERS: usize = 1_000;

/// Names of columns, categories, targets and classes.
pub(super) const MOST_NAMES: usize = 1 << 16;

/// JSON values in the structure: for each name up to four, such as those of `{"name":"x","categories":[]}`.
pub(super) const MOST_VALUES: usize = 4 * MOST_NAMES + 8 * MOST_LAYERS;

/// JSON values in the header: of each tensor its type, shape and place, and a few besides.
pub(super) const MOST_HEADER_VALUES: usize = 10 * 2 * MOST_LAYERS + 100;

/// Whether JSON has so many values at most; keeps none of them.
pub(super) fn check_values(json: &[u8], most: usize) -> Result<()> {
    let mut left = most;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    Values(&mut left).deserialize(&mut deserializer).map_err(damaged)?;
    deserializer.end().map_err(damaged)
}

/// Counts values down.
struct Values<'c>(&'c mut usize);

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        *self.0 = self.0.checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(Values(self.0))?.is_some() {
            map.next_value_seed(Values(self.0))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element_seed(Values(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
