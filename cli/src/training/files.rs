//! The files that a training writes.

use super::checkpoint::Kept;
use super::options::Options;
use super::pictures::Pictures;
use super::task::Task;
use crate::network::Network;
use crate::places::{is_same_file, place};
use std::error::Error;
use std::fmt::Display;
use std::path::{Path, PathBuf};

/// The network, the checkpoint and the pictures.
pub struct Files {
    pub(super) network: Option<PathBuf>,
    pub(super) kept: Option<Kept>,
    pub(super) pictures: Option<Pictures>,
}

impl Files {
    /// Makes their folders and sees that they can be written, and that the network is not saved
    /// over any of them, or over the data. Without data: those of a process that does not write,
    /// but resumes from the same checkpoint.
    ///
    /// # Errors
    ///
    /// A file that cannot be written, or must not be written over.
    pub fn prepare(
        options: &Options,
        task: Task,
        data: Option<&Path>,
        target: &str,
    ) -> Result<Self, Box<dyn Error>> {
        let Some(data) = data else {
            let kept = options.checkpoint.as_deref().map(Kept::of_another);
            return Ok(Self { network: None, kept, pictures: None });
        };
        check_leaves_data_alone(options, data)?;
        let kept = options.checkpoint.as_deref().map(Kept::in_folder).transpose()?;
        let pictures = options.plot.as_deref().map(|folder| Pictures::in_folder(folder, task));
        let pictures = pictures.transpose()?;
        let network = match &options.save {
            Some(path) => {
                densely::atomic_file::check_can_write(path)?;
                path.clone()
            }
            None => beside(data, target)?,
        };
        if let Some(kept) = &kept {
            kept.check_is_not(&network)?;
        }
        if let Some(pictures) = &pictures {
            pictures.check_is_not(&network)?;
        }
        Ok(Self { network: Some(network), kept, pictures })
    }
}

/// The place of a network without `--save`: beside its data, by the names of data and target. An
/// earlier network may be replaced there, other files may not.
fn beside(data: &Path, target: &str) -> Result<PathBuf, String> {
    let remedy = "choose another place with --save FILE";
    let failed = |error: &dyn Display| format!("{error}; {remedy}");
    if data.starts_with("/dev") || data.starts_with("/proc") {
        return Err(format!("{} has no folder of its own; {remedy}", data.display()));
    }
    // A folder such as `..` has its name elsewhere.
    let whole = match data.file_name() {
        Some(_) => data.to_owned(),
        None => data.canonicalize().map_err(|error| failed(&error))?,
    };
    // Of `cars.csv.gz`, `cars`.
    let stem = whole.with_extension("");
    let is_compressed = whole.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
    let named = if is_compressed { &stem } else { &whole };
    let mut name = named.file_stem().unwrap_or_default().to_owned();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
    let target: String = target.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    name.push(format!("-{target}.safetensors"));
    let path = whole.with_file_name(name);
    if path.exists() && Network::load(&path).is_err() {
        return Err(format!("{} is no network of densely; {remedy}", path.display()));
    }
    densely::atomic_file::check_can_write(&path).map_err(|error| failed(&error))?;
    Ok(path)
}

/// Refuses to write over the data, or into a folder of it, where a file can replace rows, or become
/// some.
fn check_leaves_data_alone(options: &Options, data: &Path) -> Result<(), String> {
    if let Some(path) = &options.save {
        if is_same_file(path, data) {
            return Err(format!("{} is the data, it is not saved over", path.display()));
        }
        if place(path).is_some_and(|(folder, _)| is_same_file(&folder, data)) {
            let (path, data) = (path.display(), data.display());
            return Err(format!("{path} is among the data in {data}, it is not saved there"));
        }
    }
    for (name, folder) in [("--checkpoint", &options.checkpoint), ("--plot", &options.plot)] {
        if let Some(folder) = folder
            && is_same_file(folder, data)
        {
            let folder = folder.display();
            return Err(format!("{name} {folder} is the folder of the data, it needs another"));
        }
    }
    Ok(())
}
