//! Activations that are a function of one number.

use crate::elementary::{Function, Map, MultiplyBy};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2, azip};
use pulp::Arch;
use std::slice::{from_mut, from_ref};

/// Makes a type an element-wise activation: with the input of its derivative and the distribution
/// of the weights, the function of z and the derivative, which are those of [`Function`] with the
/// type's value as the first argument.
macro_rules! elementwise {
    (
        $activation:ident($input:ident $(.$field:ident)?, $initialization:ident),
        |$this:pat_param, $z:ident| $function:expr,
        |$that:pat_param, $a:ident| $derivative:expr
    ) => {
        impl $crate::elementary::Function for $activation {
            #[inline(always)]
            fn of<const FUSED: bool, F: $crate::elementary::NormalTail>(self, $z: F) -> F {
                let $this = self;
                $function
            }

            #[inline(always)]
            fn slope<const FUSED: bool, F: $crate::elementary::NormalTail>(self, $a: F) -> F {
                let $that = self;
                $derivative
            }
        }

        impl $crate::activation::Activation for $activation {
            type Derivative = $input;

            fn forward<F: $crate::float::Float>(&self, z: ndarray::ArrayViewMut2<'_, F>) {
                $crate::activation::elementwise::map(z, *self);
            }

            fn backward<F: $crate::float::Float>(
                &self,
                cached: <$input as $crate::activation::Derivative>::Cached<'_, F>,
                delta: ndarray::ArrayViewMut2<'_, F>,
            ) {
                $crate::activation::elementwise::multiply(cached $(.$field)?, delta, *self);
            }

            fn initialization(&self) -> $crate::initialization::Initialization {
                $crate::initialization::Initialization::$initialization
            }
        }
    };
}

pub(super) use elementwise;

/// Applies a function in place.
pub(super) fn map<F: Float>(mut matrix: ArrayViewMut2<'_, F>, function: impl Function) {
    let apply = |numbers: &mut [F]| Arch::new().dispatch(Map(numbers, function));
    match matrix.as_slice_memory_order_mut() {
        Some(numbers) => apply(numbers),
        None => map_rows(matrix, &apply),
    }
}

/// Applies it row by row, or one by one where a row is not contiguous. `dyn`, here and below, lets
/// the compiler build this once, not for each activation.
fn map_rows<F: Float>(mut matrix: ArrayViewMut2<'_, F>, apply: &dyn Fn(&mut [F])) {
    matrix.rows_mut().into_iter().for_each(|mut row| match row.as_slice_mut() {
        Some(row) => apply(row),
        None => row.iter_mut().for_each(|number| apply(from_mut(number))),
    });
}

/// Multiplies each number of `delta` by the derivative at the number of `cached` in the same place.
pub(super) fn multiply<F: Float>(
    cached: ArrayView2<'_, F>,
    mut delta: ArrayViewMut2<'_, F>,
    function: impl Function,
) {
    let multiply = |cached: &[F], delta: &mut [F]| {
        Arch::new().dispatch(MultiplyBy(cached, delta, function));
    };
    match (cached.as_slice(), delta.as_slice_mut()) {
        (Some(cached), Some(delta)) => multiply(cached, delta),
        _ => multiply_rows(cached, delta, &multiply),
    }
}

fn multiply_rows<F: Float>(
    cached: ArrayView2<'_, F>,
    mut delta: ArrayViewMut2<'_, F>,
    multiply: &dyn Fn(&[F], &mut [F]),
) {
    azip!((mut delta in delta.rows_mut(), cached in cached.rows()) {
        match (cached.to_slice(), delta.as_slice_mut()) {
            (Some(cached), Some(delta)) => multiply(cached, delta),
            _ => azip!((d in delta, c in cached) multiply(from_ref(c), from_mut(d))),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activation::{Elu, Exponential, Gelu, Mish, Sigmoid, Silu, Softplus, Tanh};
    use crate::elementary::NormalTail;

    #[derive(Clone, Copy)]
    struct DerivativeOf<G>(G);

    impl<G: Function> Function for DerivativeOf<G> {
        fn of<const FUSED: bool, F: NormalTail>(self, z: F) -> F {
            self.slope::<FUSED, F>(z)
        }

        fn slope<const FUSED: bool, F: NormalTail>(self, cached: F) -> F {
            self.0.slope::<FUSED, F>(cached)
        }
    }

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
        check_both(Sigmoid, 2.0);
        check_both(Tanh, 3.0);
        check_both(Exponential, 2.0);
        check_both(Softplus, 3.0);
        check_both(Elu::default(), 3.0);
        check_both(Silu, 3.0);
        check_both(Mish, 4.0);
        check_both(Gelu, 4.0);
        check_both(DerivativeOf(Softplus), 4.0);
    }
}
