//! Files that are whole at every moment: the old one, or the new one.

use crate::error::{Error, Result};
use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Whether a file can be written there, before the work whose result it is to hold: an existing regular file, or a new one in an existing folder. Leaves nothing
/// behind.
///
/// ```
/// use densely::atomic_file::check_can_write;
///
/// assert!(check_can_write(std::env::temp_dir().join("densely-new.safetensors")).is_ok());
/// let error = check_can_write("no such folder/model.safetensors").unwrap_err();
/// assert!(error.to_string().starts_with("no such folder/model.safetensors: "));
/// assert!(check_can_write("a folder/").is_err() && check_can_write("").is_err());
/// ```
///
/// # Errors
///
/// [`Error::Io`] says why not.
pub fn check_can_write(path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    // Not the file itself: a process that is stopped now must not leave an empty one.
    let checked = Beside::new(path).and_then(Beside::remove);
    checked.map_err(|source| Error::Io { file: path.into(), source })
}

/// Writes a whole file or nothing. The bytes go to a new file in the same folder, which replaces the
/// old file once it is on the disk.
///
/// A process or machine that stops at any moment leaves the old file or the new one, and perhaps the
/// file beside it, whose name begins with a dot. A symbolic link stays a link, and the permissions
/// stay those of the replaced file.
///
/// ```
/// use densely::atomic_file;
///
/// let path = std::env::temp_dir().join("densely-example.txt");
/// atomic_file::write(&path, b"the old text")?;
/// atomic_file::write(&path, b"the new one")?;
/// assert_eq!(std::fs::read(&path)?, b"the new one");
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Error::Io`] if the file cannot be written; the old file is then unchanged.
pub fn write(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    let path = path.as_ref();
    replace(path, bytes).map_err(|source| Error::Io { file: path.into(), source })
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = Beside::new(path)?;
    beside.file.write_all(bytes)?;
    beside.file.sync_all()?;
    std::fs::rename(&beside.path, &beside.place)?;
    beside.ended = true;
    // The new name is on the disk only when the folder is.
    beside.folder.as_ref().map_or(Ok(()), File::sync_all)
}

/// A new file, and the place beside it that it is meant for; removed unless it is put there.
struct Beside {
    file: File,
    path: PathBuf,
    /// Whether there is no longer a file of this path.
    ended: bool,
    place: PathBuf,
    /// The folder of both, where the system lets one be opened.
    folder: Option<File>,
}

impl Beside {
    fn new(path: &Path) -> std::io::Result<Self> {
        let separator = |&byte: &u8| std::path::is_separator(byte.into());
        if path.as_os_str().as_encoded_bytes().last().is_none_or(separator) {
            return Err(std::io::Error::new(ErrorKind::InvalidInput, "this is no name of a file"));
        }
        let place = place_of(path)?;
        let permissions = permissions_of_file(&place)?;
        let folder = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{}.", name.chars().take(MOST_OF_NAME).collect::<String>());
        if permissions.is_some() {
            // One that may not be changed is not replaced either.
            OpenOptions::new().append(true).open(&place)?;
        }
        let opened = if cfg!(unix) { Some(File::open(folder)?) } else { None };
        let (file, path) = new_file(folder, &prefix, permissions.as_ref())?;
        let beside = Self { file, path, ended: false, place, folder: opened };
        if let Some(permissions) = permissions {
            beside.file.set_permissions(permissions)?;
        }
        Ok(beside)
    }

    fn remove(mut self) -> std::io::Result<()> {
        self.ended = true;
        std::fs::remove_file(&self.path)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.ended {
            // Nobody is left to be told of an error, and the one that led here is on its way.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A file in this folder that was not there before. Nobody may read it who may not read the one that it will replace.
fn new_file(
    folder: &Path,
    prefix: &str,
    permissions: Option<&Permissions>,
) -> std::io::Result<(File, PathBuf)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Some(permissions) = permissions {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        options.mode(permissions.mode());
    }
    #[cfg(not(unix))]
    let _ = permissions;
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let process = std::process::id();
    let mut attempts = 0;
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{prefix}{process}-{number}"));
        match options.open(&path) {
            // Of a process that was stopped, and had the same number.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && attempts < MOST_ATTEMPTS => {
                attempts += 1;
            }
            opened => return opened.map(|file| (file, path)),
        }
    }
}

/// Names that are tried for a new file.
const MOST_ATTEMPTS: usize = 10_000;

/// Characters of a file's name that the one beside it has in its own: names have an end.
const MOST_OF_NAME: usize = 32;

/// Links that lead to other links.
const MOST_LINKS: usize = 32;

/// Where a symbolic link leads, be there a file or not; else the path itself.
fn place_of(path: &Path) -> std::io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        match std::fs::symlink_metadata(&place) {
            Ok(metadata) if metadata.is_symlink() => {
                let target = std::fs::read_link(&place)?;
                place = place.parent().map_or(target.clone(), |folder| folder.join(target));
            }
            _ => return Ok(place),
        }
    }
    Err(std::io::Error::other("too many symbolic links"))
}

/// None if there is no file; what is no file, such as a folder or a device, is refused.
fn permissions_of_file(path: &Path) -> std::io::Result<Option<Permissions>> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => Err(std::io::Error::other("not a regular file")),
        Ok(metadata) => Ok(Some(metadata.permissions())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
