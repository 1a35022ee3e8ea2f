//! Predictions for rows in which columns are replaced.

use crate::error::{Error, Result};
use crate::threads::Threads;
use crate::{float::Float, mlp::Mlp, mlp::PredictBuffers};
use ndarray::{Array2, ArrayView2, ArrayViewMut1, Axis};
use std::{iter::zip, ops::Range};

/// The rows that are copied at a time.
const ROWS_AT_ONCE: usize = 256;

/// The columns of a network's inputs: their names, and the features of each.
pub(super) fn columns<F: Float>(net: &Mlp<F>) -> Result<Vec<(String, Range<usize>)>> {
    // A layer may have been replaced through `layers_mut`.
    net.schema().check(net.features(), net.outputs())?;
    Ok(match &net.schema().columns[..] {
        [] => (0..net.features()).map(|place| (format!("x{place}"), place..place + 1)).collect(),
        _ => net.schema().places().map(|(column, places)| (column.name.clone(), places)).collect(),
    })
}

/// The outputs for these rows of the inputs. `replace` changes each row first; it gets the row's
/// place among them.
pub(super) fn predict<F: Float>(
    net: &Mlp<F>,
    inputs: ArrayView2<'_, F>,
    rows: impl ExactSizeIterator<Item = usize>,
    replace: impl Fn(usize, ArrayViewMut1<'_, F>),
) -> Result<Array2<F>> {
    Error::check_memory::<F>(rows.len(), net.outputs())?;
    let mut outputs = Array2::zeros((rows.len(), net.outputs()));
    let mut changed = Array2::zeros((rows.len().min(ROWS_AT_ONCE), inputs.ncols()));
    let (mut buffers, mut rows) = (PredictBuffers::new(), rows.enumerate());
    for outputs in outputs.axis_chunks_iter_mut(Axis(0), ROWS_AT_ONCE) {
        let mut changed = changed.slice_axis_mut(Axis(0), (..outputs.nrows()).into());
        for (mut to, (place, row)) in zip(changed.rows_mut(), rows.by_ref()) {
            to.assign(&inputs.row(row));
            replace(place, to);
        }
        net.predict_into(changed.view(), outputs, &mut buffers)?;
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
