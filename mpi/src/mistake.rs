//! What is wrong with a job.

use std::fmt;

/// An error that all ranks know of, and rank 0 alone tells.
///
/// ```
/// use densely_mpi::Job;
///
/// let job = Job::start()?;
/// let mistake = job.agreed::<(), _>(Err("no such file")).unwrap_err();
/// assert_eq!(mistake.message(), Some("no such file"));                // of several ranks, on rank 0 only
/// # Ok::<(), densely_mpi::Mistake>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    message: Option<String>,
}

impl Mistake {
    pub(crate) fn new(message: Option<String>) -> Self {
        Self { message }
    }

    /// What to tell, before the job is dropped: the first process that then exits may end the others. `None` where another rank tells it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().unwrap_or("rank 0 tells what is wrong"))
    }
}

impl std::error::Error for Mistake {}
