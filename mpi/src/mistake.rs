//! The error of a job.

use std::fmt;

/// An error that all ranks know and only rank 0 reports. [`Job`](crate::Job) detects it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    message: Option<String>,
}

impl Mistake {
    pub(crate) fn new(message: Option<String>) -> Self {
        Self { message }
    }

    /// Returns the message that [`run`](crate::run) writes; `None` on ranks other than 0.
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
