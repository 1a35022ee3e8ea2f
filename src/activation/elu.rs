//! Exponential linear units.

use super::{FromOutput, elementwise::elementwise};
use crate::elementary::{NormalTail, at_most, exp_m1_of_negative};

/// The exponential linear unit: g(z) = z if z > 0, else α (e^z - 1); range (-α, ∞).
/// Default: α = 1.
///
/// # The derivative from the output
///
/// For z > 0, where a > 0, g'(z) = 1. Else g'(z) = α e^z, and from a = α e^z - α,
///
/// g'(z) = a + α.
///
/// At z = 0 it is taken as α. Where a is rounded to -α, for z below -17 (`f32`) or -37 (`f64`),
/// it is 0. α must be positive: else the output would not show which branch it came from.
///
/// # When
///
/// Like [`Relu`](super::Relu), with outputs whose mean is nearer to 0, and units that never stop
/// learning entirely (Clevert et al. 2016). Weights start as He's.
///
/// g(-∞) = -α with slope 0, g(∞) = ∞ with slope 1, g(NaN) = NaN.
///
/// ```
/// use densely::{Activation, activation::Elu};
/// use ndarray::array;
///
/// let elu = Elu::new(2.0)?;
/// assert_eq!((elu.alpha(), Elu::default().alpha()), (2.0, 1.0));
/// assert!(Elu::new(-1.0).is_err());
///
/// let (mut a, mut delta) = (array![[-2.0_f64.ln(), 3.0]], array![[1.0, 1.0]]);
/// elu.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[-1.0, 3.0]], epsilon = 1e-15);        // 2 (½ - 1)
/// elu.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(delta, array![[1.0, 1.0]], epsilon = 1e-15);     // -1 + 2, and 1
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu {
    alpha: f64,
}

impl Elu {
    /// The limit -α for z far below 0.
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

impl Default for Elu {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

elementwise!(
    Elu(FromOutput, HeNormal),
    |elu, z| scaled_elu::<FUSED, F>(z, [1.0, elu.alpha]),
    |elu, a| slope_of(a, [1.0, elu.alpha])
);

/// The scaled exponential linear unit: g(z) = λz if z > 0, else λα (e^z - 1), with
/// λ = 1.0507… and α = 1.6732…; range (-λα, ∞).
///
/// # The derivative from the output
///
/// For z > 0, where a > 0, g'(z) = λ. Else g'(z) = λα e^z, and from a = λα e^z - λα,
///
/// g'(z) = a + λα.
///
/// At z = 0 it is taken as λα.
///
/// # When
///
/// In deep stacks: with LeCun's initial weights, the default, mean 0 and variance 1 are a fixed
/// point from layer to layer (Klambauer et al. 2017, the source of λ and α).
///
/// g(-∞) = -λα with slope 0, g(∞) = ∞ with slope λ, g(NaN) = NaN.
///
/// ```
/// use densely::{Activation, activation::Selu};
/// use ndarray::array;
///
/// let (mut a, limit) = (array![[-2.0_f64.ln(), 2.0]], Selu::LAMBDA * Selu::ALPHA);
/// Selu.forward(a.view_mut());
/// let expected = array![[-limit / 2.0, 2.0 * Selu::LAMBDA]];             // e^z = ½ on the left
/// approx::assert_abs_diff_eq!(a, expected, epsilon = 1e-15);
/// assert!((limit - 1.7581).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selu;

impl Selu {
    /// α.
    pub const ALPHA: f64 = 1.673_263_242_354_377_2;
    /// λ.
    pub const LAMBDA: f64 = 1.050_700_987_355_480_5;

    const SHAPE: [f64; 2] = [Self::LAMBDA, Self::LAMBDA * Self::ALPHA];
}

elementwise!(
    Selu(FromOutput, LecunNormal),
    |_, z| scaled_elu::<FUSED, F>(z, Selu::SHAPE),
    |_, a| slope_of(a, Selu::SHAPE)
);

/// positive · z for z > 0, else limit · (e^z - 1).
#[inline(always)]
fn scaled_elu<const FUSED: bool, F: NormalTail>(z: F, [positive, limit]: [f64; 2]) -> F {
    let below = F::from_f64(limit) * exp_m1_of_negative::<FUSED, F>(at_most(z, F::zero()));
    if z > F::zero() { F::from_f64(positive) * z } else { below }
}

/// Its derivative: positive for a > 0, else a + limit.
#[inline(always)]
fn slope_of<F: NormalTail>(a: F, [positive, limit]: [f64; 2]) -> F {
    let below = a + F::from_f64(limit);
    if a > F::zero() { F::from_f64(positive) } else { below }
}
