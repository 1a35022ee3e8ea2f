//! Layers that take over the units of a network.

use super::Dense;
use crate::activation::Isru;
use crate::error::Result;
use crate::{float::Float, units::Scale};
use ndarray::{Array1, Array2, ArrayViewMut1, Axis};
use std::iter::zip;

impl<F: Float> Dense<F> {
    /// Folds the inputs' scale in: the layer then takes x in place of (x - centre)/spread.
    pub(crate) fn fold_inputs(&mut self, scale: &Scale) {
        self.merge_input_factors();
        let mut shift = vec![0.0; self.outputs()];
        let rows = self.weights.numbers_mut().chunks_exact_mut(shift.len());
        for (weights, (centre, factor)) in zip(rows, scale.centres_and_factors()) {
            for (weight, shift) in zip(weights, &mut shift) {
                *weight = F::from_f64(weight.as_f64() * factor);
                // Uses the rounded weight: at the centre, rounding then has no effect.
                *shift += weight.as_f64() * centre;
            }
        }
        for (bias, shift) in zip(self.bias_or_zeros(), shift) {
            *bias = F::from_f64(bias.as_f64() - shift);
        }
    }

    /// Folds the outputs' scale in: a layer without activation then outputs centre + spread · a in
    /// place of a.
    pub(crate) fn fold_outputs(&mut self, scale: &Scale) {
        let mut weights = self.weights_mut();
        for (mut column, (_, spread)) in zip(weights.columns_mut(), scale.centres_and_spreads()) {
            column.mapv_inplace(|weight| F::from_f64(weight.as_f64() * spread));
        }
        scale.to_data(ArrayViewMut1::from(self.bias_or_zeros()).insert_axis(Axis(0)));
    }

    /// Gives a layer without a bias one of zeros.
    pub(super) fn bias_or_zeros(&mut self) -> &mut [F] {
        let outputs = self.outputs();
        self.bias.get_or_insert_with(|| vec![F::zero(); outputs])
    }

    /// A layer that scales and clips each input, to be put before this one, which takes over what
    /// its inputs must be multiplied by.
    ///
    /// [`Isru`] is the clip of limit 1: the new layer divides by the limit, and this one multiplies
    /// by it. A column without a clip is made so small that [`Isru`] does not change its digits if
    /// it lies between -1 and 1, as categories do.
    pub(crate) fn fold_clipped_inputs(&mut self, scale: &Scale, limits: &[f64]) -> Result<Self> {
        // A power of 2, so that it costs no digits; its square does not change 1.
        let small = ((F::epsilon().as_f64().log2() / 2.0).floor() - 1.0).exp2();
        let divisors: Vec<f64> =
            limits.iter().map(|&limit| if limit > 0.0 { limit } else { small.recip() }).collect();
        let factors = zip(scale.centres_and_factors(), &divisors);
        let (weights, bias): (Vec<_>, Vec<_>) = factors
            .map(|((centre, factor), divisor)| {
                let weight = F::from_f64(factor / divisor);
                (weight, F::from_f64(-centre * weight.as_f64()))
            })
            .unzip();
        for (mut row, &divisor) in zip(self.weights_mut().axis_iter_mut(Axis(0)), &divisors) {
            row.mapv_inplace(|weight| F::from_f64(weight.as_f64() * divisor));
        }
        Self::new(Array2::from_diag(&Array1::from(weights)), Some(bias.into()), Isru)
    }
}
