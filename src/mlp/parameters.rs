//! A copy of all weights and biases.

use super::Mlp;
use crate::{bits, float::Float};
use serde::{Deserialize, Serialize};

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
        let mut rest = &self.numbers[..];
        for slice in net.parameter_slices_mut() {
            let (numbers, others) = rest.split_at(slice.len());
            slice.copy_from_slice(numbers);
            rest = others;
        }
    }

    /// Whether the network has the same shape.
    pub(crate) fn fits(&self, net: &Mlp<F>) -> bool {
        self.lengths.iter().copied().eq(net.parameter_slices().map(<[F]>::len))
            && self.numbers.len() == net.parameters()
    }
}
