//! Writes messages of Protocol Buffers. The numbers of fields are those of `onnx.proto`.
//!
//! A field begins with its number times 8, plus 0 before a whole number and 2 before bytes.

/// A message under construction.
#[derive(Debug, Default)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    /// Adds a whole number, seven bits a byte, the least significant first.
    pub(crate) fn number(mut self, field: u32, number: usize) -> Self {
        self.varint(u64::from(field) << 3);
        self.varint(number as u64);
        self
    }

    /// Adds a text, or bytes.
    pub(crate) fn text(mut self, field: u32, text: impl AsRef<[u8]>) -> Self {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(text.as_ref().len() as u64);
        self.0.extend(text.as_ref());
        self
    }

    pub(crate) fn message(self, field: u32, message: Self) -> Self {
        self.text(field, message.0)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }
}
