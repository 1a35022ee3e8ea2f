//! What the trainer must know of an optimizer before the first epoch.

use crate::error::Result;
use std::fmt;

/// What the trainer must know of an optimizer before the first epoch.
pub(super) struct Description<'a> {
    /// The optimizer's name and settings.
    pub(super) text: String,
    /// Checks the optimizer's settings.
    pub(super) check: Box<dyn Fn() -> Result<()> + Send + Sync + 'a>,
    /// The learning rate that a schedule changes; 0 if there is none.
    pub(super) learning_rate: f64,
    /// How many copies of the parameters the optimizer keeps.
    pub(super) copies: usize,
    /// How many rows a product has, if an epoch is one iteration over all rows.
    pub(super) all_rows: Option<usize>,
}

impl Description<'_> {
    /// The optimizer's name.
    pub(super) fn name(&self) -> &str {
        self.text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    }
}

impl fmt::Debug for Description<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
