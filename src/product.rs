//! The three matrix products of a dense layer. All of the library's matrix arithmetic is here, so
//! that the kernel behind it can be changed in one place.
//!
//! The kernel is our own: networks of this library's sizes multiply matrices of few rows, and no
//! crate that we measured serves both 32 and 256 of them (`benches/README.md`).

mod kernel;
mod lanes;
mod operand;
mod packing;
mod row;
mod scalar;
mod shape;
mod tile;

use crate::{elementary::vectorized, matrix::Rows, number::Number, threads::Share};
use kernel::Multiplication;
use lanes::Lanes;
use ndarray::{ArrayView1, ArrayViewMut2};
use operand::{Operand, Product};
use packing::Buffers;
use pulp::Arch;
use shape::Start;
use std::cell::RefCell;

/// Numbers whose matrices can be multiplied.
#[doc(hidden)]
pub trait Multiply: Number {
    /// Writes a product. The rows of the result are contiguous, but need not follow one another:
    /// they may be columns of a row-major matrix.
    fn multiply(product: Product<'_, Self>, result: ArrayViewMut2<'_, Self>);
}

macro_rules! impl_multiply {
    ($type:ident) => {
        impl Multiply for $type {
            fn multiply(product: Product<'_, Self>, result: ArrayViewMut2<'_, Self>) {
                thread_local! {
                    static BUFFERS: RefCell<(Buffers<$type>, Vec<$type>)> = RefCell::default();
                }
                BUFFERS.with_borrow_mut(|buffers| multiply_with(product, result, buffers));
            }
        }
    };
}

impl_multiply!(f32);
impl_multiply!(f64);

/// Multiplies with buffers for packed operands, and for a result that is not contiguous.
fn multiply_with<F: Lanes>(
    product: Product<'_, F>,
    mut result: ArrayViewMut2<'_, F>,
    (buffers, columns): &mut (Buffers<F>, Vec<F>),
) {
    let arch = Arch::new();
    if let Some(result) = result.as_slice_mut() {
        return arch.dispatch(Multiplication { product, result, buffers });
    }
    if columns.len() < result.len() {
        columns.resize(result.len(), F::default());
    }
    let columns = &mut columns[..result.len()];
    arch.dispatch(Multiplication { product, result: columns, buffers });
    let columns = columns.chunks(product.right.columns);
    for (mut row, numbers) in result.rows_mut().into_iter().zip(columns) {
        row.assign(&ArrayView1::from(numbers));
    }
}

/// Z = X·W + b: the weighted sums of each row of `inputs`. Computes one share of Z.
///
/// Shapes: rows × inputs, inputs × outputs, outputs; the result rows × outputs.
pub(crate) fn weighted_sums<F: Multiply>(
    inputs: Rows<'_, F>,
    weights: Rows<'_, F>,
    bias: Option<&[F]>,
    sums: &mut Share<'_, F>,
) {
    let (rows, columns) = (sums.rows.clone(), sums.columns.clone());
    let start = bias.map_or(Start::Zero, |bias| Start::Row(&bias[columns.clone()]));
    let (left, right) = (operand(inputs.slice(rows)), operand(weights).columns(columns));
    multiply(Product { left, right, start }, sums.part.view_mut());
}

/// ∂loss/∂W = Xᵀ·D: for each weight, the sum over the rows of its input times its output's
/// delta. Computes one share of the gradient.
///
/// Shapes: rows × inputs, rows × outputs; the result inputs × outputs.
pub(crate) fn weight_gradient<F: Multiply>(
    inputs: Rows<'_, F>,
    delta: Rows<'_, F>,
    gradient: &mut Share<'_, F>,
) {
    let left = operand(inputs).transpose().rows(gradient.rows.clone());
    let product = Product { left, right: operand(delta), start: Start::Zero };
    multiply(product, gradient.part.view_mut());
}

