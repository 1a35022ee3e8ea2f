use super::{
    FusedLoss, Loss, check_activation, check_each_target, each, elementwise, ratio,
    weighted_surprise,
};
use crate::activation::{Activation, AnyActivation, Sigmoid, Softmax, Softplus};
use crate::{error::Result, float::Float};
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, azip};

/// Binary cross-entropy: -Σ (y ln a + (1 - y) ln(1 - a)) / outputs for each example.
///
/// Targets are probabilities: 0, 1, or between. Several outputs are several labels that do not
/// exclude one another.
///
/// # Fused with the sigmoid
///
/// With a = 1 / (1 + e^-z), ln a = -ln(1 + e^-z) and ln(1 - a) = -z - ln(1 + e^-z). The loss
/// becomes
///
/// max(z, 0) - y z + ln(1 + e^-|z|),
///
/// exact for every z, even where a is rounded to 0 or 1 and ln a is infinite. Its derivative is
/// (a - y) / outputs: the a (1 - a) of the sigmoid cancels the denominators of the two logarithms.
///
/// With another activation it is computed from the outputs, which must lie in \[0, 1\]. Softmax and
/// your own activations are accepted, other built-in ones are refused.
///
/// ```
/// use densely::{Backprop, BinaryCrossEntropy, Dense, Mlp, Sigmoid};
/// use ndarray::array;
///
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[1.0]], None, Sigmoid)?])?;    // z = x
/// let mut backprop = Backprop::new(&net);
/// let mut loss = |z: f64, y: f64| {
///     backprop.loss(&mut net, &BinaryCrossEntropy, array![[z]].view(), array![[y]].view())
/// };
/// let z = 3.0_f64.ln();                                                                // a = ¾
/// approx::assert_relative_eq!(loss(z, 1.0)?, -0.75_f64.ln(), max_relative = 1e-14);
/// approx::assert_relative_eq!(loss(z, 0.0)?, -0.25_f64.ln(), max_relative = 1e-14);
/// assert_eq!(loss(1000.0, 0.0)?, 1000.0);                               // where a is rounded to 1
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BinaryCrossEntropy;

impl<F: Float> Loss<F> for BinaryCrossEntropy {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        gradient: ArrayViewMut2<'_, F>,
    ) {
        let one = F::one();
        elementwise(outputs, targets, losses, gradient, |a, y| {
            let value = weighted_surprise(y, a.ln()) + weighted_surprise(one - y, (-a).ln_1p());
            (value, ratio(one - y, one - a) - ratio(y, a))
        });
    }

    fn fused_with(&self, activation: &AnyActivation<F>) -> Option<&dyn FusedLoss<F>> {
        activation.is::<Sigmoid>().then_some(self)
    }

    fn check_output(&self, activation: &AnyActivation<F>) -> Result<()> {
        let suitable = activation.is::<Sigmoid>() || activation.is::<Softmax>();
        let needs = "outputs between 0 and 1, such as those of Sigmoid";
        check_activation(self, activation, suitable, needs)
    }

    fn check_targets(&self, targets: ArrayView2<'_, F>) -> Result<()> {
        let probability = |y| (F::zero()..=F::one()).contains(&y);
        check_each_target(self, each(&targets), "numbers between 0 and 1", probability)
    }
}

impl<F: Float> FusedLoss<F> for BinaryCrossEntropy {
    fn evaluate(
        &self,
        pre_activation: ArrayView2<'_, F>,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        mut delta: ArrayViewMut2<'_, F>,
    ) {
        let count = F::from_f64(outputs.ncols() as f64);
        // max(z, 0) - y z, without two large terms that cancel where y = 1 and z > 0.
        let linear = |z: F, y: F| if z > F::zero() { (F::one() - y) * z } else { -y * z };
        // ln(1 + e^-|z|) of all outputs, stored in delta for now.
        azip!((rest in &mut delta, z in pre_activation) *rest = -z.abs());
        Softplus.forward(delta.view_mut());
        let (z, y) = (pre_activation.rows(), targets.rows());
        azip!((loss in losses, rest in delta.rows(), z in z, y in y) {
            let linear: F = z.iter().zip(y).map(|(&z, &y)| linear(z, y)).sum();
            *loss = (linear + rest.sum()) / count;
        });
        azip!((delta in delta, &a in outputs, &y in targets) *delta = (a - y) / count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    fn of_logit<F: Float>(z: F, y: F) -> F {
        let z = Array2::from_elem((1, 1), z);
        let (mut outputs, mut delta, mut losses) = (z.clone(), z.clone(), array![F::zero()]);
        Sigmoid.forward(outputs.view_mut());
        let targets = Array2::from_elem((1, 1), y);
        FusedLoss::evaluate(
            &BinaryCrossEntropy,
            z.view(),
            outputs.view(),
            targets.view(),
            losses.view_mut(),
            delta.view_mut(),
        );
        losses[0]
    }

    /// ln(1 + e^z) - y z to 17 digits, by mpmath.
    #[test]
    fn is_right_at_saturated_outputs() {
        for (z, y, expected) in [
            (1000.0, 1.0, 0.0),
            (1000.0, 0.0, 1000.0),
            (-1000.0, 1.0, 1000.0),
            (-1000.0, 0.0, 0.0),
            (40.0, 1.0, 4.248_354_255_291_589e-18),
            (-40.0, 0.0, 4.248_354_255_291_589e-18),
            (2.0, 0.25, 1.626_928_011_042_972_5),
        ] {
            approx::assert_relative_eq!(of_logit(z, y), expected, max_relative = 1e-15);
        }
        approx::assert_relative_eq!(of_logit(80.0_f32, 1.0), 1.804_851_4e-35, max_relative = 3e-7);
        assert_eq!(of_logit(1000.0_f32, 0.0), 1000.0);
    }
}
