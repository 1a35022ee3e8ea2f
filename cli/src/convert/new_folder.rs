//! A folder that appears under its name only when it is complete.

use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A new folder. It has another name until it is finished, and is removed if that never happens. A
/// program that is killed leaves it under the other name.
pub struct NewFolder {
    place: PathBuf,
    unfinished: PathBuf,
}

impl NewFolder {
    /// Begins a folder. `place` must not exist, or be an empty folder.
    pub fn at(place: &Path) -> Result<Self, Box<dyn Error>> {
        match fs::read_dir(place) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(failed(place, "the folder is not empty, and is not overwritten"));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(place, error)),
        }
        let name =
            place.file_name().ok_or_else(|| failed(place, "this is not the name of a folder"))?;
        let mut unfinished = name.to_owned();
        unfinished.push(".unfinished");
        let unfinished = place.with_file_name(unfinished);
        let parent = unfinished.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        fs::create_dir(&unfinished).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                let why = "is being written by another program, or was left by one that was stopped; \
                           in that case, remove it";
                failed(&unfinished, why)
            }
            _ => failed(&unfinished, error),
        })?;
        Ok(Self { place: place.to_owned(), unfinished })
    }

    /// The folder's unfinished name.
    pub fn path(&self) -> &Path {
        &self.unfinished
    }

    /// Renames the folder to its final name.
    pub fn finish(self) -> std::io::Result<()> {
        // Not every system renames a folder to the name of an empty one.
        let _ = fs::remove_dir(&self.place);
        fs::rename(&self.unfinished, &self.place)?;
        #[cfg(unix)]
        {
            // The new name is on the disk only when the parent folder is.
            let around = self.place.parent().filter(|around| !around.as_os_str().is_empty());
            fs::File::open(around.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

fn failed(path: &Path, why: impl Display) -> Box<dyn Error> {
    format!("{}: {why}", path.display()).into()
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        // Gone if it was finished. Otherwise an error is on its way already.
        let _ = fs::remove_dir_all(&self.unfinished);
    }
}
