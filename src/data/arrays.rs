//! Rows in memory.

use super::standardizer::Scale;
use super::storage::{Matrix, Stored, Window};
use crate::error::Result;
use crate::float::Float;
use ndarray::{Array2, ArrayView2, Axis};
use std::borrow::Cow;

/// The rows of a [`Dataset`](crate::data::Dataset) in memory, where they are unless it says otherwise.
///
/// ```
/// use densely::{Dataset, data::Arrays};
/// use ndarray::array;
///
/// let data: Dataset<f32, Arrays<f32>> = Dataset::regression(array![[0.0], [1.0]], [5.0, 6.0])?;
/// let same: Dataset<f32> = data;
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Arrays<F> {
    /// Both row-major.
    pub(super) inputs: Array2<F>,
    pub(super) targets: Array2<F>,
}

impl<F: Float> Stored<F> for Arrays<F> {
    fn rows(&self) -> usize {
        self.inputs.nrows()
    }

    fn features(&self) -> usize {
        self.inputs.ncols()
    }

    fn outputs(&self) -> usize {
        self.targets.ncols()
    }

    fn in_memory(&self) -> Option<(ArrayView2<'_, F>, ArrayView2<'_, F>)> {
        Some((self.inputs.view(), self.targets.view()))
    }

    fn window(&self) -> Window {
        Window { rows: self.rows(), block: 1 }
    }

    fn arranged<'r>(&self, rows: &'r [usize]) -> Cow<'r, [usize]> {
        Cow::Borrowed(rows)
    }

    fn selected(&self, rows: &[usize]) -> Result<Self> {
        let (inputs, targets) = (&self.inputs, &self.targets);
        Ok(Self { inputs: inputs.select(Axis(0), rows), targets: targets.select(Axis(0), rows) })
    }

    fn sort(&self, _: &mut [usize]) {}

    fn read(&self, matrix: Matrix, rows: &[usize], places: &[u32], to: &mut [F]) -> Result<()> {
        let from = match matrix {
            Matrix::Inputs => &self.inputs,
            Matrix::Targets => &self.targets,
        };
        let columns = from.ncols();
        for (&row, &place) in rows.iter().zip(places) {
            let to = &mut to[place as usize * columns..][..columns];
            to.iter_mut().zip(from.row(row)).for_each(|(to, &from)| *to = from);
        }
        Ok(())
    }

    fn scaled(&self, features: &Scale, targets: Option<&Scale>) -> Result<Self> {
        let inputs = features.apply(self.inputs.view(), "standardized inputs")?;
        let targets = match targets {
            Some(scale) => scale.apply(self.targets.view(), "standardized targets")?,
            None => self.targets.clone(),
        };
        Ok(Self { inputs, targets })
    }
}
