//! Files that are replaced at once: at every moment a reader finds the whole old or new file.

use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
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
    with_temporary(path, |_, temporary, _| fs::remove_file(temporary)).map_err(Error::io(path))
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
    let replaced = patiently(|| {
        with_temporary(path, |mut file, temporary, place| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(temporary, place)
        })
    });
    replaced.map_err(Error::io(path))
}

/// Does what another process may hinder for a moment, again and again for a second.
fn patiently<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for milliseconds in [10, 20, 40, 80, 150, 200, 250, 250] {
        match act() {
            Err(error) if may_pass(&error) => sleep(Duration::from_millis(milliseconds)),
            done => return done,
        }
    }
    act()
}

/// Whether an error may be gone in a moment.
fn may_pass(error: &io::Error) -> bool {
    // Windows: another process uses the file, or a part of it.
    let in_use = cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33));
    in_use || matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ResourceBusy)
}

/// Creates a temporary file in the folder of `path`. `finish` gets it, its path, and the place
/// where it belongs, and moves or removes it; after an error it is removed.
fn with_temporary(
    path: &Path,
    finish: impl FnOnce(File, &Path, &Path) -> io::Result<()>,
) -> io::Result<()> {
    let separator = |&byte: &u8| std::path::is_separator(byte.into());
    if path.as_os_str().as_encoded_bytes().last().is_none_or(separator) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a file name"));
    }
    let place = place_of(path)?;
    let permissions = match fs::metadata(&place) {
        Ok(old) if old.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(old) if !old.is_file() => return Err(io::Error::other("not a regular file")),
        Ok(old) => {
            // A file that may not be changed may not be replaced either.
            OpenOptions::new().append(true).open(&place)?;
            Some(old.permissions())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let parent = place.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = parent.unwrap_or(Path::new("."));
    let opened = if cfg!(unix) { Some(File::open(folder)?) } else { None };

    // The name is random, so that no file has it, not even one that a killed process has left.
    let name = format!(".densely-{:016x}", RandomState::new().build_hasher().finish());
    let temporary = folder.join(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Some(permissions) = &permissions {
        // From the start, not only when the file is written.
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        options.mode(permissions.mode());
    }
    let file = options.open(&temporary)?;
    let permitted = permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions));
    if let Err(error) = permitted.and_then(|()| finish(file, &temporary, &place)) {
        // Of two errors, the first says what is wrong.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    // A new name is on the disk only when the folder is.
    opened.map_or(Ok(()), |folder| folder.sync_all())
}

/// The longest chain of symbolic links.
const MOST_LINKS: usize = 32;

/// The target of a symbolic link, whether it exists or not; any other path is returned as it is.
fn place_of(path: &Path) -> io::Result<PathBuf> {
    let mut place = path.to_owned();
    for _ in 0..MOST_LINKS {
        if !fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink()) {
            return Ok(place);
        }
        let target = fs::read_link(&place)?;
        place = place.parent().map_or(target.clone(), |folder| folder.join(target));
    }
    Err(io::Error::other("too many symbolic links"))
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
