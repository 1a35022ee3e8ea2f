//! What the pictures show.

use crate::training::scores::Scores;
use crate::training::tested::Tested;
use densely::Report;

/// The results that the pictures show.
pub struct Outcome<'a> {
    pub target: &'a str,
    pub loss: &'a str,
    pub report: &'a Report,
    pub test: &'a Tested,
    pub scores: &'a Scores,
    /// What the weighted sums of the outputs were multiplied by: the inverse of the temperature.
    pub temperature_factor: Option<f64>,
}

/// The reason why a picture is not drawn; `None` if it is drawn.
pub type LeftOut = Option<String>;
