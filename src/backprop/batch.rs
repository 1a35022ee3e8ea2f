use crate::Float;
use ndarray::{ArrayView1, ArrayView2, Axis, Slice};

/// What a network is run on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'a, F> {
    pub(crate) inputs: ArrayView2<'a, F>,
    pub(crate) targets: ArrayView2<'a, F>,
    /// The weight of each row; 1 if there are none.
    pub(crate) weights: Option<ArrayView1<'a, F>>,
}

impl<F: Float> Batch<'_, F> {
    /// The rows from `start` to before `end`.
    pub(crate) fn rows(&self, start: usize, end: usize) -> Self {
        let Self { inputs, targets, weights } = *self;
        let rows = Slice::from(start..end);
        Self {
            inputs: inputs.slice_axis_move(Axis(0), rows),
            targets: targets.slice_axis_move(Axis(0), rows),
            weights: weights.map(|weights| weights.slice_axis_move(Axis(0), rows)),
        }
    }

    /// The sum of the weights: how many rows it counts for.
    pub(crate) fn weight(&self) -> f64 {
        match &self.weights {
            Some(weights) => weights.iter().map(|weight| weight.as_f64()).sum(),
            None => self.inputs.nrows() as f64,
        }
    }
}
