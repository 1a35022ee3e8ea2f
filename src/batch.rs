use crate::float::Float;
use ndarray::{ArrayView1, ArrayView2, Axis, Slice};

/// What a network is run on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'a, F> {
    pub(crate) inputs: ArrayView2<'a, F>,
    pub(crate) targets: ArrayView2<'a, F>,
    /// The weight of each row; 1 if there are none.
    pub(crate) weights: Option<ArrayView1<'a, F>>,
    /// The batch of which this is one worker's part, if there are several.
    pub(crate) whole: Option<Whole>,
}

/// The batch of all workers together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whole {
    pub(crate) rows: usize,
    /// The sum of the weights.
    pub(crate) weight: f64,
    /// How many rows of it come before those of this worker.
    pub(crate) before: usize,
}

impl<'a, F: Float> Batch<'a, F> {
    /// Of one worker alone.
    pub(crate) fn new(
        inputs: ArrayView2<'a, F>,
        targets: ArrayView2<'a, F>,
        weights: Option<ArrayView1<'a, F>>,
    ) -> Self {
        Self { inputs, targets, weights, whole: None }
    }

    /// The rows from `start` to before `end`, as a batch of their own.
    pub(crate) fn rows(&self, start: usize, end: usize) -> Self {
        let Self { inputs, targets, weights, .. } = *self;
        let rows = Slice::from(start..end);
        Self::new(
            inputs.slice_axis_move(Axis(0), rows),
            targets.slice_axis_move(Axis(0), rows),
            weights.map(|weights| weights.slice_axis_move(Axis(0), rows)),
        )
    }

    /// The sum of the weights: how many rows it counts for, with those of the other workers.
    pub(crate) fn weight(&self) -> f64 {
        match (&self.whole, &self.weights) {
            (Some(whole), _) => whole.weight,
            (None, Some(weights)) => weights.iter().map(|weight| weight.as_f64()).sum(),
            (None, None) => self.inputs.nrows() as f64,
        }
    }

    /// How many rows it has with those of the other workers, and how many of them come before its own.
    pub(crate) fn rows_and_before(&self) -> (usize, usize) {
        self.whole.map_or((self.inputs.nrows(), 0), |whole| (whole.rows, whole.before))
    }
}
