//! Errors of `.npy` files.

use std::path::PathBuf;

/// `.npy` files cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum NpyError {
    /// The file is no `.npy` file, or its array cannot be part of a data set.
    #[error("{}: {found}; {needs}", file.display())]
    Unsuitable { file: PathBuf, found: String, needs: &'static str },
    /// The file has fewer bytes than its header says.
    #[error("{}: the file has {bytes} bytes, but its header says {expected}: it was cut off or is still being written", file.display())]
    ShortFile { file: PathBuf, bytes: u64, expected: u64 },
    /// Two files of one data set do not belong together.
    #[error("{} has {count} {what}, {} has {other_count}", file.display(), other.display())]
    FilesDiffer {
        what: &'static str,
        file: PathBuf,
        count: usize,
        other: PathBuf,
        other_count: usize,
    },
    /// A number is NaN or infinite in the data set's type.
    #[error("{}: row {row}, column {column} (counted from 0) is {value}, not a finite number", file.display())]
    NotFiniteInFile { file: PathBuf, row: usize, column: usize, value: f64 },
    /// The folder contains no shards.
    #[error("{}: there are no shards here, such as inputs-00000.npy", folder.display())]
    NoShards { folder: PathBuf },
    /// The files have more rows than can be selected from.
    #[error("cannot select from {rows} rows in files; at most {most} are supported")]
    TooManyRows { rows: usize, most: usize },
    /// A shard is missing between others.
    #[error("{} is missing between the shards before and after it", file.display())]
    ShardMissing { file: PathBuf },
    /// Two files have the same shard number.
    #[error("{} and {} belong to the same shard", first.display(), second.display())]
    DuplicateShard { first: PathBuf, second: PathBuf },
    /// The shards of the folder have other columns, targets or classes than the new shard.
    #[error("{}: the shards in this folder have other columns, targets or classes", file.display())]
    SchemaMismatch { file: PathBuf },
}
