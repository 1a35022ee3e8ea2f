//! The functions that activations are made of, over slices, vectorised.
//!
//! Each is written once, for one number and without a branch; the compiler turns the loop over a slice into vector instructions, for each
//! instruction set that `pulp` knows, and the best one that the processor has is chosen when the program runs. On a processor without fused
//! multiply-add the same formulas are computed with two roundings.
//!
//! What each function does at the edges, and how far it can be off, stands in the table of
//! [`Activation`](crate::activation::Activation#precision); `tests/precision` checks it.

mod exponential;
mod function;
mod normal_tail;
mod polynomial;

use exponential::Kernel;
use function::Function;
use pulp::{Arch, Scalar, Simd, WithSimd};
use std::any::TypeId;

/// Functions of each number of a slice, in place. `backward` ones multiply each delta by the derivative at the number in
/// the same place of the other slice.
#[doc(hidden)]
pub trait Elementary: Sized {
    /// 1 / (1 + e^-z).
    fn sigmoid_slice(values: &mut [Self]);
    /// (e^z - e^-z) / (e^z + e^-z).
    fn tanh_slice(values: &mut [Self]);
    /// e^z.
    fn exponential_slice(values: &mut [Self]);
    /// ln(1 + e^z).
    fn softplus_slice(values: &mut [Self]);
    /// positive · z for z > 0, limit · (e^z - 1) else.
    fn scaled_elu_slice(values: &mut [Self], positive: Self, limit: Self);
    /// z Φ(z).
    fn gelu_slice(values: &mut [Self]);
    /// z / (1 + e^-z).
    fn silu_slice(values: &mut [Self]);
    /// z tanh(ln(1 + e^z)).
    fn mish_slice(values: &mut [Self]);
    /// 1 - e^-a, from the output a.
    fn softplus_backward(output: &[Self], delta: &mut [Self]);
    /// Φ(z) + z φ(z).
    fn gelu_backward(z: &[Self], delta: &mut [Self]);
    /// σ(z) (1 + z (1 - σ(z))).
    fn silu_backward(z: &[Self], delta: &mut [Self]);
    /// t + z σ(z) (1 - t²) with t = tanh(ln(1 + e^z)).
    fn mish_backward(z: &[Self], delta: &mut [Self]);
}

/// Replaces each number by the function of it.
struct Map<'a, F, G>(&'a mut [F], G);

impl<F: Kernel, G: Function> WithSimd for Map<'_, F, G> {
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
struct Multiply<'a, F, G>(&'a [F], &'a mut [F], G);

impl<F: Kernel, G: Function> WithSimd for Multiply<'_, F, G> {
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

/// On x86-64 and aarch64 every instruction set that `pulp` chooses has a fused multiply-add, except the plain one.
fn is_fused<S: Simd>() -> bool {
    let has_instruction = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
    has_instruction && TypeId::of::<S>() != TypeId::of::<Scalar>()
}

/// Does work, plain loops over slices, with the best vector instructions that the processor has. What it computes is the same: the compiler
/// changes no order of operations and fuses none.
#[inline]
pub(crate) fn vectorized<R>(work: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(work)
}

fn map<F: Kernel>(values: &mut [F], function: impl Function) {
    Arch::new().dispatch(Map(values, function));
}

fn multiply<F: Kernel>(values: &[F], delta: &mut [F], function: impl Function) {
    Arch::new().dispatch(Multiply(values, delta, function));
}

impl<F: Kernel> Elementary for F {
    fn sigmoid_slice(values: &mut [Self]) {
        map(values, function::Sigmoid);
    }

    fn tanh_slice(values: &mut [Self]) {
        map(values, function::Tanh);
    }

    fn exponential_slice(values: &mut [Self]) {
        map(values, function::Exponential);
    }

    fn softplus_slice(values: &mut [Self]) {
        map(values, function::Softplus);
    }

    fn scaled_elu_slice(values: &mut [Self], positive: Self, limit: Self) {
        map(values, function::ScaledElu { positive: positive.as_f64(), limit: limit.as_f64() });
    }

    fn gelu_slice(values: &mut [Self]) {
        map(values, function::Gelu);
    }

    fn silu_slice(values: &mut [Self]) {
        map(values, function::Silu);
    }

    fn mish_slice(values: &mut [Self]) {
        map(values, function::Mish);
    }

    fn softplus_backward(output: &[Self], delta: &mut [Self]) {
        multiply(output, delta, function::SoftplusDerivative);
    }

    fn gelu_backward(z: &[Self], delta: &mut [Self]) {
        multiply(z, delta, function::GeluDerivative);
    }

    fn silu_backward(z: &[Self], delta: &mut [Self]) {
        multiply(z, delta, function::SiluDerivative);
    }

    fn mish_backward(z: &[Self], delta: &mut [Self]) {
        multiply(z, delta, function::MishDerivative);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formulas with two roundings in place of a fused multiply-add, which a processor without that instruction computes. The
    /// reference is the fused path, whose own error `tests/precision` bounds.
    #[test]
    fn the_plain_path_agrees_with_the_fused_one() {
        fn check<F: Kernel>(function: impl Function, tolerance: f64) {
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
