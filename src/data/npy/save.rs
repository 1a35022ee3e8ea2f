//! Writing a data set as `.npy` files.

use super::format::file_of;
use crate::error::{Error, NpyError, Result};
use crate::{atomic_file, data::Dataset, float::Float, schema::Schema};
use ndarray::ArrayViewD;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file of the schema in a folder of shards.
pub(super) const SCHEMA: &str = "schema.json";

/// The name of a shard's file: `inputs-00007.npy`.
pub(super) fn file_name(what: &str, number: usize) -> String {
    format!("{what}-{number:05}.npy")
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
        let folder = folder.as_ref();
        keep_schema(self.schema(), folder.join(SCHEMA))?;
        // If the program stops from here on, no old inputs remain beside new targets.
        remove(folder.join(file_name("inputs", number)))?;
        let write = |what, numbers: ArrayViewD<'_, F>| {
            atomic_file::write(folder.join(file_name(what, number)), &file_of(numbers))
        };
        match self.weights() {
            Some(weights) => write("weights", weights.into_dyn())?,
            // An earlier shard of this number may have had weights.
            None => remove(folder.join(file_name("weights", number)))?,
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
