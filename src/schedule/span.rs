//! A length of time in training.

use crate::{choice, error::Error, error::Result};
use std::{fmt, str::FromStr};

/// A length of time in training, at least 1. As text: `10 epochs`, `500 steps`.
///
/// ```
/// use densely::{Schedule, schedule::Span};
///
/// let (epochs, steps) = (Span::Epochs(1), Span::Steps(10));
/// let rate = |every| Schedule::step(every, 0.5).learning_rate(0.1, 25, 20);
/// assert_eq!(rate(epochs), 0.05);                  // in the second epoch of 20 steps
/// assert_eq!(rate(steps), 0.025);                  // after twice 10 steps
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Passes through the training rows.
    Epochs(usize),
    /// Steps of the optimizer, one for each batch.
    Steps(usize),
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epochs(epochs) => write!(formatter, "{epochs} epochs"),
            Self::Steps(steps) => write!(formatter, "{steps} steps"),
        }
    }
}

impl FromStr for Span {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(' ').map(|(number, unit)| (number.parse(), unit.trim())) {
            Some((Ok(epochs), "epochs")) => Ok(Self::Epochs(epochs)),
            Some((Ok(steps), "steps")) => Ok(Self::Steps(steps)),
            _ => Err(choice::error("span", text, "write 10 epochs, or 500 steps".to_owned())),
        }
    }
}
