//! What the kernel needs of a vector register, for `f32` and `f64` alike.

use pulp::Simd;
use std::fmt::Debug;
use std::ops::Add;

/// Vectors of numbers, in the registers of the instruction set `S`.
pub(super) trait Lanes: Copy + Debug + Default + Add<Output = Self> + 'static {
    type Vector<S: Simd>: Copy;

    /// The vectors that a slice is made of, and the rest.
    fn vectors<S: Simd>(numbers: &[Self]) -> (&[Self::Vector<S>], &[Self]);

    /// The vectors that a slice is made of, and the rest, to be written.
    fn vectors_mut<S: Simd>(numbers: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);

    /// A vector of one number.
    fn splat<S: Simd>(simd: S, number: Self) -> Self::Vector<S>;

    /// a · b + c: rounded once, where the instruction set can.
    fn multiply_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// The sum of a vector's numbers.
    fn sum<S: Simd>(simd: S, vector: Self::Vector<S>) -> Self;

    /// A vector whose first numbers are these, at most as many as it has, and the others 0.
    fn load<S: Simd>(simd: S, numbers: &[Self]) -> Self::Vector<S>;

    /// The first numbers of a vector, at most as many as it has.
    fn store<S: Simd>(simd: S, numbers: &mut [Self], vector: Self::Vector<S>);

    /// How many numbers a vector has.
    fn count<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

macro_rules! impl_lanes {
    ($type:ident, $vector:ident, $vectors:ident, $vectors_mut:ident, $splat:ident, $multiply_add:ident, $sum:ident, $load:ident, $store:ident) => {
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
            fn multiply_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                simd.$multiply_add(a, b, c)
            }

            #[inline(always)]
            fn sum<S: Simd>(simd: S, vector: S::$vector) -> Self {
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
    };
}

impl_lanes!(
    f32,
    f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    splat_f32s,
    mul_add_e_f32s,
    reduce_sum_f32s,
    partial_load_f32s,
    partial_store_f32s
);
impl_lanes!(
    f64,
    f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    splat_f64s,
    mul_add_e_f64s,
    reduce_sum_f64s,
    partial_load_f64s,
    partial_store_f64s
);
