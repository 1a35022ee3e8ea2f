//! The spread of the networks of which a network is the mean.

use super::{Mlp, prediction::PredictBuffers};
use crate::error::{NetworkError, Result, check::ensure};
use crate::{dense::Dense, float::Float};
use ndarray::{Array2, ArrayView2, Axis, Slice};
use std::iter::zip;

impl<F: Float> Mlp<F> {
    /// The number of networks of which this one is the [mean](Self::mean_of), or 1.
    pub fn members(&self) -> usize {
        self.members
    }

    /// The outputs of a [mean](Self::mean_of) of networks, and how far its members disagree: the
    /// standard deviation √(Σ (y_k - ȳ)² / (K - 1)) of their outputs y_1, …, y_K, with ȳ their
    /// arithmetic mean; of probabilities this is not quite the output. Both have the shape rows ×
    /// outputs and the data's units.
    ///
    /// The spread is large where the training rows leave open what the output is, as between and
    /// beyond them. It does not include the noise of the targets: for that there is
    /// [`Interval`](super::Interval).
    ///
    /// ```
    /// use densely::{Dense, Identity, Mlp};
    /// use ndarray::array;
    ///
    /// let line = |slope: f64| {
    ///     let layer = Dense::new(array![[slope]], Some(array![5.0]), Identity)?;
    ///     Mlp::from_layers(vec![layer])
    /// };
    /// let net = Mlp::mean_of(&[line(1.0)?, line(2.0)?, line(3.0)?])?;
    /// let [outputs, spread] = net.predict_with_spread(array![[0.0], [10.0]].view())?;
    /// approx::assert_abs_diff_eq!(outputs, array![[5.0], [25.0]], epsilon = 1e-12);
    /// approx::assert_abs_diff_eq!(spread, array![[0.0], [10.0]], epsilon = 1e-12);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::OneMember`] for a network that is no mean of several; otherwise as
    /// [`predict`](Self::predict).
    pub fn predict_with_spread(&self, inputs: ArrayView2<'_, F>) -> Result<[Array2<F>; 2]> {
        let outputs = self.predict(inputs)?;
        self.check_members()?;
        let (last, hidden) = self.layers.split_last().ok_or(NetworkError::NoLayers)?;
        ensure(self.members > 1, || NetworkError::OneMember)?;
        let mut weighted_sums = Array2::zeros((inputs.nrows(), last.inputs()));
        self.pass(hidden, None, inputs, weighted_sums.view_mut(), &mut PredictBuffers::new())?;
        let (mut sums, mut squares) =
            (Array2::<f64>::zeros(outputs.dim()), Array2::<f64>::zeros(outputs.dim()));
        for member in 0..self.members {
            let mut of_member = self.last_layer_of(last, member)?.predict(weighted_sums.view())?;
            if let Some(scale) = self.units_out.measured()? {
                scale.to_data(of_member.view_mut());
            }
            // From the mean's outputs, near which the members' are: no digits cancel.
            let differences = zip(&of_member, &outputs).map(|(y, mean)| (*y - *mean).as_f64());
            for ((sum, square), difference) in zip(zip(&mut sums, &mut squares), differences) {
                *sum += difference;
                *square += difference * difference;
            }
        }
        let count = self.members as f64;
        let mut spread = Array2::zeros(outputs.dim());
        for (spread, (sum, square)) in zip(&mut spread, zip(&sums, &squares)) {
            let variance = (square - sum * sum / count) / (count - 1.0);
            // NaN stays NaN.
            *spread = F::from_f64(if variance < 0.0 { 0.0 } else { variance.sqrt() });
        }
        Ok([outputs, spread])
    }

    /// The last layer, if only this member counted: K times its rows of weights, and no others.
    fn last_layer_of(&self, last: &Dense<F>, member: usize) -> Result<Dense<F>> {
        let mut weights = Array2::zeros(last.weights().dim());
        let outputs = last.outputs();
        let rows = Slice::from(member * outputs..(member + 1) * outputs);
        let share = F::from_f64(self.members as f64);
        weights
            .slice_axis_mut(Axis(0), rows)
            .scaled_add(share, &last.weights().slice_axis(Axis(0), rows));
        let bias = last.bias().map(|bias| bias.to_owned());
        Dense::new(weights, bias, last.activation().clone())
    }

    /// Sets the number of members.
    pub(crate) fn set_members(&mut self, members: usize) -> Result<()> {
        self.members = members;
        self.check_members()
    }

    /// Checks that the last layer has as many inputs as the members have outputs together.
    pub(crate) fn check_members(&self) -> Result<()> {
        let (members, outputs) = (self.members, self.outputs());
        let inputs = self.layers.last().map_or(0, Dense::inputs);
        let fits = members == 1 || members > 1 && Some(inputs) == members.checked_mul(outputs);
        ensure(fits, || NetworkError::Members { members, outputs, inputs })
    }
}
