//! A network's outputs for all rows of a data set.

use super::batches::{InOrder, Scales};
use super::{dataset::Examples, storage::Side};
use crate::error::{Error, Result};
use crate::mlp::{Mlp, PredictBuffers};
use crate::{float::Float, matrix::Matrix};
use ndarray::{ArrayView2, Axis};
use std::ops::Range;

/// Outputs and targets of all rows, in the data's units. The buffers serve later evaluations too.
#[derive(Debug, Default)]
pub(crate) struct Outputs<F> {
    outputs: Matrix<F>,
    /// The targets, unless they are in memory already.
    targets: Matrix<F>,
    buffers: PredictBuffers<F>,
}

/// The rows that are predicted at a time.
const ROWS_AT_ONCE: usize = 256;

impl<F: Float> Outputs<F> {
    /// Predicts some of the rows. The outputs of all others are 0.
    pub(crate) fn predict(
        &mut self,
        net: &Mlp<F>,
        data: &Examples<F>,
        rows: Range<usize>,
    ) -> Result<()> {
        let (all, outputs) = (data.rows(), net.outputs());
        if self.outputs.numbers().len() < all * outputs {
            Error::check_memory::<F>(all, outputs)?;
        }
        self.outputs.reshape(all, outputs).numbers_mut().fill(F::zero());
        let mut outputs = self.outputs.view_mut();
        let mut predict = |inputs: ArrayView2<'_, F>, rows: Range<usize>| {
            let outputs = outputs.slice_axis_mut(Axis(0), rows.into());
            net.predict_into(inputs, outputs, &mut self.buffers)
        };
        if let Some(inputs) = data.in_memory(Side::Inputs) {
            return predict(inputs.slice_axis(Axis(0), rows.clone().into()), rows);
        }
        let mut first = rows.start;
        let mut batches =
            InOrder::new(data, &[Side::Inputs], rows, ROWS_AT_ONCE, Scales::default());
        while let Some(batch) = batches.next()? {
            let end = first + batch.inputs.rows();
            predict(batch.inputs.view(), std::mem::replace(&mut first, end)..end)?;
        }
        Ok(())
    }

    /// The outputs, to which a worker adds those of the others.
    pub(crate) fn numbers_mut(&mut self) -> &mut [F] {
        self.outputs.numbers_mut()
    }

    /// The outputs and the targets of all rows.
    pub(crate) fn with_targets<'o>(
        &'o mut self,
        data: &'o Examples<F>,
    ) -> Result<(ArrayView2<'o, F>, ArrayView2<'o, F>)> {
        if let Some(targets) = data.in_memory(Side::Targets) {
            return Ok((self.outputs.view(), targets));
        }
        let (rows, columns) = (data.rows(), data.outputs());
        Error::check_memory::<F>(rows, columns)?;
        let mut rest = self.targets.reshape(rows, columns).numbers_mut().iter_mut();
        let mut batches = InOrder::targets(data);
        while let Some(batch) = batches.next()? {
            batch.targets.iter().zip(rest.by_ref()).for_each(|(&from, to)| *to = from);
        }
        Ok((self.outputs.view(), self.targets.view()))
    }
}
