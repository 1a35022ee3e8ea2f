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
mod function;
mod normal_tail;
mod polynomial;

use function::Function;
use normal_tail::NormalTail;
use pulp::{Arch, Scalar, Simd, WithSimd};
use std::any::TypeId;

/// Functions that replace each number of a slice. The `backward` ones multiply each delta by the
/// derivative at the number in the same place of the other slice.
#[doc(hidden)]
pub trait Elementary: NormalTail {
    /// 1 / (1 + e^-z).
    fn sigmoid_slice(values: &mut [Self]) {
        map(values, function::Sigmoid);
    }

    /// (e^z - e^-z) / (e^z + e^-z).
    fn tanh_slice(values: &mut [Self]) {
        map(values, function::Tanh);
    }

    /// e^z.
    fn exponential_slice(values: &mut [Self]) {
        map(values, function::Exponential);
    }

    /// ln(1 + e^z).
    fn softplus_slice(values: &mut [Self]) {
        map(values, function::Softplus);
    }

    /// positive · z for z > 0, else limit · (e^z - 1).
    fn scaled_elu_slice(values: &mut [Self], positive: Self, limit: Self) {
        map(values, function::ScaledElu { positive: positive.as_f64(), limit: limit.as_f64() });
    }

    /// z Φ(z).
    fn gelu_slice(values: &mut [Self]) {
        map(values, function::Gelu);
    }

    /// z / (1 + e^-z).
    fn silu_slice(values: &mut [Self]) {
        map(values, function::Silu);
    }

    /// z tanh(ln(1 + e^z)).
    fn mish_slice(values: &mut [Self]) {
        map(values, function::Mish);
    }

    /// 1 - e^-a, from the output a.
    fn softplus_backward(output: &[Self], delta: &mut [Self]) {
        multiply_by(output, delta, function::SoftplusDerivative);
    }

    /// Φ(z) + z φ(z).
    fn gelu_backward(z: &[Self], delta: &mut [Self]) {
        multiply_by(z, delta, function::GeluDerivative);
    }

    /// σ(z) (1 + z (1 - σ(z))).
    fn silu_backward(z: &[Self], delta: &mut [Self]) {
        multiply_by(z, delta, function::SiluDerivative);
    }

    /// t + z σ(z) (1 - t²) with t = tanh(ln(1 + e^z)).
    fn mish_backward(z: &[Self], delta: &mut [Self]) {
        multiply_by(z, delta, function::MishDerivative);
    }
}

impl<F: NormalTail> Elementary for F {}

/// Runs plain loops over slices with the processor's best vector instructions. The results stay the
/// same: the compiler neither reorders operations nor fuses them.
#[inline]
pub(crate) fn vectorized<R>(work: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(work)
}

/// Replaces each number by the function of it.
fn map<F: NormalTail>(values: &mut [F], function: impl Function) {
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
fn multiply_by<F: NormalTail>(values: &[F], delta: &mut [F], function: impl Function) {
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
