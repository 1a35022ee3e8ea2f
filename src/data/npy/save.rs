//! Writing a data set as `.npy` files.

use super::format::file_of;
use crate::atomic_file;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::float::Float;
use crate::schema::Schema;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file of the names, in a folder of shards.
pub(super) const SCHEMA: &str = "schema.json";

/// What a shard's files are called: `inputs-00007.npy`.
pub(super) fn file_name(what: &str, number: usize) -> String {
    format!("{what}-{number:05}.npy")
}

impl<F: Float> Dataset<F> {
    /// Writes the rows as one shard of a larger data set: `inputs-00007.npy`, rows × features, and `targets-00007.npy`, rows × outputs, for number 7; `weights-00007.npy`
    /// if the rows have weights; and `schema.json`, the names, which all shards of a folder have in common. NumPy reads them too. With the cargo feature `npy`.
    ///
    /// Each file is replaced as a whole, the inputs last: a program that is stopped leaves whole shards, and perhaps targets without inputs, which nobody reads. The shard
    /// goes through memory once more.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::array;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let part = |y| Dataset::<f32>::regression(array![[1.0, 2.0], [3.0, 4.0]], y)?.with_feature_names(["weight", "age"]);
    /// part([5.0, 6.0])?.save_shard(folder.path(), 0)?;
    /// part([7.0, 8.0])?.save_shard(folder.path(), 1)?;
    /// assert!(folder.path().join("inputs-00001.npy").exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::OtherShards`] if the folder's `schema.json` has other names; [`Error::Io`] if a file cannot be written, such as in a folder that does not exist.
    pub fn save_shard(&self, folder: impl AsRef<Path>, number: usize) -> Result<()> {
        let folder = folder.as_ref();
        keep_schema(self.schema(), folder.join(SCHEMA))?;
        // Were it stopped now, half of a shard would be there, not one of old inputs and new targets.
        remove(folder.join(file_name("inputs", number)))?;
        let weights = folder.join(file_name("weights", number));
        match self.weights() {
            Some(numbers) => {
                let numbers = numbers.as_standard_layout();
                let slice = numbers.as_slice().unwrap_or_default();
                atomic_file::write(&weights, &file_of(slice, &[self.rows()]))?;
            }
            // Of a shard that was there before.
            None => remove(weights)?,
        }
        for (what, numbers) in [("targets", self.targets()), ("inputs", self.inputs())] {
            let shape = numbers.dim();
            let numbers = numbers.as_standard_layout();
            let slice = numbers.as_slice().unwrap_or_default();
            atomic_file::write(
                folder.join(file_name(what, number)),
                &file_of(slice, &[shape.0, shape.1]),
            )?;
        }
        Ok(())
    }
}

/// Removes a file, if it is there.
fn remove(file: PathBuf) -> Result<()> {
    match std::fs::remove_file(&file) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::Io { file, source }),
        _ => Ok(()),
    }
}

/// Writes the names where there are none; refuses others.
fn keep_schema(schema: &Schema, path: PathBuf) -> Result<()> {
    match read_schema(&path)? {
        None => {
            let text = serde_json::to_vec_pretty(schema).map_err(|error| {
                let file = path.clone();
                Error::Io { file, source: error.into() }
            })?;
            atomic_file::write(&path, &text)
        }
        Some(known) if known == *schema => Ok(()),
        Some(_) => Err(Error::OtherShards { file: path }),
    }
}

/// The names in this file, if there is one.
pub(super) fn read_schema(path: &Path) -> Result<Option<Schema>> {
    let failed = |source| Error::Io { file: path.into(), source };
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| failed(error.into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}
