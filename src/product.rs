//! The three matrix products of a dense layer. All of the library's matrix arithmetic is here, so that the kernel
//! behind it can be changed in one place.
//!
//! The kernel is our own: networks of this library's sizes multiply matrices of few rows, and no crate that we measured serves both
//! 32 and 256 of them (`benches/README.md`).

mod kernel;
mod lanes;
mod operand;
mod packing;
mod row;
mod scalar;
mod shape;
mod tile;

use crate::elementary::vectorized;
use crate::number::Number;
use kernel::Product;
use lanes::Lanes;
use ndarray::{Array1, ArrayView1, ArrayView2, ArrayViewMut2};
use operand::Operand;
use packing::Buffers;
use pulp::Arch;
use shape::Start;
use std::cell::RefCell;

/// Numbers whose matrices can be multiplied.
#[doc(hidden)]
pub trait Multiply: Number {
    /// C ← start + A·B. C may be a range of columns of a row-major matrix.
    fn multiply(
        a: Operand<'_, Self>,
        b: Operand<'_, Self>,
        start: Start<'_, Self>,
        c: ArrayViewMut2<'_, Self>,
    );
}

macro_rules! impl_multiply {
    ($type:ident) => {
        impl Multiply for $type {
            fn multiply(
                a: Operand<'_, Self>,
                b: Operand<'_, Self>,
                start: Start<'_, Self>,
                c: ArrayViewMut2<'_, Self>,
            ) {
                thread_local! {
                    static BUFFERS: RefCell<(Buffers<$type>, Vec<$type>)> = RefCell::default();
                }
                BUFFERS.with_borrow_mut(|buffers| multiply_with(a, b, start, c, buffers));
            }
        }
    };
}

impl_multiply!(f32);
impl_multiply!(f64);

/// The buffers are for packed operands and for a result that is copied to its place afterwards.
fn multiply_with<F: Lanes>(
    left: Operand<'_, F>,
    right: Operand<'_, F>,
    start: Start<'_, F>,
    mut result: ArrayViewMut2<'_, F>,
    (buffers, columns): &mut (Buffers<F>, Vec<F>),
) {
    let arch = Arch::new();
    if let Some(result) = result.as_slice_mut() {
        return arch.dispatch(Product { left, right, start, result, buffers });
    }
    debug_assert!(!matches!(start, Start::Result), "nobody adds to columns");
    if columns.len() < result.len() {
        columns.resize(result.len(), F::default());
    }
    let columns = &mut columns[..result.len()];
    arch.dispatch(Product { left, right, start, result: columns, buffers });
    for (mut row, numbers) in result.rows_mut().into_iter().zip(columns.chunks(right.columns)) {
        row.assign(&ArrayView1::from(numbers));
    }
}

/// Z = X·W + b: the weighted sums of each row of `inputs`. Of this, those columns from `first` on for which there is room.
///
/// Shapes: rows × inputs, inputs × outputs, outputs; the result rows × outputs.
pub(crate) fn weighted_sums<F: Multiply>(
    inputs: ArrayView2<'_, F>,
    weights: ArrayView2<'_, F>,
    bias: Option<&Array1<F>>,
    first: usize,
    sums: ArrayViewMut2<'_, F>,
) {
    let columns = first..first + sums.ncols();
    let start = match bias.and_then(|bias| bias.as_slice()) {
        Some(bias) => Start::Row(&bias[columns.clone()]),
        None => Start::Zero,
    };
    multiply(inputs, weights, start, sums, |inputs, weights| (inputs, weights.columns(columns)));
}

/// ∂loss/∂W = Xᵀ·D: for each weight, the sum over the rows of the input that it multiplied times the delta that it led to.
/// Of this, those rows from `first` on for which there is room.
///
/// Shapes: rows × inputs, rows × outputs; the result inputs × outputs.
pub(crate) fn weight_gradient<F: Multiply>(
    inputs: ArrayView2<'_, F>,
    delta: ArrayView2<'_, F>,
    first: usize,
    gradient: ArrayViewMut2<'_, F>,
) {
    let rows = first..first + gradient.nrows();
    multiply(inputs, delta, Start::Zero, gradient, |inputs, delta| {
        (inputs.transpose().rows(rows), delta)
    });
}

