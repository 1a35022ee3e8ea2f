//! A reader of Protocol Buffers that works on the bytes of the file: it copies and allocates
//! nothing.
//!
//! A crate that decodes a file into structures holds a second copy of every tensor, and takes a
//! hundred times the memory of a forged file that consists of empty messages.

use crate::refusal::refused;
use densely::Result;

/// The fields of a message. Each field is known to be whole; the messages inside are not checked
/// yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(&'a [u8]);

/// The content of a field, by its encoding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldValue<'a> {
    /// An integer or a truth value.
    Number(u64),
    /// Text, a message, or packed numbers.
    Bytes(&'a [u8]),
    Fixed32([u8; 4]),
    /// Eight bytes, which no field of a network needs.
    Fixed64,
}

impl<'a> Fields<'a> {
    /// The fields in these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self> {
        let mut rest = bytes;
        while !rest.is_empty() {
            take_field(&mut rest)
                .ok_or_else(|| refused("the file is cut short or is no ONNX model"))?;
        }
        Ok(Self(bytes))
    }

    /// Whether both are the same bytes of the file.
    pub(crate) fn is(self, other: Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }

    pub(crate) fn fields(self) -> impl Iterator<Item = (u64, FieldValue<'a>)> {
        let mut rest = self.0;
        std::iter::from_fn(move || take_field(&mut rest))
    }

    /// The content of every field of this number.
    pub(crate) fn all(self, number: u64) -> impl Iterator<Item = FieldValue<'a>> {
        self.fields().filter(move |(field, _)| *field == number).map(|(_, value)| value)
    }

    /// The bytes in every field of this number.
    pub(crate) fn all_bytes(self, number: u64) -> impl Iterator<Item = &'a [u8]> {
        self.all(number).filter_map(|value| match value {
            FieldValue::Bytes(bytes) => Some(bytes),
            _ => None,
        })
    }

    /// The messages in every field of this number, without the damaged ones.
    pub(crate) fn all_messages(self, number: u64) -> impl Iterator<Item = Fields<'a>> {
        self.all_bytes(number).filter_map(|bytes| Fields::new(bytes).ok())
    }

    /// The texts in every field of this number; a text that is not UTF-8 counts as empty.
    pub(crate) fn all_texts(self, number: u64) -> impl Iterator<Item = &'a str> {
        self.all_bytes(number).map(|bytes| std::str::from_utf8(bytes).unwrap_or_default())
    }

    /// The bytes in the last field of this number: in Protocol Buffers the last one counts.
    pub(crate) fn bytes(self, number: u64) -> Option<&'a [u8]> {
        self.all_bytes(number).last()
    }

    pub(crate) fn message(self, number: u64) -> Option<Fields<'a>> {
        self.all_messages(number).last()
    }

    /// The text in the last field of this number, or an empty one.
    pub(crate) fn text(self, number: u64) -> &'a str {
        self.all_texts(number).last().unwrap_or_default()
    }

    pub(crate) fn number(self, number: u64) -> Option<i64> {
        let numbers = self.all(number).filter_map(|value| match value {
            FieldValue::Number(number) => Some(number.cast_signed()),
            _ => None,
        });
        numbers.last()
    }

    /// The integers of a repeated field, packed or one by one.
    pub(crate) fn numbers(self, number: u64) -> impl Iterator<Item = i64> {
        self.all(number).flat_map(|value| {
            let (one, mut packed) = match value {
                FieldValue::Number(number) => (Some(number), &[][..]),
                FieldValue::Bytes(packed) => (None, packed),
                FieldValue::Fixed32(_) | FieldValue::Fixed64 => (None, &[][..]),
            };
            let packed = std::iter::from_fn(move || take_varint(&mut packed));
            one.into_iter().chain(packed).map(u64::cast_signed)
        })
    }

    pub(crate) fn float(self, number: u64) -> Option<f32> {
        self.floats(number).last()
    }

    /// The floats of a repeated field, packed or one by one.
    pub(crate) fn floats(self, number: u64) -> impl Iterator<Item = f32> {
        self.all(number).flat_map(|value| {
            let (one, packed) = match value {
                FieldValue::Fixed32(bytes) => (Some(bytes), &[][..]),
                FieldValue::Bytes(packed) => (None, packed.as_chunks().0),
                FieldValue::Number(_) | FieldValue::Fixed64 => (None, &[][..]),
            };
            one.into_iter().chain(packed.iter().copied()).map(f32::from_le_bytes)
        })
    }
}

/// Takes a field from the front: its number and content. `None` at the end, for a field that is not
/// whole, and for a group, which ONNX never uses.
fn take_field<'a>(rest: &mut &'a [u8]) -> Option<(u64, FieldValue<'a>)> {
    let key = take_varint(rest)?;
    let value = match key & 7 {
        0 => FieldValue::Number(take_varint(rest)?),
        1 => rest.split_off(..8).map(|_| FieldValue::Fixed64)?,
        2 => {
            let length = usize::try_from(take_varint(rest)?).ok()?;
            FieldValue::Bytes(rest.split_off(..length)?)
        }
        5 => FieldValue::Fixed32(*rest.split_off(..4)?.first_chunk()?),
        _ => return None,
    };
    (key >> 3 > 0).then_some((key >> 3, value))
}

/// Takes a whole number, seven bits a byte, the least significant first.
fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *rest.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_seven_bits_a_byte() {
        let mut rest = &[0x96, 0x01, 0x05][..];
        assert_eq!((take_varint(&mut rest), take_varint(&mut rest)), (Some(150), Some(5)));
        let mut rest = &[0xff; 10][..];
        assert_eq!(take_varint(&mut rest), None, "more than 64 bits");
    }

    #[test]
    fn a_length_beyond_the_end_is_refused() {
        for bytes in [&[0x0a, 5, 1][..], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], &[0x0d, 1], &[0x0b]]
        {
            assert!(Fields::new(bytes).is_err(), "{bytes:?}");
        }
        assert!(Fields::new(&[0x0a, 1, 1]).is_ok());
    }
}
