use super::{Loss, elementwise};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2};

/// Mean squared error: Σ (a - y)² / outputs for each example; the gradient is 2 (a - y) / outputs.
///
/// No factor ½, as in PyTorch. For regressions, with [`Identity`](crate::activation::Identity)
/// outputs.
///
/// ```
/// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
/// use ndarray::array;
///
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Identity)?])?;   // a = x
/// let (outputs, targets) = (array![[2.0], [3.0]], array![[1.0], [5.0]]);
/// let mut backprop = Backprop::new(&net);
/// let loss = backprop.run(&mut net, &MeanSquaredError, outputs.view(), targets.view())?;
/// assert_eq!(loss, 2.5);                                          // (1² + 2²) / 2
/// assert_eq!(backprop.gradients()[0].weights(), array![[-4.0]]);    // (2 · 1 · 2 - 2 · 2 · 3) / 2
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanSquaredError;

impl<F: Float> Loss<F> for MeanSquaredError {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        gradient: ArrayViewMut2<'_, F>,
    ) {
        let two = F::from_f64(2.0);
        elementwise(outputs, targets, losses, gradient, |a, y| {
            let difference = a - y;
            (difference * difference, two * difference)
        });
    }

    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss * factor * factor
    }
}
