//! The three matrix products of a dense layer. All of the library's matrix arithmetic is here, so that the kernel
//! behind it can be changed in one place.

use crate::Float;
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, ArrayView2, ArrayViewMut2, Axis};

/// Z = X·W + b: the weighted sums of each row of `inputs`.
///
/// Shapes: rows × inputs, inputs × outputs, outputs; the result rows × outputs.
pub(crate) fn weighted_sums<F: Float>(
    inputs: ArrayView2<'_, F>,
    weights: ArrayView2<'_, F>,
    bias: Option<&Array1<F>>,
    mut sums: ArrayViewMut2<'_, F>,
) {
    match bias {
        None => general_mat_mul(F::one(), &inputs, &weights, F::zero(), &mut sums),
        Some(bias) => {
            sums.assign(bias);
            general_mat_mul(F::one(), &inputs, &weights, F::one(), &mut sums);
        }
    }
}

/// ∂loss/∂W = Xᵀ·D: for each weight, the sum over the rows of the input that it multiplied times the delta that it led to.
///
/// Shapes: rows × inputs, rows × outputs; the result inputs × outputs.
pub(crate) fn weight_gradient<F: Float>(
    inputs: ArrayView2<'_, F>,
    delta: ArrayView2<'_, F>,
    mut gradient: ArrayViewMut2<'_, F>,
) {
    general_mat_mul(F::one(), &inputs.t(), &delta, F::zero(), &mut gradient);
}

/// ∂loss/∂b: the sum over the rows of D.
///
/// Shapes: rows × outputs; the result outputs.
pub(crate) fn bias_gradient<F: Float>(delta: ArrayView2<'_, F>, gradient: &mut Array1<F>) {
    gradient.fill(F::zero());
    for row in delta.axis_iter(Axis(0)) {
        *gradient += &row;
    }
}

/// ∂loss/∂X = D·Wᵀ: what arrives at the outputs of the layer before.
///
/// Shapes: rows × outputs, inputs × outputs; the result rows × inputs.
pub(crate) fn input_gradient<F: Float>(
    delta: ArrayView2<'_, F>,
    weights: ArrayView2<'_, F>,
    mut gradient: ArrayViewMut2<'_, F>,
) {
    general_mat_mul(F::one(), &delta, &weights.t(), F::zero(), &mut gradient);
}
