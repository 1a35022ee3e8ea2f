//! The two number types that a network can be made of.

use crate::elementary::Elementary;
use crate::exact::Exact;
use crate::product::Multiply;
use ndarray::NdFloat;
use std::iter::Sum;

/// `f32` or `f64`: the precision of a network, its data and its training.
///
/// Sealed: every algorithm here is tested for these two and for nothing else.
/// Arithmetic and elementary functions come from [`ndarray::NdFloat`].
pub trait Float: NdFloat + Default + Sum + Elementary + Multiply + Exact + sealed::Sealed {
    /// The type's name as Rust writes it, for messages and model files.
    const NAME: &'static str;

    /// The nearest number of this type; too large a value becomes infinite.
    fn from_f64(value: f64) -> Self;

    /// The same number as an `f64`, exactly.
    fn as_f64(self) -> f64;

    /// The numbers' bytes, least significant first, appended to `bytes`.
    #[doc(hidden)]
    fn extend_le_bytes(values: &[Self], bytes: &mut Vec<u8>);

    /// The numbers whose little-endian bytes these are; a rest shorter than one number is left out.
    #[doc(hidden)]
    fn from_le_bytes(bytes: &[u8]) -> Vec<Self>;
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

            fn extend_le_bytes(values: &[Self], bytes: &mut Vec<u8>) {
                bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            }

            fn from_le_bytes(bytes: &[u8]) -> Vec<Self> {
                let (numbers, _) = bytes.as_chunks::<{ size_of::<$type>() }>();
                numbers.iter().map(|&number| $type::from_le_bytes(number)).collect()
            }
        }
    };
}

impl_float!(f32, |value| value as f32, f64::from);
impl_float!(f64, std::convert::identity, std::convert::identity);
