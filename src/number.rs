//! The number types, as the arithmetic sees them.

use ndarray::NdFloat;
use std::iter::Sum;

/// `f32` or `f64`. Users know it as [`Float`](crate::float::Float), which documents it.
#[doc(hidden)]
pub trait Number: NdFloat + Default + Sum {
    const NAME: &'static str;

    fn from_f64(value: f64) -> Self;

    fn as_f64(self) -> f64;
}

macro_rules! impl_number {
    ($($type:ident),*) => {$(
        impl Number for $type {
            const NAME: &'static str = stringify!($type);

            fn from_f64(value: f64) -> Self {
                value as Self
            }

            fn as_f64(self) -> f64 {
                self.into()
            }
        }
    )*};
}

impl_number!(f32, f64);
