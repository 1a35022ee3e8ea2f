use super::{Loss, elementwise};
use crate::{AnyActivation, Error, Float, Result};
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2};

/// Huber's loss (1964): with r = a - y, Σ h(r) / outputs for each example, where h(r) is r² / 2 for |r| ≤ δ, and δ (|r| - δ / 2) beyond.
///
/// Squared near the target, absolute far from it; the gradient is r, held between -δ and δ, over the outputs. The same as PyTorch's `HuberLoss`. δ is in
/// the unit of the targets that are trained on: where those were standardised, in standard deviations.
///
/// ```
/// use densely::Huber;
/// let huber = Huber::new(1.35);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// With this δ: positive and finite.
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

    /// With a δ that is `factor` times as large.
    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss * factor * factor
    }

    fn check(&self, _: &AnyActivation<F>, _: ArrayView2<'_, F>) -> Result<()> {
        Error::check_setting("delta of Huber's loss", self.delta, "positive and finite", |delta| {
            let rounded = F::from_f64(delta);
            rounded > F::zero() && rounded.is_finite()
        })
    }
}
