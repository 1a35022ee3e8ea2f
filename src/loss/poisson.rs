use super::{
    FusedLoss, Loss, check_activation, check_each_target, each, elementwise, ratio,
    weighted_surprise,
};
use crate::activation::{AnyActivation, Exponential, Softplus};
use crate::{error::Result, float::Float};
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, azip};

/// The Poisson loss, for counts: Σ (a - y ln a) / outputs for each example, where a is the
/// expected count.
///
/// This is the negative logarithm of the Poisson distribution's probability of y without the
/// constant ln y!. With no hidden layer and [`Exponential`] outputs, it is the Poisson regression
/// of generalised linear models.
///
/// # Fused with the exponential
///
/// With a = e^z the loss is e^z - y z, and its derivative (a - y) / outputs.
///
/// With [`Softplus`] both are computed from z where a underflows: ln a tends to z there. With your
/// own activation they are computed from the outputs, which must be positive. Other built-in
/// activations are refused.
///
/// ```
/// use densely::{Backprop, Dense, Mlp, activation::Exponential, loss::Poisson};
/// use ndarray::array;
///
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Exponential)?])?; // a = e^x
/// let (x, counts) = (array![[2.0_f64.ln()]], array![[3.0]]);
/// let mut backprop = Backprop::new(&net);
/// let loss = backprop.loss(&mut net, &Poisson, x.view(), counts.view())?;
/// approx::assert_relative_eq!(loss, 2.0 - 3.0 * 2.0_f64.ln(), max_relative = 1e-14);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Poisson;

impl<F: Float> Loss<F> for Poisson {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        gradient: ArrayViewMut2<'_, F>,
    ) {
        elementwise(outputs, targets, losses, gradient, |a, y| {
            (a + weighted_surprise(y, a.ln()), F::one() - ratio(y, a))
        });
    }

    fn fused_with(&self, activation: &AnyActivation<F>) -> Option<&dyn FusedLoss<F>> {
        if activation.is::<Softplus>() {
            return Some(&WithSoftplus);
        }
        activation.is::<Exponential>().then_some(self)
    }

    fn check_output(&self, activation: &AnyActivation<F>) -> Result<()> {
        let suitable = activation.is::<Exponential>() || activation.is::<Softplus>();
        let needs = "positive outputs, such as those of Exponential";
        check_activation(self, activation, suitable, needs)
    }

    fn check_targets(&self, targets: ArrayView2<'_, F>) -> Result<()> {
        check_each_target(self, each(&targets), "numbers of at least 0", |y| y >= F::zero())
    }
}

impl<F: Float> FusedLoss<F> for Poisson {
    fn evaluate(
        &self,
        pre_activation: ArrayView2<'_, F>,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        delta: ArrayViewMut2<'_, F>,
    ) {
        let count = F::from_f64(outputs.ncols() as f64);
        let (z, a, y) = (pre_activation.rows(), outputs.rows(), targets.rows());
        azip!((loss in losses, z in z, a in a, y in y) {
            let surprise: F = z.iter().zip(y).map(|(&z, &y)| weighted_surprise(y, z)).sum();
            *loss = (a.sum() + surprise) / count;
        });
        azip!((delta in delta, &a in outputs, &y in targets) *delta = (a - y) / count);
    }
}

/// The loss fused with softplus, a = ln(1 + e^z): its derivative is (1 - y/a) σ(z), where
/// σ(z) = 1 - e^-a.
#[derive(Debug)]
struct WithSoftplus;

/// Below this z, ln a = z and σ(z) / a = 1 up to the rounding of an `f64`.
const TINY: f64 = -37.0;

impl<F: Float> FusedLoss<F> for WithSoftplus {
    fn evaluate(
        &self,
        pre_activation: ArrayView2<'_, F>,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        delta: ArrayViewMut2<'_, F>,
    ) {
        let (tiny, count) = (F::from_f64(TINY), F::from_f64(outputs.ncols() as f64));
        let (z, a, y) = (pre_activation.rows(), outputs.rows(), targets.rows());
        azip!((loss in losses, z in z, a in a, y in y) {
            let logarithm = |z, a: F| if z < tiny { z } else { a.ln() };
            let terms = z.iter().zip(a).zip(y);
            let terms = terms.map(|((&z, &a), &y)| a + weighted_surprise(y, logarithm(z, a)));
            *loss = terms.sum::<F>() / count;
        });
        azip!((delta in delta, &z in pre_activation, &a in outputs, &y in targets) {
            let slope = -(-a).exp_m1();
            let share = if z < tiny { F::one() } else { slope / a };
            *delta = (slope - y * share) / count;
        });
    }
}
