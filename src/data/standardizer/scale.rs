use crate::error::{Error, Result};
use crate::float::Float;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, Zip};

/// The mean and deviation of each column.
#[derive(Clone, Debug)]
pub struct Scale {
    pub(super) mean: Array1<f64>,
    pub(super) deviation: Array1<f64>,
}

impl Scale {
    pub(crate) fn apply<F: Float>(
        &self,
        numbers: ArrayView2<'_, F>,
        matrix: &'static str,
    ) -> Result<Array2<F>> {
        let mut scaled = numbers.as_standard_layout().into_owned();
        scaled.rows_mut().into_iter().for_each(|row| self.apply_to_row(row));
        Error::check_finite(scaled.view(), matrix)?;
        Ok(scaled)
    }

    /// x ↦ (x - mean) / deviation.
    pub(crate) fn apply_to_row<F: Float>(&self, mut row: ArrayViewMut1<'_, F>) {
        Zip::from(&mut row)
            .and(&self.mean)
            .and(&self.deviation)
            .for_each(|x, &mean, &deviation| *x = F::from_f64((x.as_f64() - mean) / deviation));
    }
}
