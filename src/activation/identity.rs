use super::{Activation, FromOutput};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2};

/// The identity: g(z) = z, g'(z) = 1, range (-∞, ∞).
///
/// # When
///
/// For the output layer of a regression. Hidden layers with it add nothing: two of them in a row
/// are one.
///
/// g(±∞) = ±∞, g(NaN) = NaN.
///
/// ```
/// use densely::{Dense, Identity};
/// use ndarray::array;
///
/// let layer = Dense::new(array![[2.0], [3.0]], Some(array![1.0]), Identity)?;
/// assert_eq!(layer.predict(array![[10.0, 1.0]].view())?, array![[24.0]]);  // 10 · 2 + 1 · 3 + 1
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity;

impl Activation for Identity {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, _: ArrayViewMut2<'_, F>) {}

    fn backward<F: Float>(&self, _: ArrayView2<'_, F>, _: ArrayViewMut2<'_, F>) {}
}
