//! Points of two classes in the plane that no straight line separates.

use densely::{Dataset, Error};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::PI;

/// The number of points of each class.
pub const POINTS: usize = 60;

/// Maps a position from 0 to 1 along a shape to a point of the first class.
pub type Shape = fn(f64) -> (f64, f64);

/// Half a circle, whose right end lies inside the other one.
pub fn moon(place: f64) -> (f64, f64) {
    let angle = PI * place;
    (0.66 * angle.cos() - 0.3, 0.9 * angle.sin() - 0.25)
}

/// A turn and a half from near the middle outwards; evenly, so that there are more points further
/// out.
pub fn spiral(place: f64) -> (f64, f64) {
    let distance = 0.12 + 0.86 * place.sqrt();
    let angle = 3.0 * PI * distance;
    (distance * angle.cos(), distance * angle.sin())
}

/// The second class is the first one turned by half a circle. All points have some noise.
pub fn points(shape: Shape, seed: u64) -> Result<Dataset<f32>, Error> {
    const NOISE: f64 = 0.04;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut inputs = Array2::zeros((2 * POINTS, 2));
    let mut targets = Array2::zeros((2 * POINTS, 1));
    for row in 0..2 * POINTS {
        let (x, y) = shape(((row % POINTS) as f64 + 0.5) / POINTS as f64);
        let side = if row < POINTS { 1.0 } else { -1.0 };
        // The sum of twelve uniformly distributed numbers is nearly normally distributed.
        let mut noise = || NOISE * (0..12).map(|_| random.random_range(-0.5..0.5)).sum::<f64>();
        inputs[[row, 0]] = (side * x + noise()) as f32;
        inputs[[row, 1]] = (side * y + noise()) as f32;
        targets[[row, 0]] = if row < POINTS { 0.0 } else { 1.0 };
    }
    Dataset::new(inputs, targets)
}