/// ∂loss/∂X = D·Wᵀ: for each input, the sum over the outputs of its weight times the
/// output's delta. Computes one share of the gradient.
///
/// Shapes: rows × outputs, inputs × outputs; the result rows × inputs.
pub(crate) fn input_gradient<F: Multiply>(
    delta: Rows<'_, F>,
    weights: Rows<'_, F>,
    gradient: &mut Share<'_, F>,
) {
    let (rows, inputs) = (gradient.rows.clone(), gradient.columns.clone());
    let (left, weights) = (operand(delta.slice(rows)), operand(weights).rows(inputs));
    let right = match weights.lone_column() {
        // A column of a one-column matrix has the memory layout of a row.
        Some(column) => Operand::row_major(column, (1, column.len())),
        None => weights.transpose(),
    };
    multiply(Product { left, right, start: Start::Zero }, gradient.part.view_mut());
}

/// ∂loss/∂b = Σ D: the sum of `delta` over the rows. Shapes: rows × outputs; the result
/// outputs.
pub(crate) fn bias_gradient<F: Multiply>(delta: Rows<'_, F>, gradient: &mut [F]) {
    gradient.fill(F::zero());
    let delta = delta.numbers();
    vectorized(move || {
        for row in delta.chunks_exact(gradient.len()) {
            gradient.iter_mut().zip(row).for_each(|(sum, &delta)| *sum += delta);
        }
    });
}

