//! Tensors whose numbers are in another file beside the model, as PyTorch writes large models.

use crate::constant::Constant;
use crate::refusal::{refused, short};
use crate::wire::Fields;
use densely::{Error, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

/// The bytes of the tensors in other files.
#[derive(Debug, Default)]
pub(crate) struct ExternalFiles<'a>(BTreeMap<FileRange<'a>, Vec<u8>>);

/// The file's name, the offset, and the length if the tensor says it; otherwise the rest of the
/// file.
type FileRange<'a> = (&'a str, u64, Option<u64>);

fn range(tensor: Fields<'_>) -> Result<FileRange<'_>, String> {
    let entry = |key| tensor.all_messages(13).find(|of| of.text(1) == key).map(|of| of.text(2));
    let number = |key| {
        let fault = |text| format!("{key} {:?} is not a whole number", short(text));
        entry(key).map(|text| text.parse().map_err(|_| fault(text))).transpose()
    };
    let (offset, length) = (number("offset")?.unwrap_or(0), number("length")?);
    Ok((entry("location").unwrap_or_default(), offset, length))
}

impl<'a> ExternalFiles<'a> {
    /// Reads what the initializers of a model name in the files of this folder.
    pub(crate) fn read(model: &'a [u8], folder: &Path) -> Result<Self> {
        let (mut read, mut rests) = (BTreeMap::new(), BTreeMap::new());
        let graph = Fields::new(model)?.message(7);
        let tensors = graph.iter().flat_map(|graph| graph.all_messages(5));
        let tensors = tensors.map(|message| (message, Constant::tensor(message, None)));
        for (message, tensor) in tensors.filter(|(_, tensor)| tensor.is_elsewhere()) {
            let fault = |reason| refused(format!("tensor {:?}: {reason}", tensor.name()));
            let range = range(message).map_err(fault)?;
            if read.contains_key(&range) {
                continue;
            }
            let (name, offset, length) = range;
            let path = path_in(folder, name)?;
            let io = |source| Error::Io { file: path.clone(), source };
            let mut file = File::open(&path).map_err(io)?;
            let whole = file.metadata().map_err(io)?.len();
            let length = length.unwrap_or(whole.saturating_sub(offset));
            let name = short(name);
            if offset.checked_add(length).is_none_or(|end| end > whole) {
                let reason = format!("offset {offset} and length {length} in {name:?}");
                return Err(fault(format!("{reason}, which has {whole} bytes")));
            }
            let count = usize::try_from(length).map_err(refused)?;
            tensor.check_length(count)?;
            // A forged model names overlapping ranges, to read a file many times.
            let rest = rests.entry(path.clone()).or_insert(whole);
            let overlap = || fault(format!("the tensors in {name:?} overlap"));
            *rest = rest.checked_sub(length).ok_or_else(overlap)?;
            let mut bytes = Vec::new();
            bytes.try_reserve_exact(count).map_err(|error| io(error.into()))?;
            file.seek(SeekFrom::Start(offset)).map_err(io)?;
            file.take(length).read_to_end(&mut bytes).map_err(io)?;
            read.insert(range, bytes);
        }
        Ok(Self(read))
    }

    /// The sum of the lengths.
    pub(crate) fn bytes(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The bytes of a tensor; `None` if they are not in a file that was read.
    pub(crate) fn bytes_of(&self, tensor: Fields<'a>) -> Option<&[u8]> {
        self.0.get(&range(tensor).ok()?).map(Vec::as_slice)
    }
}

/// The path of a file in this folder. A name that leads out of the folder, by a link too, is
/// refused.
fn path_in(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    let io = |source| Error::Io { file: path.clone(), source };
    let parts = || Path::new(name).components();
    let plain = parts().all(|part| matches!(part, Component::Normal(_)))
        && parts().collect::<PathBuf>().as_os_str() == name;
    if !name.is_empty() && plain {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let whole = path.canonicalize().map_err(io)?;
        if whole.starts_with(folder.canonicalize().map_err(io)?) && whole.is_file() {
            return Ok(whole);
        }
    }
    let name = short(name);
    Err(refused(format!("external data in {name:?}: this must be a file in the model's folder")))
}
