//! A folder that is whole or not there.

use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A new folder, which has another name until it is finished, and is removed if it never is. A program that is killed leaves it with that other name.
pub struct NewFolder {
    place: PathBuf,
    unfinished: PathBuf,
}

impl NewFolder {
    /// Where there is nothing yet, or an empty folder.
    pub fn at(place: &Path) -> Result<Self, Box<dyn Error>> {
        match fs::read_dir(place) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(failed(place, "the folder is not empty, it is not written over"));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(place, error)),
        }
        let name = place.file_name().ok_or_else(|| failed(place, "this is no name of a folder"))?;
        let mut unfinished = name.to_owned();
        unfinished.push(".unfinished");
        let unfinished = place.with_file_name(unfinished);
        let parent = unfinished.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        fs::create_dir(&unfinished).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => failed(&unfinished, "is being written by another program, or left by one that was stopped; remove it then"),
            _ => failed(&unfinished, error),
        })?;
        Ok(Self { place: place.to_owned(), unfinished })
    }

    /// Where it is now.
    pub fn path(&self) -> &Path {
        &self.unfinished
    }

    /// Gives it its name.
    pub fn finish(self) -> std::io::Result<()> {
        // Not every system puts a folder in the place of an empty one.
        let _ = fs::remove_dir(&self.place);
        fs::rename(&self.unfinished, &self.place)?;
        #[cfg(unix)]
        {
            // The new name is on the disk only when the folder around it is.
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
