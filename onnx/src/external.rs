//! Tensors whose numbers are in another file beside the model, as PyTorch writes large models.

use crate::refusal::{refused, short};
use crate::wire::Fields;
use densely::{Error, Result};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The bytes of the files that the tensors of a model name.
#[derive(Debug, Default)]
pub(crate) struct ExternalFiles(BTreeMap<String, Vec<u8>>);

/// Whether a tensor's numbers are in another file.
pub(crate) fn is_external(tensor: Fields<'_>) -> bool {
    tensor.number(14).unwrap_or(0) != 0 || tensor.bytes(13).is_some()
}

/// What the tensor says about its other file under this key.
fn entry<'a>(tensor: Fields<'a>, key: &str) -> Option<&'a str> {
    tensor.all_messages(13).find(|entry| entry.text(1) == key).map(|entry| entry.text(2))
}

impl ExternalFiles {
    /// Reads the files that the initializers of a model name, in this folder.
    pub(crate) fn read(model: &[u8], folder: &Path) -> Result<Self> {
        let mut files = Self::default();
        let graph = Fields::new(model)?.message(7);
        let tensors = graph.iter().flat_map(|graph| graph.all_messages(5));
        for tensor in tensors.filter(|tensor| is_external(*tensor)) {
            let name = entry(tensor, "location").unwrap_or_default();
            if !files.0.contains_key(name) {
                files.0.insert(name.to_owned(), read_in(folder, name)?);
            }
        }
        Ok(files)
    }

    /// The sum of the files' lengths.
    pub(crate) fn bytes(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The bytes of a tensor; `None` if they are not in a file that was read, or beyond its end.
    pub(crate) fn bytes_of(&self, tensor: Fields<'_>) -> Option<&[u8]> {
        if !is_external(tensor) {
            return None;
        }
        let file = self.0.get(entry(tensor, "location")?)?;
        let number = |key| entry(tensor, key).map(str::parse).transpose().ok();
        let rest = file.get(number("offset")?.unwrap_or(0)..)?;
        rest.get(..number("length")?.unwrap_or(rest.len()))
    }
}

/// Reads a file of this folder. A name that leads out of the folder, by a link too, is refused.
fn read_in(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    let io = |source| Error::Io { file: path.clone(), source };
    let parts = || Path::new(name).components();
    // One spelling for each file: it is read once.
    let plain = parts().all(|part| matches!(part, Component::Normal(_)))
        && parts().collect::<PathBuf>().as_os_str() == name;
    let inside = plain && {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let whole = path.canonicalize().map_err(io)?;
        whole.starts_with(folder.canonicalize().map_err(io)?) && whole.is_file()
    };
    if name.is_empty() || !inside {
        let name = short(name);
        return Err(refused(format!(
            "external data in {name:?}: this must be a file in the model's folder"
        )));
    }
    std::fs::read(&path).map_err(io)
}
