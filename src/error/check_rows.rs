//! Checks of numbers and weights of rows.

use super::check::{NOT_NEGATIVE, ensure};
use crate::error::{DataError, Error, Result};
use crate::float::Float;
use ndarray::{ArrayView1, ArrayView2};

impl Error {
    pub(crate) fn check_finite<F: Float>(
        numbers: ArrayView2<'_, F>,
        matrix: &'static str,
    ) -> Result<()> {
        let wrong = numbers.indexed_iter().find(|(_, value)| !value.is_finite());
        wrong.map_or(Ok(()), |((row, column), value)| {
            Err(DataError::NotFiniteAt { matrix, row, column, value: value.as_f64() }.into())
        })
    }

    /// Checks that each row has a weight of at least 0, and that not all are 0.
    pub(crate) fn check_weights<F: Float>(weights: ArrayView1<'_, F>, rows: usize) -> Result<()> {
        let (numbers, count) = (weights.iter().map(|weight| weight.as_f64()), weights.len());
        ensure(count == rows, || DataError::Weights { weights: count, count: rows, what: "rows" })?;
        Self::check_each_weight(numbers.clone())?;
        let sum: f64 = numbers.clone().sum();
        ensure(sum > 0.0, || DataError::NoWeight)?;
        let largest = numbers.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
        let (index, value) = largest.unwrap_or_default();
        ensure(sum.is_finite(), || DataError::Weight { index, value })
    }

    /// Checks that each weight is finite and at least 0.
    pub(crate) fn check_each_weight(weights: impl Iterator<Item = f64>) -> Result<()> {
        let wrong = weights.enumerate().find(|&(_, value)| !NOT_NEGATIVE.1(value));
        wrong.map_or(Ok(()), |(index, value)| Err(DataError::Weight { index, value }.into()))
    }
}
