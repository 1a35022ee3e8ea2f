//! Losses, which training minimises, and their gradients.

mod binary_cross_entropy;
mod by_name;
mod categorical_cross_entropy;
pub(crate) mod error;
mod poisson;
mod quantile;
mod regression;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use categorical_cross_entropy::CategoricalCrossEntropy;
pub use poisson::Poisson;
pub use quantile::Quantile;
pub use regression::{Huber, MeanAbsoluteError, MeanSquaredError};

use crate::error::{Error, LossError, Result};
use crate::{activation::AnyActivation, float::Float};
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, azip};
use std::fmt::Debug;

/// The loss of each example and its gradient. [`Backprop`](crate::backprop::Backprop) takes the
/// means of both over the examples.
///
/// Shapes: outputs, targets and gradient rows × outputs, losses rows.
///
/// `FromStr` of `Box<dyn Loss<F>>` reads a built-in loss by its name: the type's in lower case, as
/// `mean_squared_error`, or `huber(0.5)` with δ = 0.5. `Display` of each built-in loss writes it.
/// [`Quantile`], which has a list of settings, has no name.
///
/// # Your own
///
/// A loss of your own needs one method. [`gradient_check`](fn@crate::gradient_check) checks that
/// its gradient belongs to its losses. In a regression, outputs and targets come in the network's
/// units: less the mean of the training rows, divided by their deviation. A threshold in the
/// target's own unit needs [`MlpBuilder::without_units`](crate::mlp::MlpBuilder::without_units).
/// [`rescaled`](Self::rescaled) brings the loss of a report back to the target's unit.
///
/// ```
/// use densely::{Float, Identity, Loss, Mlp, gradient_check};
/// use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis, array};
///
/// /// Σ ln cosh(a - y): squared near 0, absolute far from it.
/// #[derive(Debug)]
/// struct LogCosh;
///
/// impl<F: Float> Loss<F> for LogCosh {
///     fn evaluate(
///         &self,
///         outputs: ArrayView2<'_, F>,
///         targets: ArrayView2<'_, F>,
///         mut losses: ArrayViewMut1<'_, F>,
///         mut gradient: ArrayViewMut2<'_, F>,
///     ) {
///         let difference = &outputs - &targets;
///         gradient.assign(&difference.mapv(F::tanh));
///         losses.assign(&difference.mapv(|d| d.cosh().ln()).sum_axis(Axis(1)));
///     }
/// }
///
/// let mut net = Mlp::builder(2).dense(1, Identity).build()?;
/// let (inputs, targets) = (array![[0.5, -1.0], [2.0, 0.3]], array![[1.0], [0.0]]);
/// gradient_check(&mut net, &LogCosh, inputs.view(), targets.view())?;
/// # Ok::<(), densely::Error>(())
/// ```
#[allow(unused_variables)] // The defaults ignore their arguments.
pub trait Loss<F: Float>: Debug + Send + Sync {
    /// Writes each example's loss, and the gradient of that loss with respect to the example's
    /// outputs.
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        gradient: ArrayViewMut2<'_, F>,
    );

    /// This loss and the output layer's activation as one function of the weighted sums z, if its
    /// derivative is simpler and more stable than the product of the two. Default: none.
    ///
    /// ```
    /// use densely::{BinaryCrossEntropy, Loss, Sigmoid, Softmax};
    ///
    /// assert!(Loss::<f32>::fused_with(&BinaryCrossEntropy, &Sigmoid.into()).is_some());
    /// assert!(Loss::<f32>::fused_with(&BinaryCrossEntropy, &Softmax.into()).is_none());
    /// ```
    fn fused_with(&self, activation: &AnyActivation<F>) -> Option<&dyn FusedLoss<F>> {
        None
    }

    /// Converts a loss on scaled targets to the targets' own unit: one scaled unit is `factor` of
    /// these. Default: the loss itself, as for probabilities.
    ///
    /// ```
    /// use densely::{Loss, MeanSquaredError, loss::MeanAbsoluteError};
    ///
    /// // Targets in metres, divided by a deviation of 10 metres.
    /// assert_eq!(Loss::<f32>::rescaled(&MeanAbsoluteError, 0.3, 10.0), 3.0);
    /// assert_eq!(Loss::<f32>::rescaled(&MeanSquaredError, 0.5, 10.0), 50.0);
    /// ```
    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss
    }

    /// Refuses settings of the loss, and output activations, that have no meaning. A
    /// [`Trainer`](crate::trainer::Trainer) asks before it starts,
    /// [`Backprop`](crate::backprop::Backprop) at each batch. Default: accepts all.
    ///
    /// ```
    /// use densely::{BinaryCrossEntropy, Error, Identity, Loss, Sigmoid, error::LossError};
    ///
    /// assert!(Loss::<f32>::check_output(&BinaryCrossEntropy, &Sigmoid.into()).is_ok());
    /// let error = Loss::<f32>::check_output(&BinaryCrossEntropy, &Identity.into());
    /// assert!(matches!(error, Err(Error::Loss(LossError::UnsuitableOutput { .. }))));
    /// ```
    ///
    /// # Errors
    ///
    /// [`LossError::UnsuitableOutput`], [`Error::Setting`].
    ///
    /// [`Error::Setting`]: crate::error::Error::Setting
    fn check_output(&self, activation: &AnyActivation<F>) -> Result<()> {
        Ok(())
    }

    /// Refuses targets for which the loss has no meaning. A [`Trainer`](crate::trainer::Trainer)
    /// checks all targets before it starts. Default: accepts all.
    ///
    /// ```
    /// use densely::{BinaryCrossEntropy, Error, Loss, error::LossError};
    /// use ndarray::array;
    ///
    /// assert!(BinaryCrossEntropy.check_targets(array![[0.0], [1.0]].view()).is_ok());
    /// let error = BinaryCrossEntropy.check_targets(array![[0.0], [3.0]].view());
    /// assert!(matches!(
    ///     error,
    ///     Err(Error::Loss(LossError::UnsuitableTarget { row: 1, value: 3.0, .. }))
    /// ));
    /// ```
    ///
    /// # Errors
    ///
    /// [`LossError::UnsuitableTarget`].
    fn check_targets(&self, targets: ArrayView2<'_, F>) -> Result<()> {
        Ok(())
    }
}

