//! What is wrong with a job.

use std::fmt;

/// An error that all ranks know of, and rank 0 alone tells: what [`Job`](crate::Job) finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    message: Option<String>,
}

impl Mistake {
    pub(crate) fn new(message: Option<String>) -> Self {
        Self { message }
    }

    /// What [`run`](crate::run) tells; `None` where rank 0 does.
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
