//! The format of a `.npy` file: a header of text, then the numbers, row by row.

use crate::error::{Error, NpyError, Result};
use crate::float::Float;
use ndarray::ArrayViewD;
use ndarray_npy::npy::header::Header;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The first bytes of every file.
const MAGIC: &[u8] = b"\x93NUMPY";

/// The numbers begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// The longest header that numpy reads.
const LONGEST: u32 = 65_535;

/// The most nested brackets in the header of an array of numbers. The parser's time grows
/// exponentially with the depth.
const DEEPEST: usize = 4;

/// The contents of a header.
pub(super) struct NpyHeader {
    pub(super) lengths: Vec<usize>,
    /// Numpy's name of the number type.
    pub(super) dtype: String,
    /// Whether the numbers are in column-major order.
    pub(super) fortran: bool,
}

/// Reads the header. Also returns the place of its end.
pub(super) fn read_header(mut file: &File, path: &Path) -> Result<(NpyHeader, u64)> {
    let wrong = |found: String| {
        let needs = "`np.save` writes such files";
        Error::Npy(NpyError::Unsuitable { file: path.into(), found, needs })
    };
    let mut read = |bytes: &mut [u8]| {
        file.read_exact(bytes).map_err(|source| match source.kind() {
            std::io::ErrorKind::UnexpectedEof => wrong("the header is truncated".to_owned()),
            _ => Error::Io { file: path.into(), source },
        })
    };
    // Magic and version.
    let mut bytes = vec![0; MAGIC.len() + 2];
    read(&mut bytes)?;
    if !bytes.starts_with(MAGIC) {
        return Err(wrong("this is not a .npy file".to_owned()));
    }
    let mut length = [0; 4];
    let of_length = if bytes[MAGIC.len()] == 1 { 2 } else { 4 };
    read(&mut length[..of_length])?;
    bytes.extend_from_slice(&length[..of_length]);
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(wrong(format!("the header has a length of {length} bytes")));
    }
    let before = bytes.len();
    bytes.resize(before + length as usize, 0);
    read(&mut bytes[before..])?;
    if depth(&bytes[before..]) > DEEPEST {
        return Err(wrong("the header is not that of an array of numbers".to_owned()));
    }
    let header = Header::from_reader(&mut &bytes[..]).map_err(|error| wrong(error.to_string()))?;
    let descriptor = &header.type_descriptor;
    let dtype = descriptor.as_string().cloned().unwrap_or_else(|| descriptor.to_string());
    let fortran = header.layout.is_fortran();
    Ok((NpyHeader { lengths: header.shape, dtype, fortran }, bytes.len() as u64))
}

/// The largest number of open brackets.
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

/// The bytes of a file of these numbers.
pub(super) fn file_of<F: Float>(numbers: ArrayViewD<'_, F>) -> Vec<u8> {
    let lengths: Vec<String> = numbers.shape().iter().map(usize::to_string).collect();
    let mut lengths = lengths.join(", ");
    if numbers.ndim() == 1 {
        // Python writes a tuple of one with a comma.
        lengths.push(',');
    }
    let bytes = size_of::<F>();
    let text = format!("{{'descr': '<f{bytes}', 'fortran_order': False, 'shape': ({lengths}), }}");
    // Magic, version and the length itself come before the text, a line feed after it.
    let before = MAGIC.len() + 4;
    let length = (before + text.len() + 1).next_multiple_of(ALIGNMENT) - before;
    let mut file = Vec::with_capacity(before + length + bytes * numbers.len());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&[1, 0]);
    // The text has at most two lengths of 20 digits, far from the 65,535 bytes of version 1.
    file.extend_from_slice(&(length as u16).to_le_bytes());
    file.extend_from_slice(format!("{text:width$}\n", width = length - 1).as_bytes());
    numbers.iter().for_each(|number| number.append_to(&mut file));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From NumPy: `np.save("a.npy", np.array([[1, 2], [3, 4]], "<f4"))`.
    #[test]
    fn files_are_those_of_numpy() {
        let file = file_of(ndarray::array![[1.0_f32, 2.0], [3.0, 4.0]].view().into_dyn());
        let header =
            b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
        assert!(file.starts_with(header));
        assert_eq!((file.len(), file[127]), (128 + 16, b'\n'));
        assert!(file[header.len()..127].iter().all(|&byte| byte == b' '));
        assert_eq!(file[128..], [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64]);
    }
}
