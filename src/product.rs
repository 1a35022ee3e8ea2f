//! The three matrix products of a dense layer. All of the library's matrix arithmetic is here, so that the kernel
//! behind it can be changed in one place.

use crate::Float;
use gemmkit::{GemmScalar, MatMut, MatRef, Parallelism};
use ndarray::{Array1, ArrayView2, ArrayViewMut2, Axis, CowArray, Ix2, LinalgScalar};

/// C ← A·B + c·C, by the kernel. C is row-major: one of the library's own buffers.
#[doc(hidden)]
pub trait Multiply: Sized {
    fn multiply(
        a: ArrayView2<'_, Self>,
        b: ArrayView2<'_, Self>,
        c: Self,
        sum: ArrayViewMut2<'_, Self>,
    );
}

impl<F: GemmScalar + LinalgScalar> Multiply for F {
    fn multiply(
        a: ArrayView2<'_, Self>,
        b: ArrayView2<'_, Self>,
        c: Self,
        mut sum: ArrayViewMut2<'_, Self>,
    ) {
        debug_assert!(sum.is_standard_layout(), "all buffers are row-major");
        let (a, b) = (gapless(a), gapless(b));
        let (rows, columns) = sum.dim();
        if let (Some(left), Some(right), Some(sum)) =
            (matrix(a.view()), matrix(b.view()), sum.as_slice_mut())
        {
            let sum = MatMut::from_row_major(sum, rows, columns);
            gemmkit::gemm(F::one(), left, right, c, sum, Parallelism::Serial);
        }
    }
}

/// The matrix itself if the kernel takes it, else a copy: only a caller's own view has gaps between its elements.
fn gapless<F: Clone>(view: ArrayView2<'_, F>) -> CowArray<'_, F, Ix2> {
    match matrix(view) {
        Some(_) => view.into(),
        None => view.as_standard_layout().into_owned().into(),
    }
}

/// The matrix for the kernel, if its elements lie side by side, row by row or column by column.
fn matrix<F>(view: ArrayView2<'_, F>) -> Option<MatRef<'_, F>> {
    let (rows, columns) = view.dim();
    if let Some(elements) = view.to_slice() {
        return Some(MatRef::from_row_major(elements, rows, columns));
    }
    let elements = view.reversed_axes().to_slice()?;
    Some(MatRef::from_col_major(elements, rows, columns))
}

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
        None => F::multiply(inputs, weights, F::zero(), sums),
        Some(bias) => {
            sums.assign(bias);
            F::multiply(inputs, weights, F::one(), sums);
        }
    }
}

/// ∂loss/∂W = Xᵀ·D: for each weight, the sum over the rows of the input that it multiplied times the delta that it led to.
///
/// Shapes: rows × inputs, rows × outputs; the result inputs × outputs.
pub(crate) fn weight_gradient<F: Float>(
    inputs: ArrayView2<'_, F>,
    delta: ArrayView2<'_, F>,
    gradient: ArrayViewMut2<'_, F>,
) {
    F::multiply(inputs.reversed_axes(), delta, F::zero(), gradient);
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
    gradient: ArrayViewMut2<'_, F>,
) {
    F::multiply(delta, weights.reversed_axes(), F::zero(), gradient);
}
