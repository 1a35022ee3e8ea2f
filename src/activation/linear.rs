//! Piecewise linear functions.

use super::{Activation, FromOutput, elementwise::elementwise};
use crate::elementary::{at_least, at_most};
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
/// assert_eq!(layer.predict(array![[10.0, 1.0]].view())?, array![[24.0]]); // 10 · 2 + 1 · 3 + 1
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity;

impl Activation for Identity {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, _: ArrayViewMut2<'_, F>) {}

    fn backward<F: Float>(&self, _: ArrayView2<'_, F>, _: ArrayViewMut2<'_, F>) {}
}

/// The rectifier: g(z) = max(0, z), range [0, ∞).
///
/// # The derivative from the output
///
/// The output is positive exactly where z is: g'(z) = 1 if a > 0, else 0. At z = 0, where there is
/// a kink, the derivative is taken as 0.
///
/// # When
///
/// Cheap, and does not saturate for large z; a unit whose z is negative for every example stops
/// learning. Weights start as He's.
///
/// g(-∞) = 0, g(∞) = ∞, g(NaN) = NaN.
///
/// ```
/// use densely::{Activation, Relu};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[-1.0, 0.0, 2.0]], array![[5.0, 5.0, 5.0]]);
/// Relu.forward(a.view_mut());
/// assert_eq!(a, array![[0.0, 0.0, 2.0]]);
/// Relu.backward(a.view(), delta.view_mut());
/// assert_eq!(delta, array![[0.0, 0.0, 5.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relu;

elementwise!(
    Relu(FromOutput, HeNormal),
    // Not `max`, which would turn NaN into 0 and hide that training has diverged.
    |_, z| if z <= F::zero() { F::zero() } else { z },
    |_, a| if a > F::zero() { F::one() } else { F::zero() }
);

/// The leaky rectifier: g(z) = z if z > 0, else αz; range (-∞, ∞). Default: α = 0.01.
///
/// # The derivative from the output
///
/// With α > 0 the output has the sign of z: g'(z) = 1 if a > 0, else α. At the kink, z = 0, it is
/// taken as α. α must be positive: else the output would not show which branch it came from.
///
/// # When
///
/// Like [`Relu`], with a small slope so that no unit stops learning. Weights start as He's.
///
/// g(±∞) = ±∞, g(NaN) = NaN.
///
/// ```
/// use densely::{Activation, activation::LeakyRelu};
/// use ndarray::array;
///
/// let leaky = LeakyRelu::new(0.25)?;
/// assert_eq!((leaky.alpha(), LeakyRelu::default().alpha()), (0.25, 0.01));
///
/// let (mut a, mut delta) = (array![[-2.0, 3.0]], array![[1.0, 1.0]]);
/// leaky.forward(a.view_mut());
/// assert_eq!(a, array![[-0.5, 3.0]]);
/// leaky.backward(a.view(), delta.view_mut());
/// assert_eq!(delta, array![[0.25, 1.0]]);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu {
    alpha: f64,
}

impl LeakyRelu {
    /// The slope α for negative z.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless α is positive and finite, also as an
    /// `f32`.
    ///
    /// [`Error::Setting`]: crate::error::Error::Setting
    pub fn new(alpha: f64) -> crate::error::Result<Self> {
        super::positive_alpha(alpha).map(|alpha| Self { alpha })
    }

    /// α.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }
}

impl Default for LeakyRelu {
    fn default() -> Self {
        Self { alpha: 0.01 }
    }
}

elementwise!(
    LeakyRelu(FromOutput, HeNormal),
    |leaky, z| if z > F::zero() { z } else { F::from_f64(leaky.alpha) * z },
    |leaky, a| if a > F::zero() { F::one() } else { F::from_f64(leaky.alpha) }
);

/// The hard tanh: g(z) = max(-1, min(1, z)), range [-1, 1].
///
/// # The derivative from the output
///
/// The output is z itself where it is strictly between -1 and 1: g'(z) = 1 if |a| < 1, else 0. At
/// the kinks, z = ±1, it is taken as 0.
///
/// # When
///
/// The cheapest bounded function; units beyond ±1 stop learning.
///
/// g(±∞) = ±1, g(NaN) = NaN, g(-z) = -g(z) to the bit.
///
/// ```
/// use densely::{Activation, activation::HardTanh};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[-3.0, 0.5, 2.0]], array![[1.0, 1.0, 1.0]]);
/// HardTanh.forward(a.view_mut());
/// assert_eq!(a, array![[-1.0, 0.5, 1.0]]);
/// HardTanh.backward(a.view(), delta.view_mut());
/// assert_eq!(delta, array![[0.0, 1.0, 0.0]]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HardTanh;

elementwise!(
    HardTanh(FromOutput, GlorotUniform),
    |_, z| at_most(at_least(z, -F::one()), F::one()),
    |_, a| if a.abs() < F::one() { F::one() } else { F::zero() }
);
