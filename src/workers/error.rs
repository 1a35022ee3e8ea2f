//! What goes wrong between workers.

/// Several workers that cannot train together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkersError {
    /// The other workers cannot be reached.
    #[error("the workers cannot go on: {reason}")]
    Communication {
        /// What is wrong.
        reason: String,
    },
    /// A worker that is not as the first: another job, or another result of the same.
    #[error("worker {rank} (counted from 0) differs from worker 0 in {what}")]
    Differ {
        /// The first that does, counted from 0.
        rank: usize,
        /// In what.
        what: &'static str,
    },
    /// Another worker that gave up before training began.
    #[error("worker {rank} (counted from 0) cannot train: its own message says why")]
    GaveUp {
        /// The first that gave up, counted from 0.
        rank: usize,
    },
    /// Fewer rows, or smaller batches, than there are workers.
    #[error("{what} {rows} rows, there are {workers} workers: some would have nothing to do")]
    TooFewRows {
        /// What has too few: the training data, or a batch.
        what: &'static str,
        /// How many it has.
        rows: usize,
        /// How many workers there are.
        workers: usize,
    },
    /// What only one process can do.
    #[error("several workers cannot train {setting}")]
    Unsupported {
        /// What it is.
        setting: &'static str,
    },
}
