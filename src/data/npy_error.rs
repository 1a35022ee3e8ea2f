//! What is wrong with `.npy` files.

use std::path::PathBuf;

/// `.npy` files that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// A `.npy` file that is none, or of an array that cannot be a data set's.
    #[error("{}: {found}; {needs}", file.display())]
    Unsuitable {
        /// The file.
        file: PathBuf,
        /// What is there.
        found: String,
        /// What is to be done.
        needs: &'static str,
    },
    /// A `.npy` file with fewer bytes than its header says.
    #[error(
        "{}: the file has {bytes} bytes, by its header it must have {expected}: it was cut off, or is still being written",
        file.display()
    )]
    ShortFile {
        /// The file.
        file: PathBuf,
        /// Its bytes.
        bytes: u64,
        /// Those of header and numbers together.
        expected: u64,
    },
    /// Two `.npy` files of one data set that do not belong together.
    #[error("{} has {count} {what}, {} has {other_count}", file.display(), other.display())]
    FilesDiffer {
        /// "rows" or "columns".
        what: &'static str,
        /// The one file.
        file: PathBuf,
        /// How many it has.
        count: usize,
        /// The other file.
        other: PathBuf,
        /// How many that one has.
        other_count: usize,
    },
    /// A number in a `.npy` file that is NaN or infinite, or becomes it in the type of the data set's numbers or standardized.
    #[error(
        "{}: row {row}, column {column} (counted from 0) is {value}{}, not a finite number",
        file.display(),
        if *standardized { " when it is standardized" } else { "" }
    )]
    NotFiniteInFile {
        /// The file.
        file: PathBuf,
        /// The row in the file, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
        /// Its value.
        value: f64,
        /// Whether it was finite before it was standardized.
        standardized: bool,
    },
    /// A folder without a shard.
    #[error("{}: there are no shards here, such as inputs-00000.npy", folder.display())]
    NoShards {
        /// The folder.
        folder: PathBuf,
    },
    /// More rows than can be selected from files.
    #[error("of {rows} rows in files none can be selected: up to {most} can")]
    TooManyRows {
        /// The rows there are.
        rows: usize,
        /// The most.
        most: usize,
    },
    /// Rows in files that are to be in memory at once, and do not fit.
    #[error("{rows} rows of {columns} numbers do not fit into memory")]
    TooManyNumbers {
        /// The rows.
        rows: usize,
        /// The numbers of each.
        columns: usize,
    },
    /// A shard that is not there, between others that are.
    #[error("{} is missing between the shards before and after it", file.display())]
    ShardMissing {
        /// Its inputs.
        file: PathBuf,
    },
    /// Two files of one shard.
    #[error("{} and {} are of the same shard", first.display(), second.display())]
    DuplicateShard {
        /// The one.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A folder of shards with other names of columns, targets or classes than the shard that is to be written there.
    #[error("{}: the shards here have other columns, targets or classes", file.display())]
    SchemaMismatch {
        /// The file of the names.
        file: PathBuf,
    },
}
