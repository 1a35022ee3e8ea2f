//! Vector registers, for `f32` and `f64` alike.

use crate::number::Number;
use pulp::Simd;

/// Vectors of numbers, in the registers of the instruction set `S`.
pub trait Lanes: Number {
    type Vector<S: Simd>: Copy;

    /// The vectors that a slice is made of, and the rest.
    fn vectors<S: Simd>(numbers: &[Self]) -> (&[Self::Vector<S>], &[Self]);

    /// The same, mutable.
    fn vectors_mut<S: Simd>(numbers: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);

    /// A vector with the same number in each lane.
    fn splat<S: Simd>(simd: S, number: Self) -> Self::Vector<S>;

    /// Adds a · b to the sum: rounded once if the instruction set can do so.
    fn add_product<S: Simd>(simd: S, ab: [Self::Vector<S>; 2], sum: &mut Self::Vector<S>);

    /// The sum of a vector's numbers.
    fn sum_lanes<S: Simd>(simd: S, vector: Self::Vector<S>) -> Self;

    /// A vector of the first `numbers`, padded with 0.
    fn load<S: Simd>(simd: S, numbers: &[Self]) -> Self::Vector<S>;

    /// Stores the vector's first numbers, as many as fit.
    fn store<S: Simd>(simd: S, numbers: &mut [Self], vector: Self::Vector<S>);

    /// How many numbers a vector has.
    fn count<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

/// Each type, and the names for it in [`Simd`].
macro_rules! impl_lanes {
    ($($type:ident: $vector:ident $vectors:ident $vectors_mut:ident $splat:ident
        $multiply_add:ident $sum:ident $load:ident $store:ident;)*) => {$(
        impl Lanes for $type {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn vectors<S: Simd>(numbers: &[Self]) -> (&[S::$vector], &[Self]) {
                S::$vectors(numbers)
            }

            #[inline(always)]
            fn vectors_mut<S: Simd>(numbers: &mut [Self]) -> (&mut [S::$vector], &mut [Self]) {
                S::$vectors_mut(numbers)
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, number: Self) -> S::$vector {
                simd.$splat(number)
            }

            #[inline(always)]
            fn add_product<S: Simd>(simd: S, [a, b]: [S::$vector; 2], sum: &mut S::$vector) {
                *sum = simd.$multiply_add(a, b, *sum);
            }

            #[inline(always)]
            fn sum_lanes<S: Simd>(simd: S, vector: S::$vector) -> Self {
                simd.$sum(vector)
            }

            #[inline(always)]
            fn load<S: Simd>(simd: S, numbers: &[Self]) -> S::$vector {
                match S::$vectors(numbers) {
                    (&[vector, ..], _) => vector,
                    _ => simd.$load(numbers),
                }
            }

            #[inline(always)]
            fn store<S: Simd>(simd: S, numbers: &mut [Self], vector: S::$vector) {
                match S::$vectors_mut(numbers) {
                    ([whole, ..], _) => *whole = vector,
                    (_, rest) => simd.$store(rest, vector),
                }
            }
        }
    )*};
}

impl_lanes! {
    f32: f32s as_simd_f32s as_mut_simd_f32s splat_f32s
        mul_add_e_f32s reduce_sum_f32s partial_load_f32s partial_store_f32s;
    f64: f64s as_simd_f64s as_mut_simd_f64s splat_f64s
        mul_add_e_f64s reduce_sum_f64s partial_load_f64s partial_store_f64s;
}

/// The first `VECTORS` vectors of a row, padded with 0 behind its end.
#[inline(always)]
pub(super) fn load_vectors<S: Simd, F: Lanes, const VECTORS: usize>(
    simd: S,
    row: &[F],
) -> [F::Vector<S>; VECTORS] {
    let mut vectors = [F::splat(simd, F::default()); VECTORS];
    let lanes = F::count::<S>();
    for (index, vector) in vectors.iter_mut().enumerate() {
        if let Some(part) = row.get(index * lanes..) {
            *vector = F::load(simd, part);
        }
    }
    vectors
}

/// Stores the vectors' numbers, as many as fit into the row.
#[inline(always)]
pub(super) fn store_vectors<S: Simd, F: Lanes, const VECTORS: usize>(
    simd: S,
    vectors: &[F::Vector<S>; VECTORS],
    row: &mut [F],
) {
    let lanes = F::count::<S>();
    for (index, &vector) in vectors.iter().enumerate() {
        if let Some(part) = row.get_mut(index * lanes..) {
            F::store(simd, part, vector);
        }
    }
}

/// The numbers of all rows in one column.
#[inline(always)]
pub(super) fn numbers_at<F: Lanes, const ROWS: usize>(
    rows: &[&[F]; ROWS],
    column: usize,
) -> [F; ROWS] {
    let mut numbers = [F::default(); ROWS];
    for (number, row) in numbers.iter_mut().zip(rows) {
        *number = row[column];
    }
    numbers
}
