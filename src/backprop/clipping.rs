//! Norm, clipping and L1 penalty of gradients, between the backward pass and the step.

use super::{Backprop, Gradient};
use crate::{elementary::vectorized, error::Result, float::Float, mlp::Mlp};
use std::iter::zip;

impl<F: Float> Backprop<F> {
    /// The norm √Σ g² of the whole gradient, over all weights and biases.
    ///
    /// ```
    /// # use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
    /// # use ndarray::array;
    /// // One row x = (3, 4), w = 0: the loss is (w x - ½)², its gradient 2 (0 - ½) x.
    /// let layer = Dense::<f64>::new(array![[0.0], [0.0]], None, Identity)?;
    /// let mut net = Mlp::from_layers(vec![layer])?;
    /// let mut backprop = Backprop::new(&net);
    /// let (inputs, targets) = (array![[3.0, 4.0]], array![[0.5]]);
    /// backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    /// assert_eq!(backprop.gradients()[0].weights(), array![[-3.0], [-4.0]]);
    /// assert_eq!(backprop.gradient_norm(), 5.0);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn gradient_norm(&self) -> f64 {
        let squares = |factor: f64| -> f64 {
            self.slices().map(|gradient| sum_of_squares(gradient, factor)).sum()
        };
        let norm = squares(1.0).sqrt();
        if norm.is_finite() {
            return norm;
        }
        // Squares of an `f64` overflow long before it does.
        let numbers = self.slices().flatten();
        let largest = numbers.fold(0.0, |largest, g| f64::max(largest, g.as_f64().abs()));
        if largest.is_finite() { largest * squares(1.0 / largest).sqrt() } else { norm }
    }

    /// Clips the gradient by its norm (Pascanu et al. 2013): g ← g · min(1, limit / √Σ g²),
    /// with a limit above 0. The direction stays. Returns the norm before clipping.
    ///
    /// ```
    /// # use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
    /// # use ndarray::array;
    /// # let layer = Dense::<f64>::new(array![[0.0], [0.0]], None, Identity)?;
    /// # let mut net = Mlp::from_layers(vec![layer])?;
    /// # let mut backprop = Backprop::new(&net);
    /// # let (inputs, targets) = (array![[3.0, 4.0]], array![[0.5]]);
    /// # backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    /// assert_eq!(backprop.gradients()[0].weights(), array![[-3.0], [-4.0]]);
    /// assert_eq!(backprop.clip_norm(2.5), 5.0);
    /// assert_eq!(backprop.gradients()[0].weights(), array![[-1.5], [-2.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn clip_norm(&mut self, limit: f64) -> f64 {
        let norm = self.gradient_norm();
        if norm > limit && norm.is_finite() {
            let factor = F::from_f64(limit / norm);
            for gradient in self.slices_mut() {
                vectorized(move || gradient.iter_mut().for_each(|g| *g *= factor));
            }
        }
        norm
    }

    /// Clips every number of the gradient: g ← max(-limit, min(limit, g)), with a limit above 0.
    /// NaN stays NaN.
    ///
    /// ```
    /// # use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
    /// # use ndarray::array;
    /// # let layer = Dense::<f64>::new(array![[0.0], [0.0]], None, Identity)?;
    /// # let mut net = Mlp::from_layers(vec![layer])?;
    /// # let mut backprop = Backprop::new(&net);
    /// # let (inputs, targets) = (array![[3.0, 4.0]], array![[0.5]]);
    /// # backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    /// assert_eq!(backprop.gradients()[0].weights(), array![[-3.0], [-4.0]]);
    /// backprop.clip_values(3.5);
    /// assert_eq!(backprop.gradients()[0].weights(), array![[-3.0], [-3.5]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    pub fn clip_values(&mut self, limit: f64) {
        let limit = F::from_f64(limit);
        for gradient in self.slices_mut() {
            vectorized(move || {
                for g in gradient {
                    let below = if *g > limit { limit } else { *g };
                    *g = if below < -limit { -limit } else { below };
                }
            });
        }
    }

    /// Adds the gradient of the L1 penalty factor · Σ |w| over the weights, without the biases:
    /// g ← g + factor · sign(w), with sign(0) = 0.
    ///
    /// ```
    /// # use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
    /// # use ndarray::array;
    /// let layer = Dense::<f64>::new(array![[2.0], [-1.0], [0.0]], None, Identity)?;
    /// let mut net = Mlp::from_layers(vec![layer])?;
    /// let mut backprop = Backprop::new(&net);
    /// let (inputs, targets) = (array![[1.0, 1.0, 1.0]], array![[0.0]]);
    /// backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    /// assert_eq!(backprop.gradients()[0].weights(), array![[2.0], [2.0], [2.0]]); // 2 (2 - 1 - 0)
    /// backprop.add_l1(&net, 0.5)?;
    /// assert_eq!(backprop.gradients()[0].weights(), array![[2.5], [1.5], [2.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::ShapeMismatch`](crate::error::NetworkError::ShapeMismatch) if this was made
    /// for a network of another shape.
    pub fn add_l1(&mut self, net: &Mlp<F>, factor: f64) -> Result<()> {
        self.check_network(net)?;
        let (zero, factor) = (F::zero(), F::from_f64(factor));
        for (layer, gradient) in zip(net.layers(), &mut self.gradients) {
            // The weights come first; the bias is left alone.
            for (g, w) in zip(gradient.slices_mut(), layer.parameter_slices()).take(1) {
                let numbers = zip(g, w);
                vectorized(move || {
                    for (g, &w) in numbers {
                        *g += if w == zero { zero } else { factor.copysign(w) };
                    }
                });
            }
        }
        Ok(())
    }

    fn slices(&self) -> impl Iterator<Item = &[F]> {
        self.gradients.iter().flat_map(Gradient::slices)
    }

    fn slices_mut(&mut self) -> impl Iterator<Item = &mut [F]> {
        self.gradients.iter_mut().flat_map(Gradient::slices_mut)
    }
}

/// Σ (factor · x)². Sixteen partial sums, always in the same order, suit the vector
/// instructions.
fn sum_of_squares<F: Float>(numbers: &[F], factor: f64) -> f64 {
    let (chunks, rest) = numbers.as_chunks::<16>();
    let mut sums = [0.0_f64; 16];
    let all = &mut sums;
    vectorized(move || {
        for chunk in chunks {
            for (sum, number) in all.iter_mut().zip(chunk) {
                let number = number.as_f64() * factor;
                *sum += number * number;
            }
        }
    });
    let rest = rest.iter().map(|number| (number.as_f64() * factor).powi(2));
    sums.iter().sum::<f64>() + rest.sum::<f64>()
}
