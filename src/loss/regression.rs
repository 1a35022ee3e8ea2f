//! Losses of the difference of output and target, for regressions.

use super::{Loss, elementwise};
use crate::error::{Error, Result, check::positive};
use crate::{activation::AnyActivation, float::Float};
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2};

/// Mean squared error: Σ (a - y)² / outputs for each example; the gradient is
/// 2 (a - y) / outputs.
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
/// assert_eq!(loss, 2.5); // (1² + 2²) / 2
/// assert_eq!(backprop.gradients()[0].weights(), array![[-4.0]]); // (2·1·2 - 2·2·3) / 2
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

/// Huber's loss (1964): with r = a - y, Σ h(r) / outputs for each example, where h(r) is
/// r² / 2 for |r| ≤ δ, and δ (|r| - δ / 2) beyond.
///
/// Squared near the target, absolute far from it, as PyTorch's `HuberLoss`. The gradient is r,
/// clipped to \[-δ, δ\], over the outputs. δ is in network units: in standard deviations if the
/// network's outputs have units.
///
/// ```
/// use densely::{Backprop, Dense, Identity, Mlp, loss::Huber};
/// use ndarray::array;
///
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Identity)?])?;   // a = x
/// let (outputs, targets) = (array![[2.0], [3.0]], array![[1.0], [5.0]]);
/// let mut backprop = Backprop::new(&net);
/// let loss = backprop.run(&mut net, &Huber::new(1.0), outputs.view(), targets.view())?;
/// assert_eq!(loss, 1.0);                                          // (1² / 2 + 1 · (2 - ½)) / 2
/// assert_eq!(backprop.gradients()[0].weights(), array![[-0.5]]);    // (1 · 2 - 1 · 3) / 2
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    pub(super) delta: f64,
}

impl Huber {
    /// δ: positive and finite. It is checked when training starts.
    pub fn new(delta: f64) -> Self {
        Self { delta }
    }
}

/// δ = 1.
impl Default for Huber {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl<F: Float> Loss<F> for Huber {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        gradient: ArrayViewMut2<'_, F>,
    ) {
        let (delta, half) = (F::from_f64(self.delta), F::from_f64(0.5));
        elementwise(outputs, targets, losses, gradient, |a, y| {
            let difference = a - y;
            let distance = difference.abs();
            if distance > delta {
                (delta * (distance - half * delta), delta.copysign(difference))
            } else {
                (half * difference * difference, difference)
            }
        });
    }

    /// The loss with a δ that is `factor` times as large.
    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss * factor * factor
    }

    fn check_output(&self, _: &AnyActivation<F>) -> Result<()> {
        Error::check_range("delta of Huber's loss", self.delta, positive::<F>())
    }
}
