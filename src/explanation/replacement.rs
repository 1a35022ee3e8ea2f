//! Predictions for rows in which columns are replaced.

use crate::error::{Error, Result};
use crate::threads::Threads;
use crate::{float::Float, mlp::Mlp, mlp::PredictBuffers};
use ndarray::{Array2, ArrayView2, ArrayViewMut1, Axis};
use std::{iter::zip, ops::Range};

/// The rows that are copied at a time.
const ROWS_AT_ONCE: usize = 256;

/// The columns of a network's inputs: their names, and the features of each.
pub(super) fn columns<F: Float>(net: &Mlp<F>) -> Vec<(String, Range<usize>)> {
    match &net.schema().columns[..] {
        [] => (0..net.features()).map(|place| (format!("x{place}"), place..place + 1)).collect(),
        _ => net.schema().places().map(|(column, places)| (column.name.clone(), places)).collect(),
    }
}

/// The outputs for these rows after `replace` has changed each, which it knows by its number.
pub(super) fn predict<F: Float>(
    net: &Mlp<F>,
    inputs: ArrayView2<'_, F>,
    replace: impl Fn(usize, ArrayViewMut1<'_, F>),
) -> Result<Array2<F>> {
    Error::check_memory::<F>(inputs.nrows(), net.outputs())?;
    let mut outputs = Array2::zeros((inputs.nrows(), net.outputs()));
    let (mut buffers, mut row) = (PredictBuffers::new(), 0);
    let chunks = inputs.axis_chunks_iter(Axis(0), ROWS_AT_ONCE);
    for (inputs, outputs) in zip(chunks, outputs.axis_chunks_iter_mut(Axis(0), ROWS_AT_ONCE)) {
        let mut inputs = inputs.to_owned();
        for changed in inputs.rows_mut() {
            replace(row, changed);
            row += 1;
        }
        net.predict_into(inputs.view(), outputs, &mut buffers)?;
    }
    Ok(outputs)
}

/// The results of these jobs, side by side. Each predicts `rows` rows.
pub(super) fn side_by_side<F: Float, T: Send>(
    net: &Mlp<F>,
    (jobs, rows): (usize, usize),
    job: impl Fn(usize) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let cost = jobs.saturating_mul(rows).saturating_mul(net.parameters());
    let mut results: Vec<_> = (0..jobs).map(|_| None).collect();
    Threads::enter(None, cost, Threads::WORTHWHILE_ONCE, |threads| {
        let numbered = results.iter_mut().enumerate();
        threads.each(numbered, &|(number, result)| *result = Some(job(number)));
    });
    results.into_iter().flatten().collect()
}
