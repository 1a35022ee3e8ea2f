//! The files that a training writes.

use super::checkpoint::Kept;
use super::options::Options;
use super::pictures::Pictures;
use super::task::Task;
use crate::command_line::is_same_file;
use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The checkpoint and the pictures.
pub struct Files {
    kept: Option<Kept>,
    pictures: Option<Pictures>,
}

impl Files {
    /// Makes their folders and sees that they can be written, and that the network is not saved
    /// over any of them, or over the data.
    pub fn prepare(options: &Options, task: Task, data: &Path) -> Result<Self, Box<dyn Error>> {
        check_leaves_data_alone(options, data)?;
        let kept = options.checkpoint.as_deref().map(Kept::in_folder).transpose()?;
        let pictures = options.plot.as_deref().map(|folder| Pictures::in_folder(folder, task));
        let pictures = pictures.transpose()?;
        if let Some(path) = &options.save {
            densely::atomic_file::check_can_write(path)?;
            if let Some(kept) = &kept {
                kept.check_is_not(path)?;
            }
            if let Some(pictures) = &pictures {
                pictures.check_is_not(path)?;
            }
        }
        Ok(Self { kept, pictures })
    }

    /// The files of a process that does not write: it resumes from the same checkpoint.
    #[allow(dead_code)] // For `train_distributed`.
    pub fn of_another(options: &Options) -> Self {
        let kept = options.checkpoint.as_deref().map(Kept::of_another);
        Self { kept, pictures: None }
    }

    pub fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    pub fn pictures(&self) -> Option<&Pictures> {
        self.pictures.as_ref()
    }
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

/// Whether both paths lead to the same file, which need not exist yet.
pub fn is_same_place(one: &Path, other: &Path) -> bool {
    let places = (place(one), place(other));
    is_same_file(one, other) || matches!(places, (Some(one), Some(other)) if one == other)
}

/// Returns the folder in which a file is or will be, and its name there.
fn place(path: &Path) -> Option<(PathBuf, OsString)> {
    let folder = path.parent()?;
    let here = folder.as_os_str().is_empty();
    let folder = if here { Path::new(".") } else { folder };
    Some((folder.canonicalize().ok()?, path.file_name()?.to_owned()))
}
