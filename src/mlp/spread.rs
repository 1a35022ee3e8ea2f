//! The spread of a mean of networks: how far its members disagree.

use super::{Mlp, prediction::PredictBuffers};
use crate::error::{Error, NetworkError, Result, check::ensure};
use crate::{dense::Dense, float::Float};
use ndarray::{Array2, ArrayView2, Axis, Slice};

impl<F: Float> Mlp<F> {
    /// How many networks this one is the [mean](Self::mean_of) of; 1 if it is no mean.
    pub fn members(&self) -> usize {
        self.members
    }

    /// The outputs of a [mean](Self::mean_of) of networks, and how far its members disagree: the
    /// standard deviation √(Σ (y_k - ȳ)² / (K - 1)) of their outputs y_1, …, y_K, with ȳ
    /// their arithmetic mean; of probabilities this is not quite the output. Both have the shape
    /// rows × outputs and the data's units.
    ///
    /// Training makes one network of a mean. If you change its weights in another way, the spread
    /// means nothing.
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
        self.check_stack()?;
        self.check_members()?;
        ensure(self.members > 1, || NetworkError::OneMember)?;
        Error::check_features(inputs.ncols(), self.features())?;
        let (last, hidden) = self.layers.split_last().ok_or(NetworkError::NoLayers)?;
        let mut of_members = Array2::zeros((inputs.nrows(), last.inputs()));
        self.pass(hidden, None, inputs, of_members.view_mut(), &mut PredictBuffers::new())?;
        let units = self.units_out.measured()?;
        let outputs_of = |layer: &Dense<F>, inputs| -> Result<Array2<F>> {
            let mut outputs = layer.predict(inputs)?;
            units.into_iter().for_each(|scale| scale.to_data(outputs.view_mut()));
            Ok(outputs)
        };
        let outputs = outputs_of(last, of_members.view())?;
        let count = self.members as f64;
        let of_member = |member: usize| {
            // The mean is of weights / K: alone, a member counts K times.
            let of = Slice::from(member * self.outputs()..(member + 1) * self.outputs());
            let all = F::from_f64(count);
            let weights = last.weights().slice_axis(Axis(0), of).mapv(|weight| weight * all);
            let bias = last.bias().map(|bias| bias.to_owned());
            let alone = Dense::new(weights, bias, last.activation().clone())?;
            outputs_of(&alone, of_members.slice_axis(Axis(1), of))
        };
        let of_each = (0..self.members).map(of_member).collect::<Result<Vec<_>>>()?;
        let spread = Array2::from_shape_fn(outputs.dim(), |place| {
            // From the mean's outputs, near which the members' are: no digits cancel.
            let differences = of_each.iter().map(|of| (of[place] - outputs[place]).as_f64());
            let squares = differences.clone().map(|difference| difference * difference);
            let (sum, square) = (differences.sum::<f64>(), squares.sum::<f64>());
            let variance = (square - sum * sum / count) / (count - 1.0);
            // NaN stays NaN.
            F::from_f64(if variance < 0.0 { 0.0 } else { variance.sqrt() })
        });
        Ok([outputs, spread])
    }

    /// Sets the number of members.
    pub(crate) fn set_members(&mut self, members: usize) -> Result<()> {
        self.members = members;
        self.check_members()
    }

    /// Checks that the last of two layers or more has as many inputs as the members have outputs
    /// together.
    pub(crate) fn check_members(&self) -> Result<()> {
        let (members, outputs) = (self.members, self.outputs());
        let inputs = self.layers.iter().skip(1).last().map_or(0, Dense::inputs);
        let fits = members == 1 || members > 1 && Some(inputs) == members.checked_mul(outputs);
        ensure(fits, || NetworkError::Members { members, outputs, inputs })
    }
}