/// ∂loss/∂X = D·Wᵀ: what arrives at the outputs of the layer before. Of this, those columns from `first` on for which there is room.
///
/// Shapes: rows × outputs, inputs × outputs; the result rows × inputs.
pub(crate) fn input_gradient<F: Multiply>(
    delta: ArrayView2<'_, F>,
    weights: ArrayView2<'_, F>,
    first: usize,
    gradient: ArrayViewMut2<'_, F>,
) {
    let inputs = first..first + gradient.ncols();
    multiply(delta, weights, Start::Zero, gradient, |delta, weights| {
        let weights = weights.rows(inputs);
        match weights.lone_column() {
            // In memory it is a row, too.
            Some(column) => (delta, Operand::row_major(column, (1, column.len()))),
            None => (delta, weights.transpose()),
        }
    });
}

/// ∂loss/∂b: the sum over the rows of D.
///
/// Shapes: rows × outputs; the result outputs.
pub(crate) fn bias_gradient<F: Multiply>(delta: ArrayView2<'_, F>, gradient: &mut Array1<F>) {
    gradient.fill(F::zero());
    if let (Some(delta), Some(gradient)) = (delta.to_slice(), gradient.as_slice_mut()) {
        vectorized(move || {
            for row in delta.chunks_exact(gradient.len()) {
                gradient.iter_mut().zip(row).for_each(|(sum, &delta)| *sum += delta);
            }
        });
    }
}

