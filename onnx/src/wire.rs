//! A reader of Protocol Buffers that works on the bytes of the file: it copies and allocates
//! nothing.
//!
//! A crate that decodes a file into structures holds a second copy of every tensor, and takes a
//! hundred times the memory of a forged file that consists of empty messages.

use crate::refusal::refused;
use densely::Result;

/// The fields of a message. Each field is known to be whole; the messages inside are not checked
/// yet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fields<'a>(&'a [u8]);

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

    /// The number and the content of every field.
    pub(crate) fn fields(self) -> impl Iterator<Item = (u64, &'a [u8])> {
        let mut rest = self.0;
        std::iter::from_fn(move || take_field(&mut rest))
    }

    /// The content of every field of this number.
    pub(crate) fn all_bytes(self, number: u64) -> impl Iterator<Item = &'a [u8]> {
        self.fields().filter(move |(field, _)| *field == number).map(|(_, bytes)| bytes)
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

    /// The last message in a field of this number that is not damaged.
    pub(crate) fn message(self, number: u64) -> Option<Fields<'a>> {
        self.all_messages(number).last()
    }

    /// The text in the last field of this number, or an empty one.
    pub(crate) fn text(self, number: u64) -> &'a str {
        self.all_texts(number).last().unwrap_or_default()
    }

    /// The integer in the last field of this number.
    pub(crate) fn number(self, number: u64) -> Option<i64> {
        take_varint(&mut self.bytes(number)?).map(u64::cast_signed)
    }

    /// The integers of a repeated field, packed or one by one.
    pub(crate) fn numbers(self, number: u64) -> impl Iterator<Item = i64> {
        let of_field = |mut bytes| std::iter::from_fn(move || take_varint(&mut bytes));
        self.all_bytes(number).flat_map(of_field).map(u64::cast_signed)
    }

    /// The float in the last field of this number.
    pub(crate) fn float(self, number: u64) -> Option<f32> {
        self.bytes(number)?.first_chunk().map(|bytes| f32::from_le_bytes(*bytes))
    }

    /// The floats of a repeated field, packed or one by one.
    pub(crate) fn floats(self, number: u64) -> impl Iterator<Item = f32> {
        let of_field = |bytes: &'a [u8]| bytes.as_chunks().0.iter().copied();
        self.all_bytes(number).flat_map(of_field).map(f32::from_le_bytes)
    }
}

/// Takes a field from the front: its number and content, which is the number, or the text, message
/// or packed numbers behind the length. `None` at the end, for a field that is not whole, and for a
/// group, which ONNX never uses.
fn take_field<'a>(rest: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let key = take_varint(rest)?;
    let length = match key & 7 {
        0 => {
            let mut after = *rest;
            take_varint(&mut after)?;
            rest.len() - after.len()
        }
        1 => 8,
        2 => usize::try_from(take_varint(rest)?).ok()?,
        5 => 4,
        _ => return None,
    };
    let content = rest.split_off(..length)?;
    (key >> 3 > 0).then_some((key >> 3, content))
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
    fn packed_and_single_numbers_are_read_alike() {
        for bytes in [&[0x08, 0x96, 0x01, 0x08, 5][..], &[0x0a, 3, 0x96, 0x01, 5]] {
            let fields = Fields::new(bytes).unwrap();
            assert_eq!(fields.numbers(1).collect::<Vec<_>>(), [150, 5], "{bytes:?}");
        }
        for bytes in [
            &[0x0d, 0, 0, 0, 0x40, 0x0d, 0, 0, 0x80, 0x3f][..],
            &[0x0a, 8, 0, 0, 0, 0x40, 0, 0, 0x80, 0x3f],
        ] {
            let fields = Fields::new(bytes).unwrap();
            assert_eq!(fields.floats(1).collect::<Vec<_>>(), [2.0, 1.0], "{bytes:?}");
        }
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
