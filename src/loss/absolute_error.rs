use super::Loss;
use crate::Float;
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, Zip};

/// Mean absolute error: Σ |a - y| / outputs for each example; the gradient is the sign of a - y over the outputs, and 0 where a = y.
///
/// For regressions whose targets have outliers, with [`Identity`](crate::Identity) outputs: it finds the median, where the
/// squared error finds the mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanAbsoluteError;

impl<F: Float> Loss<F> for MeanAbsoluteError {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        mut losses: ArrayViewMut1<'_, F>,
        mut gradient: ArrayViewMut2<'_, F>,
    ) {
        let count = F::from_f64(outputs.ncols() as f64);
        let slope = F::one() / count;
        Zip::from(&mut losses)
            .and(gradient.rows_mut())
            .and(outputs.rows())
            .and(targets.rows())
            .for_each(|loss, mut gradient, outputs, targets| {
                let mut sum = F::zero();
                Zip::from(&mut gradient).and(outputs).and(targets).for_each(|gradient, &a, &y| {
                    let difference = a - y;
                    sum += difference.abs();
                    *gradient = sign(difference) * slope;
                });
                *loss = sum / count;
            });
    }

    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss * factor
    }
}

/// 1, -1, or 0 for 0; NaN for NaN.
fn sign<F: Float>(value: F) -> F {
    if value == F::zero() { F::zero() } else { value.signum() }
}
