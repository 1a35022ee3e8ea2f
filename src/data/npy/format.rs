//! What a `.npy` file looks like: a header of text, then the numbers, row by row.

use crate::error::{Error, NpyError, Result};
use crate::float::Float;
use ndarray_npy::npy::header::Header;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What begins every such file.
const MAGIC: &[u8] = b"\x93NUMPY";

/// The numbers begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// A header longer than this is none that numpy reads.
const LONGEST: u32 = 65_535;

/// Brackets in brackets are no deeper than this in any array of numbers. The time of the parser grows with the depth as a power does.
const DEEPEST: usize = 4;

/// What a header says.
pub(super) struct Shape {
    pub(super) lengths: Vec<usize>,
    /// The numbers' type, as numpy writes it.
    pub(super) element: String,
    /// Whether the numbers stand column by column.
    pub(super) fortran: bool,
}

/// What the header says, and where it ends.
pub(super) fn header(mut file: &File, path: &Path) -> Result<(Shape, u64)> {
    let wrong = |found: String| {
        let needs = "`np.save` writes such files";
        Error::Npy(NpyError::Unsuitable { file: path.into(), found, needs })
    };
    let mut read = |bytes: &mut [u8]| {
        file.read_exact(bytes).map_err(|source| match source.kind() {
            std::io::ErrorKind::UnexpectedEof => wrong("the header is not whole".to_owned()),
            _ => Error::Io { file: path.into(), source },
        })
    };
    // Magic and version.
    let mut bytes = vec![0; MAGIC.len() + 2];
    read(&mut bytes)?;
    if !bytes.starts_with(MAGIC) {
        return Err(wrong("this is no .npy file".to_owned()));
    }
    let mut length = [0; 4];
    let of_length = if bytes[MAGIC.len()] == 1 { 2 } else { 4 };
    read(&mut length[..of_length])?;
    bytes.extend_from_slice(&length[..of_length]);
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(wrong(format!("the header is said to be of {length} bytes")));
    }
    let before = bytes.len();
    bytes.resize(before + length as usize, 0);
    read(&mut bytes[before..])?;
    if depth(&bytes[before..]) > DEEPEST {
        return Err(wrong("the header is of no array of numbers".to_owned()));
    }
    let header = Header::from_reader(&mut &bytes[..]).map_err(|error| wrong(error.to_string()))?;
    let element = match header.type_descriptor.as_string() {
        Some(name) => name.clone(),
        None => header.type_descriptor.to_string(),
    };
    let fortran = header.layout.is_fortran();
    Ok((Shape { lengths: header.shape, element, fortran }, bytes.len() as u64))
}

/// How many brackets are open at once, at most.
fn depth(text: &[u8]) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for byte in text {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// A whole file of these numbers, which are in row-major order.
pub(super) fn file_of<F: Float>(numbers: &[F], shape: &[usize]) -> Vec<u8> {
    let mut lengths = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    if shape.len() == 1 {
        // As Python writes a tuple of one.
        lengths.push(',');
    }
    let bytes = size_of::<F>();
    let text = format!("{{'descr': '<f{bytes}', 'fortran_order': False, 'shape': ({lengths}), }}");
    // Behind magic, version and the length itself, and with the line's end.
    let before = MAGIC.len() + 4;
    let length = (before + text.len() + 1).next_multiple_of(ALIGNMENT) - before;
    let mut file = Vec::with_capacity(before + length + size_of_val(numbers));
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&[1, 0]);
    // Two lengths of 20 digits at most: version 1 has room for 65,535.
    file.extend_from_slice(&(length as u16).to_le_bytes());
    file.extend_from_slice(format!("{text:width$}\n", width = length - 1).as_bytes());
    F::extend_le_bytes(numbers, &mut file);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of NumPy: `np.save("a.npy", np.array([[1, 2], [3, 4]], "<f4"))`.
    #[test]
    fn files_are_those_of_numpy() {
        let file = file_of(&[1.0_f32, 2.0, 3.0, 4.0], &[2, 2]);
        let header =
            b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
        assert!(file.starts_with(header));
        assert_eq!((file.len(), file[127]), (128 + 16, b'\n'));
        assert!(file[header.len()..127].iter().all(|&byte| byte == b' '));
        assert_eq!(file[128..], [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64]);
    }
}
