use super::{Loss, elementwise};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2};

/// Mean absolute error: Σ |a - y| / outputs for each example. The gradient is sign(a - y) /
/// outputs, and 0 where a = y.
///
/// For regressions whose targets have outliers, with [`Identity`](crate::activation::Identity)
/// outputs: it is minimal at the median, as the squared error is at the mean.
///
/// ```
/// use densely::{Backprop, Dense, Identity, Mlp, loss::MeanAbsoluteError};
/// use ndarray::array;
///
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Identity)?])?;   // a = x
/// let (outputs, targets) = (array![[2.0], [3.0]], array![[1.0], [5.0]]);
/// let mut backprop = Backprop::new(&net);
/// let loss = backprop.run(&mut net, &MeanAbsoluteError, outputs.view(), targets.view())?;
/// assert_eq!(loss, 1.5);                                                  // (1 + 2) / 2
/// assert_eq!(backprop.gradients()[0].weights(), array![[-0.5]]);            // (2 - 3) / 2
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanAbsoluteError;

impl<F: Float> Loss<F> for MeanAbsoluteError {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        gradient: ArrayViewMut2<'_, F>,
    ) {
        elementwise(outputs, targets, losses, gradient, |a, y| {
            let difference = a - y;
            let sign = if difference == F::zero() { F::zero() } else { difference.signum() };
            (difference.abs(), sign)
        });
    }

    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss * factor
    }
}
