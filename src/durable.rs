//! Files that are whole at every moment: the old one, or the new one.

use crate::{Error, Result};
use std::ffi::OsString;
#[cfg(unix)]
use std::fs::File;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Whether a file can be written there, before the work whose result it is to hold: an existing regular file, or a new one in an existing folder. Leaves nothing
/// behind.
///
/// ```
/// use densely::check_can_write;
///
/// assert!(check_can_write(std::env::temp_dir().join("densely-new.safetensors")).is_ok());
/// let error = check_can_write("no such folder/model.safetensors").unwrap_err();
/// assert!(error.to_string().starts_with("no such folder/model.safetensors: "));
/// ```
///
/// # Errors
///
/// [`Error::Io`] says why not.
pub fn check_can_write(path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let checked = check_kind(path).and_then(|exists| {
        if exists {
            OpenOptions::new().append(true).open(path)?;
        }
        // Not the file itself: a process that is stopped now must not leave an empty one.
        Beside::new(path)?.file.close()
    });
    checked.map_err(|source| Error::Io { file: path.into(), source })
}

/// Writes a file beside the one of this name, and puts it in its place when it is on the disk: a process or machine that is stopped at any moment leaves the old
/// one or the new one, and perhaps the one beside it, whose name begins with a dot. A symbolic link stays one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes).map_err(|source| Error::Io { file: path.into(), source })
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let Beside { mut file, place } = Beside::new(path)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&place)?;
    // The new name is on the disk only when the folder is.
    #[cfg(unix)]
    File::open(folder_of(&place))?.sync_all()?;
    Ok(())
}

/// A new file, and the place beside it that it is meant for; removed unless it is put there.
struct Beside {
    file: NamedTempFile,
    place: PathBuf,
}

impl Beside {
    fn new(path: &Path) -> std::io::Result<Self> {
        let place = if check_kind(path)? { path.canonicalize()? } else { path.to_owned() };
        let mut prefix = OsString::from(".");
        prefix.push(place.file_name().unwrap_or_default());
        prefix.push(".");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        // What a new file gets: as much as the process's mask leaves of this.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        Ok(Self { file: builder.tempfile_in(folder_of(&place))?, place })
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whether there is a file already; what is no file, such as a folder or a device, is refused.
fn check_kind(path: &Path) -> std::io::Result<bool> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => Err(std::io::Error::other("not a regular file")),
        Ok(_) => Ok(true),
        Err(_) => Ok(false),
    }
}