fn operand<F: Multiply>(rows: Rows<'_, F>) -> Operand<'_, F> {
    Operand::row_major(rows.numbers(), (rows.rows(), rows.columns()))
}

fn multiply<F: Multiply>(product: Product<'_, F>, mut result: ArrayViewMut2<'_, F>) {
    let Product { left, right, .. } = product;
    debug_assert_eq!(left.columns, right.rows, "the operands fit together");
    debug_assert_eq!((left.rows, right.columns), result.dim(), "the result has their shape");
    if left.columns == 0 {
        // The gradient of a batch without rows.
        result.fill(F::zero());
    } else if !result.is_empty() {
        F::multiply(product, result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{float::Float, matrix::Matrix};
    use ndarray::{Array, Array2, Axis};
    use pulp::{Simd, WithSimd};

    /// Products of two numbers below 2¹¹, and sums of hundreds of them, are exact in `f32`: every
    /// instruction set must give the same whole numbers as the definition of the product does.
    fn whole_numbers<F: Float>(rows: usize, columns: usize, step: usize) -> Array2<F> {
        let number = |index| F::from_f64((index * step % 23) as f64 - 11.0);
        Array::from_iter((0..rows * columns).map(number))
            .into_shape_with_order((rows, columns))
            .unwrap()
    }

    fn by_definition<F: Float>(a: &Array2<F>, b: &Array2<F>) -> Array2<F> {
        Array2::from_shape_fn((a.nrows(), b.ncols()), |(row, column)| {
            (0..b.nrows()).fold(F::zero(), |sum, k| sum + a[[row, k]] * b[[k, column]])
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

    trait Kernel: Float + Lanes {}
    impl Kernel for f32 {}
    impl Kernel for f64 {}

    fn check<F: Kernel, S: Simd>(simd: S) {
        let mut buffers = Buffers::<F>::default();
        for (rows, depth, columns) in shapes() {
            let (a, mut b) =
                (whole_numbers::<F>(rows, depth, 7), whole_numbers::<F>(depth, columns, 5));
            // Blocks of zeros, as in the mean of networks.
            b.indexed_iter_mut()
                .filter(|((k, column), _)| (k / shape::DEPTH + column / 64) % 3 == 1)
                .for_each(|(_, number)| *number = F::zero());
            let first = whole_numbers::<F>(1, columns, 3);
            for (transposed_a, transposed_b) in [(false, false), (true, false), (false, true)] {
                let stored = |matrix: &Array2<F>, transposed| match transposed {
                    false => matrix.clone(),
                    true => matrix.t().as_standard_layout().into_owned(),
                };
                let (stored_a, stored_b) = (stored(&a, transposed_a), stored(&b, transposed_b));
                for start in [Start::Zero, Start::Row(first.as_slice().unwrap())] {
                    let mut result = Array2::from_elem((rows, columns), F::from_f64(4.0));
                    let product = Product {
                        left: as_operand(&stored_a, transposed_a),
                        right: as_operand(&stored_b, transposed_b),
                        start,
                    };
                    let (result_numbers, buffers) = (result.as_slice_mut().unwrap(), &mut buffers);
                    simd.vectorize(Multiplication { product, result: result_numbers, buffers });
                    let mut expected = by_definition(&a, &b);
                    if let Start::Row(_) = start {
                        expected += &first;
                    }
                    assert_eq!(result, expected, "{rows} × {depth} × {columns}, {start:?}");
                }
            }
        }
    }

    /// The same checks on any instruction set.
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
                Matrix::of(
                    whole_numbers::<f32>(rows, columns, step).mapv(|number| (number * 0.1).sin()),
                )
            };
            let (a, b) = (noise(rows, depth, 7), noise(depth, columns, 5));
            let (delta, bias) = (noise(rows, columns, 3), vec![0.3; columns]);
            // The whole result, and the same in parts.
            let whole_and_parts =
                |shape: (usize, usize), axis, compute: &dyn Fn(Share<'_, f32>)| {
                    let all = |parts: &[usize]| {
                        let mut result = Matrix::zeros(shape.0, shape.1);
                        let (mut rest, mut first) = (result.view_mut(), 0);
                        for &length in parts {
                            let (part, others) = rest.split_at(axis, length);
                            let along = first..first + length;
                            let (rows, columns) = match axis {
                                Axis(0) => (along, 0..shape.1),
                                _ => (0..shape.0, along),
                            };
                            compute(Share { rows, columns, part });
                            (rest, first) = (others, first + length);
                        }
                        result
                    };
                    let count = [shape.0, shape.1][axis.index()];
                    let third = count / 3;
                    assert_eq!(all(&[count]), all(&[third, 1, count - third - 1]), "{shape:?}");
                };
            for axis in [Axis(0), Axis(1)] {
                whole_and_parts((rows, columns), axis, &|mut share| {
                    weighted_sums(a.as_rows(), b.as_rows(), Some(&bias), &mut share);
                });
                whole_and_parts((rows, depth), axis, &|mut share| {
                    input_gradient(delta.as_rows(), b.as_rows(), &mut share);
                });
            }
            whole_and_parts((depth, columns), Axis(0), &|mut share| {
                weight_gradient(a.as_rows(), delta.as_rows(), &mut share);
            });
        }
    }

    /// 0 · ∞ is NaN, also in a block of zeros.
    #[test]
    fn infinity_shows_beside_zeros() {
        let (mut inputs, weights) = (Matrix::zeros(12, 520), Matrix::zeros(520, 130));
        inputs.numbers_mut()[3 * 520 + 300] = f32::INFINITY;
        let mut sums = Matrix::zeros(12, 130);
        let share = &mut Share { rows: 0..12, columns: 0..130, part: sums.view_mut() };
        weighted_sums(inputs.as_rows(), weights.as_rows(), Some(&[0.5; 130]), share);
        for (row, sums) in sums.numbers().chunks(130).enumerate() {
            assert!(sums.iter().all(|&sum| if row == 3 { sum.is_nan() } else { sum == 0.5 }));
        }
    }

    #[test]
    fn the_gradient_of_no_rows_is_zero() {
        let (inputs, delta) = (Matrix::new(3), Matrix::new(2));
        let mut gradient = Matrix::of(Array2::from_elem((3, 2), 7.0_f32));
        let (rows, columns) = (0..3, 0..2);
        let mut share = Share { rows, columns, part: gradient.view_mut() };
        weight_gradient(inputs.as_rows(), delta.as_rows(), &mut share);
        assert_eq!(gradient, Matrix::zeros(3, 2));
    }
}
