//! The two number types that a network can be made of.

use crate::bits::{Bytes, Exact};
use crate::elementary::Elementary;
use crate::product::Multiply;
use ndarray::NdFloat;
use std::iter::Sum;

/// `f32` or `f64`: the precision of a network, its data and its training.
///
/// Sealed: every algorithm here is tested for these two and for nothing else.
/// Arithmetic and elementary functions come from [`ndarray::NdFloat`].
///
/// ```
/// use densely::Float;
///
/// /// Written once for both precisions: ½ of a number.
/// fn half<F: Float>(number: F) -> F {
///     number * F::from_f64(0.5)
/// }
/// assert_eq!((half(3.0_f32), half(3.0_f64)), (1.5, 1.5));
/// assert_eq!((f32::NAME, f32::from_f64(1e300), 0.5_f32.as_f64()), ("f32", f32::INFINITY, 0.5));
/// ```
pub trait Float:
    NdFloat + Default + Sum + Elementary + Multiply + Exact + Bytes + sealed::Sealed + 'static
{
    /// The type's name as Rust writes it, for messages and model files.
    const NAME: &'static str;

    /// The nearest number of this type; too large a value becomes infinite.
    fn from_f64(value: f64) -> Self;

    /// The same number as an `f64`, exactly.
    fn as_f64(self) -> f64;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! impl_float {
    ($type:ident, $from_f64:expr, $as_f64:expr) => {
        impl Float for $type {
            const NAME: &'static str = stringify!($type);

            fn from_f64(value: f64) -> Self {
                $from_f64(value)
            }

            fn as_f64(self) -> f64 {
                $as_f64(self)
            }
        }
    };
}

impl_float!(f32, |value| value as f32, f64::from);
impl_float!(f64, std::convert::identity, std::convert::identity);
