//! Writing a data set as `.npy` files.

use super::file::MAGIC;
use crate::error::{Error, NpyError, Result};
use crate::{atomic_file, data::Dataset, float::Float, schema::Schema};
use ndarray::ArrayViewD;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file of the schema in a folder of shards.
pub(super) const SCHEMA: &str = "schema.json";

/// The numbers of a file begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// A file of a shard: `inputs-00007.npy`.
pub(super) fn shard_file(folder: &Path, what: &str, number: &str) -> PathBuf {
    folder.join(format!("{what}-{number}.npy"))
}

impl<F: Float> Dataset<F> {
    /// Writes the rows as one shard of a larger data set, with the files of
    /// [`open_shards`](Dataset::open_shards): inputs, rows × features, targets, rows × outputs,
    /// weights if the rows have some, and the schema, which a folder's shards have in common.
    /// With the cargo feature `npy`.
    ///
    /// Each file is replaced as a whole, the inputs last. A program that is stopped leaves complete
    /// shards, and perhaps targets without inputs, which are ignored. Writing copies the shard in
    /// memory.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::array;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let inputs = array![[1.0, 2.0], [3.0, 4.0]];
    /// for (number, y) in [[5.0, 6.0], [7.0, 8.0]].into_iter().enumerate() {
    ///     Dataset::<f32>::regression(inputs.clone(), y)?.save_shard(folder.path(), number)?;
    /// }
    /// assert!(folder.path().join("inputs-00001.npy").exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NpyError::SchemaMismatch`] if the folder's `schema.json` holds another schema;
    /// [`Error::Io`] if a file cannot be written, for example because the folder does not exist.
    pub fn save_shard(&self, folder: impl AsRef<Path>, number: usize) -> Result<()> {
        let (folder, number) = (folder.as_ref(), format!("{number:05}"));
        keep_schema(self.schema(), folder.join(SCHEMA))?;
        let path = |what| shard_file(folder, what, &number);
        let write =
            |what, numbers: ArrayViewD<'_, F>| atomic_file::write(path(what), &file_of(numbers));
        // If the program stops from here on, no old inputs remain beside new targets.
        remove(path("inputs"))?;
        match self.weights() {
            Some(weights) => write("weights", weights.into_dyn())?,
            // An earlier shard of this number may have had weights.
            None => remove(path("weights"))?,
        }
        write("targets", self.targets().into_dyn())?;
        write("inputs", self.inputs().into_dyn())
    }
}

/// Removes a file if it exists.
fn remove(file: PathBuf) -> Result<()> {
    match std::fs::remove_file(&file) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::Io { file, source }),
        _ => Ok(()),
    }
}

/// Writes the schema if the folder has none; refuses another one.
fn keep_schema(schema: &Schema, path: PathBuf) -> Result<()> {
    match read_schema(&path)? {
        None => {
            let failed = |error| Error::Io { file: path.clone(), source: error };
            let text = serde_json::to_vec_pretty(schema).map_err(|error| failed(error.into()))?;
            atomic_file::write(&path, &text)
        }
        Some(known) if known == *schema => Ok(()),
        Some(_) => Err(NpyError::SchemaMismatch { file: path }.into()),
    }
}

/// The schema in this file, if the file exists.
pub(super) fn read_schema(path: &Path) -> Result<Option<Schema>> {
    let failed = |source| Error::Io { file: path.into(), source };
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| failed(error.into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
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
