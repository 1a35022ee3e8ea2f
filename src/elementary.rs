//! The functions that activations are made of, over slices, vectorised.
//!
//! Each function is written once, for one number and without a branch. The compiler turns the loop
//! over a slice into vector instructions, once for each instruction set that `pulp` knows. At run
//! time the best set of the processor is chosen. Without a fused multiply-add the same formulas are
//! computed with two roundings.
//!
//! [`Activation`](crate::activation::Activation#precision) has a table of the largest errors, which
//! `tests/promises/precision` checks.

mod exponential;
mod normal_tail;
mod polynomial;

pub(crate) use exponential::{
    at_least, at_most, exp_between, exp_m1_of_negative, exp_of_negative, ln_1p_of_fraction,
};
pub use normal_tail::NormalTail;
use pulp::{Arch, Scalar, Simd, WithSimd};
use std::any::TypeId;

/// A function of one number, and its derivative. FUSED: whether the processor has a fused
/// multiply-add.
pub(crate) trait Function: Copy {
    fn of<const FUSED: bool, F: NormalTail>(self, z: F) -> F;

    /// g'(z), from z or from a = g(z).
    fn slope<const FUSED: bool, F: NormalTail>(self, cached: F) -> F;
}

/// Runs plain loops over slices with the processor's best vector instructions. The results stay the
/// same: the compiler neither reorders operations nor fuses them.
#[inline]
pub(crate) fn vectorized<R>(work: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(work)
}

/// Replaces each number by the function of it.
pub(crate) struct Map<'a, F, G>(pub(crate) &'a mut [F], pub(crate) G);

impl<F: NormalTail, G: Function> WithSimd for Map<'_, F, G> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(values, function) = self;
        if is_fused::<S>() {
            values.iter_mut().for_each(|z| *z = function.of::<true, F>(*z));
        } else {
            values.iter_mut().for_each(|z| *z = function.of::<false, F>(*z));
        }
    }
}

/// Multiplies each delta by the derivative at the number in the same place.
pub(crate) struct MultiplyBy<'a, F, G>(pub(crate) &'a [F], pub(crate) &'a mut [F], pub(crate) G);

impl<F: NormalTail, G: Function> WithSimd for MultiplyBy<'_, F, G> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(values, delta, function) = self;
        let pairs = delta.iter_mut().zip(values);
        if is_fused::<S>() {
            pairs.for_each(|(delta, &z)| *delta *= function.slope::<true, F>(z));
        } else {
            pairs.for_each(|(delta, &z)| *delta *= function.slope::<false, F>(z));
        }
    }
}

/// Whether the instruction set has a fused multiply-add. On x86-64 and aarch64 all that `pulp`
/// chooses have it, except [`Scalar`].
fn is_fused<S: Simd>() -> bool {
    let has_instruction = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    has_instruction && TypeId::of::<S>() != TypeId::of::<Scalar>()
}
