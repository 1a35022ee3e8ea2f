//! The number type of a network.

use crate::{bits::LittleEndian, elementary::NormalTail, number::Number, product::Multiply};

/// `f32` or `f64`: the precision of a network, its data and its training.
///
/// In addition to the arithmetic and the functions of [`ndarray::NdFloat`], an `F: Float` has
/// - `F::NAME`, the type's name as Rust writes it, for messages and model files;
/// - `F::from_f64(value: f64) -> F`, the nearest number of this type: infinite if `value` is too
///   large;
/// - `number.as_f64() -> f64`, the same number, exactly.
///
/// The trait is sealed: every algorithm here is tested for these two types only.
///
/// ```
/// use densely::Float;
///
/// /// Half a number, for both precisions.
/// fn half<F: Float>(number: F) -> F {
///     number * F::from_f64(0.5)
/// }
/// assert_eq!((half(3.0_f32), half(3.0_f64)), (1.5, 1.5));
///
/// fn name_and_value<F: Float>(number: F) -> (&'static str, f64) {
///     (F::NAME, number.as_f64())
/// }
/// assert_eq!(name_and_value(0.5_f32), ("f32", 0.5));
/// ```
pub trait Float: Number + NormalTail + Multiply + LittleEndian {}

impl Float for f32 {}
impl Float for f64 {}
