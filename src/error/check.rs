//! What is checked in more than one place.

use crate::error::{Error, Result};
use crate::float::Float;
use ndarray::{ArrayView1, ArrayView2};

impl Error {
    pub(crate) fn check_features(found: usize, expected: usize) -> Result<()> {
        if found == expected { Ok(()) } else { Err(Self::Features { found, expected }) }
    }

    pub(crate) fn check_finite<F: Float>(
        numbers: ArrayView2<'_, F>,
        matrix: &'static str,
    ) -> Result<()> {
        match numbers.indexed_iter().find(|(_, value)| !value.is_finite()) {
            Some(((row, column), value)) => {
                Err(Self::NotFiniteAt { matrix, row, column, value: value.as_f64() })
            }
            None => Ok(()),
        }
    }

    /// Weights of these rows: at least 0 each, and not all 0.
    pub(crate) fn check_weights<F: Float>(weights: ArrayView1<'_, F>, rows: usize) -> Result<()> {
        if weights.len() != rows {
            return Err(Self::Weights { weights: weights.len(), count: rows, what: "rows" });
        }
        let mut numbers = weights.iter().map(|weight| weight.as_f64()).enumerate();
        if let Some((index, value)) =
            numbers.find(|(_, value)| !(*value >= 0.0 && value.is_finite()))
        {
            return Err(Self::Weight { index, value });
        }
        let numbers = weights.iter().map(|weight| weight.as_f64());
        let sum: f64 = numbers.clone().sum();
        match numbers.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)) {
            Some((index, value)) if sum.is_infinite() => Err(Self::Weight { index, value }),
            _ if sum == 0.0 => Err(Self::NoWeight),
            _ => Ok(()),
        }
    }

    pub(crate) fn check_setting(
        name: &'static str,
        value: f64,
        needs: &'static str,
        holds: impl Fn(f64) -> bool,
    ) -> Result<()> {
        if holds(value) { Ok(()) } else { Err(Self::Setting { name, value, needs }) }
    }
}
