use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, azip};

/// [`Loss::evaluate`](crate::loss::Loss::evaluate) of a loss that is a mean over each example's
/// outputs: L = Σ l(a, y) / outputs and ∂L/∂a = l'(a, y) / outputs.
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
