use super::Loss;
use crate::Float;
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, Zip};

/// Mean squared error: Σ (a - y)² / outputs for each example; the gradient is 2 (a - y) / outputs.
///
/// No factor ½, as in PyTorch. For regressions, with [`Identity`](crate::Identity) outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanSquaredError;

impl<F: Float> Loss<F> for MeanSquaredError {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        mut losses: ArrayViewMut1<'_, F>,
        mut gradient: ArrayViewMut2<'_, F>,
    ) {
        let count = F::from_f64(outputs.ncols() as f64);
        let two_over_count = F::from_f64(2.0) / count;
        Zip::from(&mut losses)
            .and(gradient.rows_mut())
            .and(outputs.rows())
            .and(targets.rows())
            .for_each(|loss, mut gradient, outputs, targets| {
                let mut sum = F::zero();
                Zip::from(&mut gradient).and(outputs).and(targets).for_each(|gradient, &a, &y| {
                    let difference = a - y;
                    sum += difference * difference;
                    *gradient = two_over_count * difference;
                });
                *loss = sum / count;
            });
    }

    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss * factor * factor
    }
}
