use super::{FusedLoss, Loss, ratio, weighted_surprise};
use crate::{AnyActivation, Error, Exponential, Float, Result, Softplus};
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, Zip};

/// The Poisson loss, for counts: Σ (a - y ln a) / outputs for each example, where a is the expected count.
///
/// That is the negative logarithm of the Poisson distribution's probability of y, but for ln y!, which no parameter changes. With no hidden layer
/// and [`Exponential`] outputs, it fits the Poisson regression of generalised linear models.
///
/// # Fused with the exponential
///
/// With a = e^z the loss is e^z - y z, and its derivative (a - y) / outputs.
///
/// With another activation, such as [`Softplus`], it is computed from the outputs, which must be positive; activations of your own are trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Poisson;

impl<F: Float> Loss<F> for Poisson {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        mut losses: ArrayViewMut1<'_, F>,
        mut gradient: ArrayViewMut2<'_, F>,
    ) {
        let count = F::from_f64(outputs.ncols() as f64);
        Zip::from(&mut losses)
            .and(gradient.rows_mut())
            .and(outputs.rows())
            .and(targets.rows())
            .for_each(|loss, mut gradient, outputs, targets| {
                let mut sum = F::zero();
                Zip::from(&mut gradient).and(outputs).and(targets).for_each(|gradient, &a, &y| {
                    sum += a + weighted_surprise(y, a.ln());
                    *gradient = (F::one() - ratio(y, a)) / count;
                });
                *loss = sum / count;
            });
    }

    fn fused_with(&self, activation: &AnyActivation<F>) -> Option<&dyn FusedLoss<F>> {
        activation.is::<Exponential>().then_some(self)
    }

    fn check(&self, activation: &AnyActivation<F>, targets: ArrayView2<'_, F>) -> Result<()> {
        let positive = activation.is::<Exponential>() || activation.is::<Softplus>();
        if activation.is_built_in() && !positive {
            return Err(Error::UnsuitableOutput {
                loss: format!("{self:?}"),
                activation: format!("{activation:?}"),
                needs: "positive outputs, as of Exponential",
            });
        }
        match targets.indexed_iter().find(|(_, y)| y.is_nan() || **y < F::zero()) {
            None => Ok(()),
            Some(((row, _), y)) => Err(Error::UnsuitableTarget {
                loss: format!("{self:?}"),
                row,
                value: y.as_f64(),
                needs: "numbers of at least 0",
            }),
        }
    }
}

impl<F: Float> FusedLoss<F> for Poisson {
    fn evaluate(
        &self,
        pre_activation: ArrayView2<'_, F>,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        mut losses: ArrayViewMut1<'_, F>,
        mut delta: ArrayViewMut2<'_, F>,
    ) {
        let count = F::from_f64(outputs.ncols() as f64);
        Zip::from(&mut losses)
            .and(pre_activation.rows())
            .and(outputs.rows())
            .and(targets.rows())
            .for_each(|loss, z, a, y| {
                let surprise: F = z.iter().zip(y).map(|(&z, &y)| weighted_surprise(y, z)).sum();
                *loss = (a.sum() + surprise) / count;
            });
        Zip::from(&mut delta)
            .and(outputs)
            .and(targets)
            .for_each(|delta, &a, &y| *delta = (a - y) / count);
    }
}
