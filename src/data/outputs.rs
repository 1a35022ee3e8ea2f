//! A network's outputs for all rows of a data set.

use super::batches::{InOrder, Scales};
use super::{examples::Examples, storage::Side};
use crate::error::{Error, Result};
use crate::mlp::{Mlp, PredictBuffers};
use crate::{float::Float, matrix::Matrix};
use ndarray::{ArrayView2, Axis, Slice};
use std::ops::Range;

/// Outputs and targets of all rows, in the data's units. The buffers serve later evaluations too.
#[derive(Debug)]
pub(crate) struct Outputs<F> {
    outputs: Matrix<F>,
    /// The targets, unless they are in memory already.
    targets: Matrix<F>,
    buffers: PredictBuffers<F>,
}

/// The rows that are predicted at a time.
const ROWS_AT_ONCE: usize = 256;

impl<F: Float> Outputs<F> {
    pub(crate) fn new() -> Self {
        let (outputs, targets) = (Matrix::new(0), Matrix::new(0));
        Self { outputs, targets, buffers: PredictBuffers::new() }
    }

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
        if let Some(inputs) = data.in_memory(Side::Inputs) {
            let rows = Slice::from(rows);
            let mut outputs = self.outputs.view_mut();
            let outputs = outputs.slice_axis_mut(Axis(0), rows);
            return net.predict_into(inputs.slice_axis(Axis(0), rows), outputs, &mut self.buffers);
        }
        let mut first = rows.start;
        let mut batches = InOrder::new(data, rows, ROWS_AT_ONCE, Scales::default());
        while let Some(batch) = batches.next()? {
            let part = Slice::from(first..first + batch.inputs.rows());
            let mut outputs = self.outputs.view_mut();
            let outputs = outputs.slice_axis_mut(Axis(0), part);
            net.predict_into(batch.inputs.view(), outputs, &mut self.buffers)?;
            first += batch.inputs.rows();
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
        let mut rest = self.targets.reshape(rows, columns).numbers_mut();
        let mut batches = InOrder::targets(data);
        while let Some(batch) = batches.next()? {
            let (targets, others) = rest.split_at_mut(batch.targets.len());
            targets.iter_mut().zip(batch.targets).for_each(|(to, &from)| *to = from);
            rest = others;
        }
        Ok((self.outputs.view(), self.targets.view()))
    }
}
