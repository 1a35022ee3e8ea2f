//! Files that are replaced at once: at every moment a reader finds the whole old or new file.

use crate::error::{Error, Result};
use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// Checks that [`write()`] can write a file of this name, to be called before long work.
///
/// The path must be that of an existing regular file, or of a new file in an existing folder. It is
/// left as it is.
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
/// [`Error::Io`] with the reason.
pub fn check_can_write(path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    // Not the file itself: a process that is killed now must not leave an empty one.
    let checked = Temporary::new(path).and_then(Temporary::remove);
    checked.map_err(|source| Error::Io { file: path.into(), source })
}

/// Writes a file, or replaces it at once.
///
/// The bytes go to a temporary file in the same folder, which takes the name once it is on the
/// disk. If the process is killed or the machine stops, the path has the old or the new file,
/// whole. The temporary file, whose name begins with a dot, may remain.
///
/// A symbolic link stays a link. The new file has the permissions of the old one. A file or folder
/// that another process holds for a moment, such as a virus scanner, is tried again for up to a
/// second.
///
/// ```
/// use densely::atomic_file::write;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("scores.txt");
/// write(&path, b"old")?;
/// write(&path, b"new")?;
/// assert_eq!(std::fs::read(&path)?, b"new");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Error::Io`] with the reason.
pub fn write(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    let path = path.as_ref();
    let replaced = patiently(|| replace(path, bytes));
    replaced.map_err(|source| Error::Io { file: path.into(), source })
}

/// Does what another process may hinder for a moment, again and again for a second.
fn patiently<T>(mut act: impl FnMut() -> std::io::Result<T>) -> std::io::Result<T> {
    for milliseconds in [10, 20, 40, 80, 150, 200, 250, 250] {
        match act() {
            Err(error) if may_pass(&error) => sleep(Duration::from_millis(milliseconds)),
            done => return done,
        }
    }
    act()
}

/// Whether an error may be gone in a moment.
fn may_pass(error: &std::io::Error) -> bool {
    // Windows: another process uses the file, or a part of it.
    let in_use = cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33));
    in_use || matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ResourceBusy)
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut temporary = Temporary::new(path)?;
    temporary.file.write_all(bytes)?;
    temporary.file.sync_all()?;
    std::fs::rename(&temporary.path, &temporary.place)?;
    temporary.moved = true;
    // The new name is on the disk only when the folder is.
    temporary.folder.as_ref().map_or(Ok(()), File::sync_all)
}

/// A temporary file and the place to which it will be moved. Dropping removes it.
struct Temporary {
    file: File,
    path: PathBuf,
    /// Whether no file has this path any more.
    moved: bool,
    place: PathBuf,
    /// The folder of both, on systems that can open one.
    folder: Option<File>,
}

impl Temporary {
    fn new(path: &Path) -> std::io::Result<Self> {
        let separator = |&byte: &u8| std::path::is_separator(byte.into());
        if path.as_os_str().as_encoded_bytes().last().is_none_or(separator) {
            return Err(std::io::Error::new(ErrorKind::InvalidInput, "not a file name"));
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
            // A file that may not be changed may not be replaced either.
            OpenOptions::new().append(true).open(&place)?;
        }
        let opened = if cfg!(unix) { Some(File::open(folder)?) } else { None };
        let (file, path) = new_file(folder, &prefix, permissions.as_ref())?;
        let temporary = Self { file, path, moved: false, place, folder: opened };
        if let Some(permissions) = permissions {
            temporary.file.set_permissions(permissions)?;
        }
        Ok(temporary)
    }

    fn remove(mut self) -> std::io::Result<()> {
        self.moved = true;
        std::fs::remove_file(&self.path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.moved {
            // A second error cannot be returned from here; the first one is.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Creates a file in this folder. From the start it has the permissions of the file to be replaced.
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
            // A killed process that had the same number has left this file.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && attempts < MOST_ATTEMPTS => {
                attempts += 1;
            }
            opened => return opened.map(|file| (file, path)),
        }
    }
}

/// How many names are tried for a temporary file.
const MOST_ATTEMPTS: usize = 10_000;

/// Characters of a file's name that its temporary file's name repeats: systems limit names.
const MOST_OF_NAME: usize = 32;

/// The longest chain of symbolic links.
const MOST_LINKS: usize = 32;

/// The target of a symbolic link, whether it exists or not; any other path is returned as it is.
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

/// The permissions of a regular file; `None` if there is none. A folder or device is an error.
fn permissions_of_file(path: &Path) -> std::io::Result<Option<Permissions>> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => Err(std::io::Error::other("not a regular file")),
        Ok(metadata) => Ok(Some(metadata.permissions())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_in_a_moment_is_tried_again() {
        let attempts = |kind: ErrorKind, failures: usize| {
            let mut count = 0;
            let done = patiently(|| {
                count += 1;
                if count > failures { Ok(()) } else { Err(kind.into()) }
            });
            (done.map_err(|error| error.kind()), count)
        };
        assert_eq!(attempts(ErrorKind::PermissionDenied, 3), (Ok(()), 4));
        assert_eq!(attempts(ErrorKind::StorageFull, 3), (Err(ErrorKind::StorageFull), 1));
        let start = std::time::Instant::now();
        let busy = attempts(ErrorKind::ResourceBusy, usize::MAX);
        assert_eq!(busy, (Err(ErrorKind::ResourceBusy), 9));
        assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    }
}
