//! Whether a file is text at all, before any of it is kept: a file may be far larger than memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Brackets within brackets; a state of training has less than ten.
const DEEPEST: u32 = 100;

/// Where in JSON one is.
#[derive(Debug, Default)]
pub(super) struct Text {
    quoted: bool,
    escaped: bool,
    depth: u32,
}

impl Text {
    /// What shows that the file is no JSON of a sane depth, if something does; the rest is for the parser to tell.
    pub(super) fn fault(path: &Path) -> io::Result<Option<&'static str>> {
        let mut file = File::open(path)?;
        let (mut text, mut chunk) = (Self::default(), vec![0; 1 << 16]);
        loop {
            match file.read(&mut chunk) {
                Ok(0) => return Ok(None),
                Ok(length) => {
                    let bytes = chunk.iter().take(length);
                    if let Some(fault) = bytes.copied().find_map(|byte| text.pass(byte)) {
                        return Ok(Some(fault));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn pass(&mut self, byte: u8) -> Option<&'static str> {
        match byte {
            b'\t' | b'\n' | b'\r' => {}
            ..b' ' => return Some("it is no text"),
            _ if self.escaped => {
                self.escaped = false;
                return None;
            }
            b'"' => self.quoted = !self.quoted,
            b'\\' => self.escaped = self.quoted,
            b'[' | b'{' if !self.quoted => self.depth = self.depth.saturating_add(1),
            b']' | b'}' if !self.quoted => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        (self.depth > DEEPEST).then_some("it is nested too deeply")
    }
}
