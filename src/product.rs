//! The three matrix products of a dense layer. All of the library's matrix arithmetic is here, so that the kernel
//! behind it can be changed in one place.

use crate::Float;
use gemmkit::{MatMut, MatRef, Parallelism};
use ndarray::{Array1, ArrayView2, ArrayViewMut2, Axis, CowArray, Ix2};

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

macro_rules! impl_multiply {
    ($type:ident) => {
        impl Multiply for $type {
            fn multiply(
                a: ArrayView2<'_, Self>,
                b: ArrayView2<'_, Self>,
                c: Self,
                mut sum: ArrayViewMut2<'_, Self>,
            ) {
                // Copied only where a caller's own view has gaps between its elements.
                let (a_copy, b_copy);
                let left = match matrix(a) {
                    Some(left) => left,
                    None => {
                        a_copy = a.as_standard_layout();
                        MatRef::from_row_major(row_major(&a_copy), a.nrows(), a.ncols())
                    }
                };
                let right = match matrix(b) {
                    Some(right) => right,
                    None => {
                        b_copy = b.as_standard_layout();
                        MatRef::from_row_major(row_major(&b_copy), b.nrows(), b.ncols())
                    }
                };
                debug_assert!(sum.is_standard_layout(), "all buffers are row-major");
                let (rows, columns) = sum.dim();
                if let Some(sum) = sum.as_slice_mut() {
                    let sum = MatMut::from_row_major(sum, rows, columns);
                    gemmkit::gemm(1.0, left, right, c, sum, Parallelism::Serial);
                }
            }
        }
    };
}

impl_multiply!(f32);
impl_multiply!(f64);

/// The matrix for the kernel, if its elements lie side by side, row by row or column by column.
fn matrix<F>(view: ArrayView2<'_, F>) -> Option<MatRef<'_, F>> {
    let (rows, columns) = view.dim();
    if let Some(elements) = view.to_slice() {
        return Some(MatRef::from_row_major(elements, rows, columns));
    }
    let elements = view.reversed_axes().to_slice()?;
    Some(MatRef::from_col_major(elements, rows, columns))
}

/// The elements of a matrix in standard layout.
fn row_major<'a, F>(matrix: &'a CowArray<'_, F, Ix2>) -> &'a [F] {
    matrix.as_slice().unwrap_or_default()
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
