use super::{FusedLoss, Loss, check_activation, check_each_target, each};
use crate::activation::{AnyActivation, Sigmoid, Softmax};
use crate::{error::Result, float::Float};
use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, azip};

/// Categorical cross-entropy: -Σ y_k ln a_k for each example, over the classes k.
///
/// Each row of the targets is a distribution over the classes: one-hot, or probabilities whose sum
/// is 1.
///
/// # Fused with softmax
///
/// With a_k = e^(z_k) / Σ_i e^(z_i), ln a_k = z_k - ln Σ_i e^(z_i). Let m be the class of the
/// largest z. Taking z_m out of the sum, the loss becomes
///
/// Σ_k y_k (z_m - z_k) + ln(1 + Σ_(i≠m) a_i / a_m),
///
/// exact for every z, even where a is rounded to 0 and ln a is infinite, and for losses near 0. Its
/// derivative is a - y.
///
/// With another activation it is computed from the outputs, which must lie in \[0, 1\]. Sigmoid and
/// your own activations are accepted, other built-in ones are refused.
///
/// ```
/// use densely::{Backprop, CategoricalCrossEntropy, Dense, Mlp, Softmax};
/// use ndarray::{Array2, array};
///
/// let mut net = Mlp::from_layers(vec![Dense::new(Array2::eye(3), None, Softmax)?])?;   // z = x
/// let z = array![[0.0, 2.0_f64.ln(), 5.0_f64.ln()]];  // a = ⅛, ¼, ⅝
/// let (mut backprop, y) = (Backprop::new(&net), array![[0.0, 1.0, 0.0]]);
/// let loss = backprop.loss(&mut net, &CategoricalCrossEntropy, z.view(), y.view())?;
/// approx::assert_relative_eq!(loss, 4.0_f64.ln(), max_relative = 1e-14); // -ln ¼
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CategoricalCrossEntropy;

impl<F: Float> Loss<F> for CategoricalCrossEntropy {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        mut gradient: ArrayViewMut2<'_, F>,
    ) {
        let (a, y) = (outputs.rows(), targets.rows());
        azip!((loss in losses, gradient in gradient.rows_mut(), a in a, y in y) {
            *loss = F::zero();
            azip!((gradient in gradient, &a in a, &y in y) {
                // A class with y = 0 adds nothing, even where a = 0 and its logarithm is infinite.
                *gradient = F::zero();
                if y != F::zero() {
                    *loss -= y * a.ln();
                    *gradient = -y / a;
                }
            });
        });
    }

    fn fused_with(&self, activation: &AnyActivation<F>) -> Option<&dyn FusedLoss<F>> {
        activation.is::<Softmax>().then_some(self)
    }

    fn check_output(&self, activation: &AnyActivation<F>) -> Result<()> {
        let suitable = activation.is::<Softmax>() || activation.is::<Sigmoid>();
        let needs = "outputs between 0 and 1, such as those of Softmax";
        check_activation(self, activation, suitable, needs)
    }

    fn check_targets(&self, targets: ArrayView2<'_, F>) -> Result<()> {
        let sums_to_1 = match targets.ncols() {
            1 => "rows whose sum is 1 (for one output, there is BinaryCrossEntropy)",
            _ => "rows whose sum is 1",
        };
        let probability = |y| (F::zero()..=F::one()).contains(&y);
        check_each_target(self, each(&targets), "numbers between 0 and 1", probability)?;
        let sums = targets.rows().into_iter().map(|row| row.sum()).enumerate();
        check_each_target(self, sums, sums_to_1, |sum| (sum.as_f64() - 1.0).abs() <= 1e-3)
    }
}

impl<F: Float> FusedLoss<F> for CategoricalCrossEntropy {
    fn evaluate(
        &self,
        pre_activation: ArrayView2<'_, F>,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        delta: ArrayViewMut2<'_, F>,
    ) {
        azip!((delta in delta, &a in outputs, &y in targets) *delta = a - y);
        let (z, a, y) = (pre_activation.rows(), outputs.rows(), targets.rows());
        azip!((loss in losses, z in z, a in a, y in y) *loss = of_logits(z, a, y));
    }
}

/// Σ_k y_k (z_m - z_k) + ln(1 + Σ_(i≠m) a_i / a_m), with m the class of the largest z and the
/// targets' sum 1.
fn of_logits<F: Float>(z: ArrayView1<'_, F>, a: ArrayView1<'_, F>, y: ArrayView1<'_, F>) -> F {
    let larger = |best: (usize, F), (class, &z)| if z > best.1 { (class, z) } else { best };
    let (likeliest, largest) = z.iter().enumerate().fold((0, F::neg_infinity()), larger);
    let (mut margin, mut others) = (F::zero(), F::zero());
    for (class, ((&z, &a), &y)) in z.iter().zip(a).zip(y).enumerate() {
        if class != likeliest {
            margin += y * (largest - z);
            others += a;
        }
    }
    margin + (others / a[likeliest]).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::Activation;
    use ndarray::{Array1, array};

    /// ln Σ e^z - z_k to 17 digits, by mpmath.
    #[test]
    fn is_right_at_saturated_outputs() {
        let z = array![
            [1000.0, 0.0, -1000.0],
            [1000.0, 0.0, -1000.0],
            [-1000.0, -960.0, -1000.0],
            [1.0, 2.0, 3.0]
        ];
        let y = array![[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let mut a = z.clone();
        Softmax.forward(a.view_mut());
        let (mut losses, mut delta) = (Array1::zeros(4), a.clone());
        FusedLoss::evaluate(
            &CategoricalCrossEntropy,
            z.view(),
            a.view(),
            y.view(),
            losses.view_mut(),
            delta.view_mut(),
        );
        let expected = [0.0, 2000.0, 8.496_708_510_583_178e-18, 2.407_605_964_444_38];
        for (loss, expected) in losses.iter().zip(expected) {
            approx::assert_relative_eq!(*loss, expected, max_relative = 1e-14);
        }
    }
}
