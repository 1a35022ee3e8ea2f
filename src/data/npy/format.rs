//! What a `.npy` file looks like: a header of text, then the numbers, row by row.

use crate::Float;

/// What begins every such file.
const MAGIC: &[u8] = b"\x93NUMPY";

/// The numbers begin at a multiple of this.
const ALIGNMENT: usize = 64;

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
