//! The files that a training writes.

use super::checkpoint::Kept;
use super::options::Options;
use super::pictures::Pictures;
use super::task::Task;
use crate::command_line::is_same_file;
use std::error::Error;
use std::path::Path;

/// Where the training is kept while it goes on, and where its pictures go.
pub struct Files {
    kept: Option<Kept>,
    pictures: Option<Pictures>,
}

impl Files {
    /// Makes their folders and sees that they can be written, and that the network is not saved over any of them, or over the data.
    pub fn prepare(options: &Options, task: Task, data: &Path) -> Result<Self, Box<dyn Error>> {
        let kept = options.checkpoint.as_deref().map(Kept::in_folder).transpose()?;
        let pictures = options.plot.as_deref().map(|folder| Pictures::in_folder(folder, task));
        let pictures = pictures.transpose()?;
        if let Some(path) = &options.save {
            densely::check_can_write(path)?;
            if let Some(kept) = &kept {
                kept.check_is_not(path)?;
            }
            if let Some(pictures) = &pictures {
                pictures.check_is_not(path)?;
            }
            if is_same_file(path, data) {
                return Err(format!("{} is the data, it is not saved over", path.display()).into());
            }
        }
        Ok(Self { kept, pictures })
    }

    /// Those of a process beside the one that writes: it goes on from the same checkpoint.
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
