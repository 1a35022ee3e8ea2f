//! Whether two paths lead to the same place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Whether both paths lead to the same existing file.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether both paths lead to the same file, which need not exist yet.
pub fn is_same_place(one: &Path, other: &Path) -> bool {
    let places = (place(one), place(other));
    is_same_file(one, other) || matches!(places, (Some(one), Some(other)) if one == other)
}

/// Returns the folder in which a file is or will be, and its name there.
pub fn place(path: &Path) -> Option<(PathBuf, OsString)> {
    let folder = path.parent()?;
    let here = folder.as_os_str().is_empty();
    let folder = if here { Path::new(".") } else { folder };
    Some((folder.canonicalize().ok()?, path.file_name()?.to_owned()))
}
