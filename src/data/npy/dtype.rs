//! The number types of a file: numpy's dtypes.

use crate::float::Float;

macro_rules! dtypes {
    ($($dtype:ident($($name:literal)|+, $type:ident): $to_f64:expr;)+) => {
        /// A type of little-endian numbers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Dtype {
            $($dtype),+
        }

        impl Dtype {
            /// Parses numpy's name: byte order, kind and number of bytes.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($($name)|+ => Some(Self::$dtype),)+
                    _ => None,
                }
            }

            pub(super) fn bytes(self) -> usize {
                match self {
                    $(Self::$dtype => size_of::<$type>()),+
                }
            }

            /// Converts bytes to numbers by way of `f64`, which is exact but for integers beyond
            /// 2⁵³.
            pub(super) fn convert<F: Float>(self, bytes: &[u8], to: &mut [F]) {
                match self {
                    $(Self::$dtype => {
                        let number = |&bytes| $to_f64($type::from_le_bytes(bytes));
                        let numbers = bytes.as_chunks().0.iter().map(number);
                        to.iter_mut().zip(numbers).for_each(|(to, x)| *to = F::from_f64(x));
                    })+
                }
            }
        }
    };
}

// The byte order of a single byte does not matter.
dtypes! {
    F4("<f4", f32): f64::from;
    F8("<f8", f64): f64::from;
    I1("|i1" | "<i1", i8): f64::from;
    I2("<i2", i16): f64::from;
    I4("<i4", i32): f64::from;
    I8("<i8", i64): |number| number as f64;
    U1("|u1" | "<u1", u8): f64::from;
    U2("<u2", u16): f64::from;
    U4("<u4", u32): f64::from;
    U8("<u8", u64): |number| number as f64;
    Bool("|b1", u8): |byte| f64::from(byte != 0);
}

/// The message for any other type.
pub(super) const NEEDS: &str =
    "`array.astype(\"<f4\")` makes it one of f4, f8, i1 to i8, u1 to u8 and b1, little-endian";
