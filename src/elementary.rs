//! The functions that activations are made of, over slices, vectorised.
//!
//! Each function is written once, for one number and without a branch. The compiler turns the loop
//! over a slice into vector instructions, once for each instruction set that `pulp` knows. At run
//! time the best set of the processor is chosen. Without a fused multiply-add the same formulas are
//! computed with two roundings.
//!
//! [`Activation`](crate::activation::Activation#precision) has a table of the values at the edges
//! and of the largest errors, which `tests/promises/precision` checks.

mod exponential;
pub(crate) mod function;
mod normal_tail;
mod polynomial;

use function::Function;
pub use normal_tail::NormalTail;
use pulp::{Arch, Scalar, Simd, WithSimd};
use std::any::TypeId;

/// Runs plain loops over slices with the processor's best vector instructions. The results stay the
/// same: the compiler neither reorders operations nor fuses them.
#[inline]
pub(crate) fn vectorized<R>(work: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(work)
}

/// Replaces each number by the function of it.
pub(crate) fn map<F: NormalTail>(values: &mut [F], function: impl Function) {
    Arch::new().dispatch(Map(values, function));
}

struct Map<'a, F, G>(&'a mut [F], G);

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

/// Multiplies each delta by the function of the number in the same place.
pub(crate) fn multiply_by<F: NormalTail>(values: &[F], delta: &mut [F], function: impl Function) {
    Arch::new().dispatch(MultiplyBy(values, delta, function));
}

struct MultiplyBy<'a, F, G>(&'a [F], &'a mut [F], G);

impl<F: NormalTail, G: Function> WithSimd for MultiplyBy<'_, F, G> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(values, delta, function) = self;
        let pairs = delta.iter_mut().zip(values);
        if is_fused::<S>() {
            pairs.for_each(|(delta, &z)| *delta *= function.of::<true, F>(z));
        } else {
            pairs.for_each(|(delta, &z)| *delta *= function.of::<false, F>(z));
        }
    }
}

/// Whether the instruction set has a fused multiply-add. On x86-64 and aarch64 all that `pulp`
/// chooses have it, except [`Scalar`].
fn is_fused<S: Simd>() -> bool {
    let has_instruction = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    has_instruction && TypeId::of::<S>() != TypeId::of::<Scalar>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Processors without a fused multiply-add round twice. The reference is the fused path, whose
    /// error `tests/promises/precision` bounds.
    #[test]
    fn the_plain_path_agrees_with_the_fused_one() {
        fn check<F: NormalTail>(function: impl Function, tolerance: f64) {
            for step in -40_000..40_000 {
                let z = F::from_f64(f64::from(step) * 1e-3);
                let plain = function.of::<false, F>(z).as_f64();
                let fused = function.of::<true, F>(z).as_f64();
                let unit =
                    F::epsilon().as_f64() * fused.abs().max(F::min_positive_value().as_f64());
                assert!((plain - fused).abs() <= tolerance * unit, "{z}: {plain} {fused}");
            }
        }
        fn check_both(function: impl Function, tolerance: f64) {
            check::<f32>(function, tolerance);
            check::<f64>(function, tolerance);
        }
        check_both(function::Sigmoid, 2.0);
        check_both(function::Tanh, 3.0);
        check_both(function::Exponential, 2.0);
        check_both(function::Softplus, 3.0);
        check_both(function::ScaledElu { positive: 1.0, limit: 1.0 }, 3.0);
        check_both(function::Silu, 3.0);
        check_both(function::Mish, 4.0);
        check_both(function::Gelu, 4.0);
        check_both(function::SoftplusDerivative, 4.0);
    }
}
