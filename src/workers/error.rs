//! Errors of workers.

/// Several workers cannot train together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum WorkersError {
    /// The communication between workers failed.
    #[error("the workers cannot continue: {reason}")]
    Communication { reason: String },
    /// A worker has other data, settings or results than worker 0.
    #[error("worker {rank} (counted from 0) differs from worker 0 in {what}")]
    Differ { rank: usize, what: &'static str },
    /// Another worker gave up before training began.
    #[error("worker {rank} (counted from 0) cannot train: its own message says why")]
    GaveUp { rank: usize },
    /// The training data or a batch has fewer rows than there are workers.
    #[error("{what} {rows} rows, there are {workers} workers: some would have nothing to do")]
    TooFewRows { what: &'static str, rows: usize, workers: usize },
    /// Several workers do not support a way of training.
    #[error("several workers cannot train {setting}")]
    Unsupported { setting: &'static str },
}
