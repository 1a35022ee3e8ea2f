//! Drawing of initial weights.

use super::Initialization;
use crate::float::Float;
use ndarray::Array2;
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::{Distribution, StandardNormal, StandardUniform};
use rand_chacha::ChaCha8Rng;

impl Initialization {
    /// A weight matrix of `inputs × outputs`.
    pub(crate) fn draw<F: Float>(
        self,
        inputs: usize,
        outputs: usize,
        generator: &mut ChaCha8Rng,
    ) -> Array2<F> {
        let (fan_in, fan_both) = (inputs as f64, inputs as f64 + outputs as f64);
        // The square of the limit or deviation, and whether it is a deviation.
        let (square, normal) = match self {
            Self::GlorotUniform => (6.0 / fan_both, false),
            Self::GlorotNormal => (2.0 / fan_both, true),
            Self::HeUniform => (6.0 / fan_in, false),
            Self::HeNormal => (2.0 / fan_in, true),
            Self::LecunNormal => (1.0 / fan_in, true),
            Self::Zeros => return Array2::zeros((inputs, outputs)),
        };
        let (shape, scale) = ((inputs, outputs), square.sqrt());
        if normal {
            let weight = StandardNormal.map(|unit: f64| F::from_f64(scale * unit));
            return Array2::random_using(shape, weight, generator);
        }
        let weight = StandardUniform.map(|unit: f64| F::from_f64(scale * (2.0 * unit - 1.0)));
        Array2::random_using(shape, weight, generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Initialization::{self, *};
    use crate::random::{Purpose, generator};

    /// Variances by the formulas of the papers; the deviation of a uniform number in ±l is l/√3.
    #[test]
    fn weights_have_the_published_deviation() {
        let (inputs, outputs) = (300, 200);
        let cases: [(Initialization, f64); 5] = [
            (GlorotUniform, 2.0 / 500.0),
            (GlorotNormal, 2.0 / 500.0),
            (HeUniform, 2.0 / 300.0),
            (HeNormal, 2.0 / 300.0),
            (LecunNormal, 1.0 / 300.0),
        ];
        for (initialization, variance) in cases {
            let mut generator = generator(1, Purpose::Initialization);
            let weights = initialization.draw::<f64>(inputs, outputs, &mut generator);
            let mean = weights.sum() / 60_000.0;
            let deviation = weights.mapv(|w| w * w).sum() / 60_000.0;
            assert!(mean.abs() < 0.02 * variance.sqrt(), "{initialization:?}: mean {mean}");
            assert!(
                (deviation / variance - 1.0).abs() < 0.02,
                "{initialization:?}: variance {deviation}, expected {variance}"
            );
        }
    }
}
