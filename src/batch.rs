//! The rows of one training step.

use crate::{float::Float, matrix::Rows};
use ndarray::ArrayView2;
use std::ops::Range;

/// The rows of one step: all of them, or one worker's part of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'a, F> {
    pub(crate) inputs: Rows<'a, F>,
    pub(crate) targets: ArrayView2<'a, F>,
    /// The weight of each row; 1 without them.
    pub(crate) weights: Option<&'a [F]>,
    pub(crate) whole: Whole,
}

/// The batch of all workers together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub(crate) rows: usize,
    /// The sum of the rows' weights.
    pub(crate) weight: f64,
    /// The number of rows before those of this worker.
    pub(crate) before: usize,
}

impl<'a, F: Float> Batch<'a, F> {
    /// The rows of a single worker.
    pub(crate) fn new(
        inputs: Rows<'a, F>,
        targets: ArrayView2<'a, F>,
        weights: Option<&'a [F]>,
    ) -> Self {
        Self::part(inputs, targets, weights, 0..inputs.rows(), inputs.rows())
    }

    /// One worker's rows: those in `own` of the batch's `rows` rows, whose weights are `weights`.
    pub(crate) fn part(
        inputs: Rows<'a, F>,
        targets: ArrayView2<'a, F>,
        weights: Option<&'a [F]>,
        own: Range<usize>,
        rows: usize,
    ) -> Self {
        let (weight, before) = (weights.map_or(rows as f64, sum), own.start);
        let weights = weights.map(|weights| &weights[own]);
        Self { inputs, targets, weights, whole: Whole { rows, weight, before } }
    }
}

/// The sum of some rows' weights.
pub(crate) fn sum<F: Float>(weights: &[F]) -> f64 {
    weights.iter().map(|weight| weight.as_f64()).sum()
}
