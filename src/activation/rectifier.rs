use super::{Activation, FromOutput};
use crate::{Float, Initialization};
use ndarray::{ArrayView2, ArrayViewMut2, Zip};

/// The rectifier: g(z) = max(0, z), range [0, ∞).
///
/// # The derivative from the output
///
/// The output is positive exactly where z is: g'(z) = 1 if a > 0, else 0. At z = 0, where there is a kink, the
/// derivative is taken as 0.
///
/// Cheap, and does not saturate for large z; a unit whose z is negative for every example learns no more.
/// Weights start as He's. g(-∞) = 0, g(∞) = ∞, g(NaN) = NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relu;

impl Activation for Relu {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
        // Not `max`, which would turn NaN into 0 and hide that training has diverged.
        z.mapv_inplace(|z| if z <= F::zero() { F::zero() } else { z });
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
        Zip::from(delta).and(output).for_each(|delta, &a| {
            if a <= F::zero() {
                *delta = F::zero();
            }
        });
    }

    fn initialization(&self) -> Initialization {
        Initialization::HeNormal
    }
}
