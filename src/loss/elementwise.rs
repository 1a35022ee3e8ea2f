use crate::Float;
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, Zip};

/// The mean over each example's outputs of a loss that looks at one output and its target at a time: `of` gives its value and its derivative with respect to the
/// output.
pub(super) fn elementwise<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
    mut losses: ArrayViewMut1<'_, F>,
    mut gradient: ArrayViewMut2<'_, F>,
    of: impl Fn(F, F) -> (F, F),
) {
    let count = F::from_f64(outputs.ncols() as f64);
    let share = F::one() / count;
    Zip::from(&mut losses)
        .and(gradient.rows_mut())
        .and(outputs.rows())
        .and(targets.rows())
        .for_each(|loss, mut gradient, outputs, targets| {
            let mut sum = F::zero();
            Zip::from(&mut gradient).and(outputs).and(targets).for_each(|gradient, &a, &y| {
                let (value, slope) = of(a, y);
                sum += value;
                *gradient = slope * share;
            });
            *loss = sum / count;
        });
}

/// Delta of a loss that is fused with its activation: (a - y) / outputs.
pub(super) fn difference<F: Float>(
    outputs: ArrayView2<'_, F>,
    targets: ArrayView2<'_, F>,
    delta: ArrayViewMut2<'_, F>,
) {
    let count = F::from_f64(outputs.ncols() as f64);
    Zip::from(delta).and(outputs).and(targets).for_each(|delta, &a, &y| *delta = (a - y) / count);
}