/// C ← start + the product of the two parts of A and B. C may be columns of a matrix.
fn multiply<F: Multiply>(
    a: ArrayView2<'_, F>,
    b: ArrayView2<'_, F>,
    start: Start<'_, F>,
    result: ArrayViewMut2<'_, F>,
    parts: impl for<'v> FnOnce(Operand<'v, F>, Operand<'v, F>) -> (Operand<'v, F>, Operand<'v, F>),
) {
    if result.is_empty() {
        return;
    }
    let (Some(a_elements), Some(b_elements)) = (a.to_slice(), b.to_slice()) else {
        debug_assert!(false, "operands are row-major");
        return;
    };
    let (left, right) =
        parts(Operand::row_major(a_elements, a.dim()), Operand::row_major(b_elements, b.dim()));
    debug_assert_eq!(left.columns, right.rows, "the operands fit together");
    debug_assert_eq!((left.rows, right.columns), result.dim(), "the result has their shape");
    F::multiply(left, right, start, result);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array, Array2, Axis};
    use pulp::{Simd, WithSimd};

    /// Products and sums of small whole numbers are exact in `f32`, so that every instruction set
    /// must give what the definition of the product gives.
    fn whole_numbers<F: Number>(rows: usize, columns: usize, step: usize) -> Array2<F> {
        let number = |index| F::from_f64((index * step % 23) as f64 - 11.0);
        Array::from_iter((0..rows * columns).map(number))
            .into_shape_with_order((rows, columns))
            .unwrap()
    }

    fn by_definition<F: Number>(a: &Array2<F>, b: &Array2<F>, first: F) -> Array2<F> {
        Array2::from_shape_fn((a.nrows(), b.ncols()), |(row, column)| {
            (0..b.nrows()).fold(first, |sum, k| sum + a[[row, k]] * b[[k, column]])
        })
    }

    const SIZES: [usize; 9] = [1, 2, 5, 8, 15, 33, 97, 130, 520];

    fn shapes() -> impl Iterator<Item = (usize, usize, usize)> {
        let all = SIZES.iter().flat_map(|&m| SIZES.iter().map(move |&k| (m, k)));
        let all = all.flat_map(|(m, k)| SIZES.iter().map(move |&n| (m, k, n)));
        all.filter(|(m, k, n)| m * k * n <= 97 * 130 * 33)
    }

    fn as_operand<F>(matrix: &Array2<F>, transposed: bool) -> Operand<'_, F> {
        let operand = Operand::row_major(matrix.as_slice().unwrap(), matrix.dim());
        if transposed { operand.transpose() } else { operand }
    }

    fn check<F: Lanes, S: Simd>(simd: S) {
        let mut buffers = Buffers::<F>::default();
        for (rows, depth, columns) in shapes() {
            let (a, b) =
                (whole_numbers::<F>(rows, depth, 7), whole_numbers::<F>(depth, columns, 5));
            let first = whole_numbers::<F>(1, columns, 3);
            for (transposed_a, transposed_b) in [(false, false), (true, false), (false, true)] {
                let stored = |matrix: &Array2<F>, transposed| match transposed {
                    false => matrix.clone(),
                    true => matrix.t().as_standard_layout().into_owned(),
                };
                let (stored_a, stored_b) = (stored(&a, transposed_a), stored(&b, transposed_b));
                let starts = [
                    (Start::Zero, 0),
                    (Start::Row(first.as_slice().unwrap()), 1),
                    (Start::Result, 2),
                ];
                for (start, which) in starts {
                    let mut result = Array2::from_elem((rows, columns), F::from_f64(4.0));
                    let product = Product {
                        left: as_operand(&stored_a, transposed_a),
                        right: as_operand(&stored_b, transposed_b),
                        start,
                        result: result.as_slice_mut().unwrap(),
                        buffers: &mut buffers,
                    };
                    simd.vectorize(product);
                    let mut expected = by_definition(&a, &b, F::zero());
                    match which {
                        1 => expected += &first,
                        2 => expected += F::from_f64(4.0),
                        _ => {}
                    }
                    assert_eq!(result, expected, "{rows} × {depth} × {columns}, {start:?}");
                }
            }
        }
    }

    /// Tests on whichever instruction set.
    struct Check;

    impl WithSimd for Check {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            check::<f32, S>(simd);
            check::<f64, S>(simd);
        }
    }

    #[test]
    fn products_are_right_on_the_best_instruction_set() {
        Arch::new().dispatch(Check);
    }

    #[test]
    fn products_are_right_without_vectors() {
        Check.with_simd(pulp::Scalar::new());
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn products_are_right_on_avx2() {
        if let Some(simd) = pulp::x86::V3::try_new() {
            Simd::vectorize(simd, Check);
        }
    }

    /// A row has the same bits by itself, in a part of the rows, and among all.
    #[test]
    fn rows_do_not_depend_on_one_another() {
        for (rows, depth, columns) in shapes() {
            let noise = |rows, columns, step| {
                whole_numbers::<f32>(rows, columns, step).mapv(|number| (number * 0.1).sin())
            };
            let (a, b) = (noise(rows, depth, 7), noise(depth, columns, 5));
            let delta = noise(rows, columns, 3);
            let bias = Array1::from_elem(columns, 0.3);
            let sums = |a: ArrayView2<'_, f32>| {
                let mut sums = Array2::zeros((a.nrows(), columns));
                weighted_sums(a, b.view(), Some(&bias), 0, sums.view_mut());
                sums
            };
            let all = sums(a.view());
            for row in [0, rows / 2, rows - 1] {
                assert_eq!(
                    sums(a.view().slice_axis(Axis(0), (row..=row).into())),
                    all.slice_axis(Axis(0), (row..=row).into())
                );
            }
            let mut by_columns = all.clone();
            by_columns.fill(0.0);
            for (first, last) in [(0, columns / 3), (columns / 3, columns)] {
                let part = by_columns.slice_axis_mut(Axis(1), (first..last).into());
                weighted_sums(a.view(), b.view(), Some(&bias), first, part);
            }
            assert_eq!(by_columns, all);

            let mut back = Array2::zeros((rows, depth));
            input_gradient(delta.view(), b.view(), 0, back.view_mut());
            let mut parts = Array2::zeros((rows, depth));
            for (first, last) in [(0, depth / 3), (depth / 3, depth)] {
                let part = parts.slice_axis_mut(Axis(1), (first..last).into());
                input_gradient(delta.view(), b.view(), first, part);
            }
            assert_eq!(parts, back);

            let mut whole = Array2::zeros((depth, columns));
            weight_gradient(a.view(), delta.view(), 0, whole.view_mut());
            let mut parts = Array2::zeros((depth, columns));
            let (first, second) = parts.view_mut().split_at(Axis(0), depth / 3);
            weight_gradient(a.view(), delta.view(), 0, first);
            weight_gradient(a.view(), delta.view(), depth / 3, second);
            assert_eq!(whole, parts);
        }
    }
}
