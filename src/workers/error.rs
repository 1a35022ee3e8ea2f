//! Errors of workers.

/// Several workers cannot train together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkersError {
    /// The communication between workers failed.
    #[error("the workers cannot continue: {reason}")]
    Communication {
        /// What is wrong.
        reason: String,
    },
    /// A worker has other data, settings or results than worker 0.
    #[error("worker {rank} (counted from 0) differs from worker 0 in {what}")]
    Differ {
        /// The first such worker, counted from 0.
        rank: usize,
        /// What differs.
        what: &'static str,
    },
    /// Another worker gave up before training began.
    #[error("worker {rank} (counted from 0) cannot train: its own message says why")]
    GaveUp {
        /// The first such worker, counted from 0.
        rank: usize,
    },
    /// The training data or a batch has fewer rows than there are workers.
    #[error("{what} {rows} rows, there are {workers} workers: some would have nothing to do")]
    TooFewRows {
        /// What has too few rows.
        what: &'static str,
        /// Its rows.
        rows: usize,
        /// Number of workers.
        workers: usize,
    },
    /// Several workers do not support a way of training.
    #[error("several workers cannot train {setting}")]
    Unsupported {
        /// The way of training.
        setting: &'static str,
    },
}
