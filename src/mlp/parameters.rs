//! A copy of all weights and biases.

use super::Mlp;
use crate::{bits, elementary::vectorized, float::Float};
use serde::{Deserialize, Serialize};
use std::iter::zip;

/// A copy of all weights and biases of a network, one after the other.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "F: Float")]
pub(crate) struct Parameters<F> {
    /// The numbers of each weight matrix and bias.
    #[serde(with = "bits")]
    pub(crate) lengths: Vec<usize>,
    #[serde(with = "bits")]
    pub(crate) numbers: Vec<F>,
}

impl<F: Float> Parameters<F> {
    pub(crate) fn of(net: &Mlp<F>) -> Self {
        Self {
            lengths: net.parameter_slices().map(<[F]>::len).collect(),
            numbers: net.parameter_slices().flatten().copied().collect(),
        }
    }

    /// Copies the parameters of a network of the same shape.
    pub(crate) fn read_from(&mut self, net: &Mlp<F>) {
        self.numbers.clear();
        net.parameter_slices().for_each(|slice| self.numbers.extend_from_slice(slice));
    }

    /// Copies the parameters to a network of the same shape.
    pub(crate) fn write_to(&self, net: &mut Mlp<F>) {
        net.set_parameters(&self.numbers);
    }

    /// Moves each number by this share of its distance to the network's:
    /// x ← x + share · (w - x).
    pub(crate) fn approach(&mut self, net: &Mlp<F>, share: f64) {
        let (mut rest, share) = (&mut self.numbers[..], F::from_f64(share));
        for slice in net.parameter_slices() {
            let pairs = zip(rest.split_off_mut(..slice.len()).unwrap_or_default(), slice);
            vectorized(move || pairs.for_each(|(x, &w)| *x += share * (w - *x)));
        }
    }

    /// Whether the network has the same shape.
    pub(crate) fn fits(&self, net: &Mlp<F>) -> bool {
        self.lengths.iter().copied().eq(net.parameter_slices().map(<[F]>::len))
            && self.numbers.len() == self.lengths.iter().sum::<usize>()
    }
}