/// A loss fused with the activation of the output layer.
///
/// ```
/// use densely::{BinaryCrossEntropy, loss::FusedLoss};
/// use ndarray::{Array1, Array2, array};
///
/// let (z, a, y) = (array![[0.0], [1000.0]], array![[0.5], [1.0]], array![[1.0], [0.0]]);
/// let (mut losses, mut delta) = (Array1::zeros(2), Array2::zeros((2, 1)));
/// let fused: &dyn FusedLoss<f64> = &BinaryCrossEntropy;
/// fused.evaluate(z.view(), a.view(), y.view(), losses.view_mut(), delta.view_mut());
/// approx::assert_abs_diff_eq!(losses, array![2.0_f64.ln(), 1000.0], epsilon = 1e-15);
/// assert_eq!(delta, array![[-0.5], [1.0]]);                                // a - y
/// ```
pub trait FusedLoss<F: Float>: Debug + Send + Sync {
    /// Writes each example's loss, and delta, its gradient with respect to the example's weighted
    /// sums z. `outputs` are the activation's values at z.
    ///
    /// The loss is computed from z, so that it stays finite and right where outputs are rounded to
    /// 0 or 1.
    fn evaluate(
        &self,
        pre_activation: ArrayView2<'_, F>,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        delta: ArrayViewMut2<'_, F>,
    );
}

/// [`Loss::evaluate`] of a loss that is a mean over each example's outputs:
/// L = Σ l(a, y) / outputs and ∂L/∂a = l'(a, y) / outputs.
///
/// `of(a, y)` returns l and its derivative with respect to a. Shapes: rows × outputs, and a loss
/// for each row.
///
/// ```
/// use densely::{Float, Loss, loss::elementwise};
/// use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, ArrayViewMut2, array};
///
/// /// (a - y)⁴.
/// #[derive(Debug)]
/// struct FourthPower;
///
/// impl<F: Float> Loss<F> for FourthPower {
///     fn evaluate(
///         &self,
///         outputs: ArrayView2<'_, F>,
///         targets: ArrayView2<'_, F>,
///         losses: ArrayViewMut1<'_, F>,
///         gradient: ArrayViewMut2<'_, F>,
///     ) {
///         let four = F::from_f64(4.0);
///         elementwise(outputs, targets, losses, gradient, |a, y| {
///             ((a - y).powi(4), four * (a - y).powi(3))
///         });
///     }
/// }
///
/// let (outputs, targets) = (array![[3.0, 1.0]], array![[1.0, 1.0]]);
/// let (mut losses, mut gradient) = (Array1::zeros(1), Array2::zeros((1, 2)));
/// FourthPower.evaluate(outputs.view(), targets.view(), losses.view_mut(), gradient.view_mut());
/// assert_eq!((losses[0], gradient), (8.0, array![[16.0, 0.0]]));
/// ```
pub fn elementwise<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
    losses: ArrayViewMut1<'_, F>,
    mut gradient: ArrayViewMut2<'_, F>,
    of: impl Fn(F, F) -> (F, F),
) {
    let count = F::from_f64(outputs.ncols() as f64);
    let share = F::one() / count;
    let (a, y) = (outputs.rows(), targets.rows());
    azip!((loss in losses, gradient in gradient.rows_mut(), a in a, y in y) {
        let mut sum = F::zero();
        azip!((gradient in gradient, &a in a, &y in y) {
            let (value, slope) = of(a, y);
            sum += value;
            *gradient = slope * share;
        });
        *loss = sum / count;
    });
}

/// Refuses a built-in activation that is not suitable; custom activations are trusted.
fn check_activation<F: Float>(
    loss: &dyn Debug,
    activation: &AnyActivation<F>,
    suitable: bool,
    needs: &'static str,
) -> Result<()> {
    if suitable || !activation.is_built_in() {
        return Ok(());
    }
    let (loss, activation) = (format!("{loss:?}"), format!("{activation:?}"));
    Err(Error::Loss(LossError::UnsuitableOutput { loss, activation, needs }))
}

/// Refuses the first target, given with its row, for which `holds` is false.
fn check_each_target<F: Float>(
    loss: &dyn Debug,
    targets: impl IntoIterator<Item = (usize, F)>,
    needs: &'static str,
    holds: impl Fn(F) -> bool,
) -> Result<()> {
    let Some((row, y)) = targets.into_iter().find(|&(_, y)| !holds(y)) else { return Ok(()) };
    let (loss, value) = (format!("{loss:?}"), y.as_f64());
    Err(LossError::UnsuitableTarget { loss, row, value, needs }.into())
}

/// Each target and its row.
fn each<F: Float>(targets: &ArrayView2<'_, F>) -> impl Iterator<Item = (usize, F)> {
    targets.indexed_iter().map(|((row, _), &y)| (row, y))
}

/// -weight · ln p, and 0 for a weight of 0, even if p = 0.
fn weighted_surprise<F: Float>(weight: F, logarithm: F) -> F {
    if weight == F::zero() { F::zero() } else { -weight * logarithm }
}

/// weight / p, and 0 for a weight of 0.
fn ratio<F: Float>(weight: F, probability: F) -> F {
    if weight == F::zero() { F::zero() } else { weight / probability }
}

/// A loss chosen at run time.
impl<F: Float, L: Loss<F> + ?Sized> Loss<F> for Box<L> {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        gradient: ArrayViewMut2<'_, F>,
    ) {
        (**self).evaluate(outputs, targets, losses, gradient);
    }

    fn fused_with(&self, activation: &AnyActivation<F>) -> Option<&dyn FusedLoss<F>> {
        (**self).fused_with(activation)
    }

    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        (**self).rescaled(loss, factor)
    }

    fn check_output(&self, activation: &AnyActivation<F>) -> Result<()> {
        (**self).check_output(activation)
    }

    fn check_targets(&self, targets: ArrayView2<'_, F>) -> Result<()> {
        (**self).check_targets(targets)
    }
}
