//! The mean of several networks, as one network.

use super::Mlp;
use crate::error::{Error, NetworkError, Result, check::ensure};
use crate::{activation::AnyActivation, activation::Identity, dense::Dense, float::Float};
use ndarray::{Array1, Array2, Axis, Slice};
use std::iter::zip;

impl<F: Float> Mlp<F> {
    /// One network that computes the mean of several, whose layers stand in it side by side.
    ///
    /// The layers have the weights diag(W₁, …, W_K). One more layer has the mean of the
    /// weighted sums of the outputs, z = (z₁ + … + z_K) / K. Without an activation there the
    /// outputs are the mean. Probabilities are the geometric mean, made to add up to 1. First
    /// layers that are the same in all networks stand there once. The mean is a network like any
    /// other, K times as wide: it is saved, exported and trained as such. Its dropout is that of
    /// the first network. Its rate factors are 1, except in first layers that stand there once. It
    /// has no interval: measure one for it. Until it is trained,
    /// [`predict_with_spread`](Self::predict_with_spread) tells how far its members disagree.
    ///
    /// ```
    /// use densely::{Identity, Mlp, Tanh};
    /// use ndarray::array;
    ///
    /// let net = Mlp::builder(2).dense(8, Tanh).dense(1, Identity).without_units();
    /// let (a, b) = (net.clone().seed(1).build()?, net.seed(2).build()?);
    /// let mean = Mlp::mean_of(&[a.clone(), b.clone()])?;
    /// let text = "2 → 16 Tanh → 2 Identity → 1 Identity, 85 parameters, f64";
    /// assert_eq!(mean.to_string(), text);
    /// let [a, b, mean] = [a, b, mean].map(|net| net.predict_row(&[0.5, -1.0]).unwrap()[0]);
    /// assert!((mean - (a + b) / 2.0_f64).abs() < 1e-15);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::NoLayers`] without a network; [`NetworkError::NotAlike`] if they differ in
    /// the number of layers, in activations, inputs, outputs, units or schema;
    /// [`NetworkError::MeanOfLayer`] if a hidden layer that differs mixes its outputs, as
    /// [`Softmax`](crate::Softmax) does.
    pub fn mean_of(networks: &[Self]) -> Result<Self> {
        let first = networks.first().ok_or(NetworkError::NoLayers)?;
        if networks.len() == 1 {
            return Ok(Self { interval: None, of_errors: None, ..first.clone() });
        }
        let alike = |what, is_alike: &dyn Fn(&Self) -> bool| {
            ensure(networks.iter().all(is_alike), || NetworkError::NotAlike { what })
        };
        alike("number of layers", &|net| net.layers.len() == first.layers.len())?;
        alike("number of inputs", &|net| net.features() == first.features())?;
        alike("number of outputs", &|net| net.outputs() == first.outputs())?;
        alike("activations", &|net| {
            zip(&net.layers, &first.layers)
                .all(|(a, b)| a.activation().to_string() == b.activation().to_string())
        })?;
        alike("units", &|net| net.units_in == first.units_in && net.units_out == first.units_out)?;
        alike("schema", &|net| net.schema == first.schema)?;
        let layers_at = |index: usize| networks.iter().map(move |net| &net.layers[index]);
        let last = first.layers.len() - 1;
        let is_same = |index: &usize| layers_at(*index).all(|of| *of == first.layers[*index]);
        let same = (0..last).take_while(is_same).count();
        for (layer, of) in first.layers.iter().enumerate().take(last).skip(same) {
            ensure(of.activation().is_elementwise(), || {
                let activation = of.activation().to_string();
                NetworkError::MeanOfLayer { layer, activation }
            })?;
        }
        let mut layers = first.layers[..same].to_vec();
        for index in same..=last {
            let activation = first.layers[index].activation().clone();
            let activation = if index == last { Identity.into() } else { activation };
            layers.push(beside(layers_at(index), index == same, activation)?);
        }
        // The output layer: the mean of what each network has for each output.
        let (members, outputs) = (networks.len(), first.outputs());
        Error::check_memory::<F>(members.saturating_mul(outputs), outputs)?;
        let share = F::from_f64(1.0 / members as f64);
        let weight = |(row, output)| if row % outputs == output { share } else { F::zero() };
        let weights = Array2::from_shape_fn((members * outputs, outputs), weight);
        let activation = first.layers[last].activation().clone();
        layers.push(Dense::new(weights, Some(Array1::zeros(outputs)), activation)?);
        Ok(Self { layers, interval: None, of_errors: None, members, ..first.clone() })
    }
}

/// One layer of several, with this activation. If first, they share their inputs.
fn beside<'l, F: Float>(
    layers: impl Iterator<Item = &'l Dense<F>> + Clone,
    is_first: bool,
    activation: AnyActivation<F>,
) -> Result<Dense<F>> {
    let all = |size: fn(&Dense<F>) -> usize| layers.clone().map(size).sum();
    let first = layers.clone().next().ok_or(NetworkError::NoLayers)?;
    let (inputs, outputs) =
        (if is_first { first.inputs() } else { all(Dense::inputs) }, all(Dense::outputs));
    Error::check_memory::<F>(inputs, outputs)?;
    let (mut weights, mut bias) = (Array2::zeros((inputs, outputs)), Array1::zeros(outputs));
    let (mut row, mut column) = (0, 0);
    for layer in layers {
        let rows = Slice::from(row..row + layer.inputs());
        let columns = Slice::from(column..column + layer.outputs());
        let mut rows = weights.slice_axis_mut(Axis(0), rows);
        rows.slice_axis_mut(Axis(1), columns).assign(&layer.weights());
        if let Some(of_layer) = layer.bias() {
            bias.slice_axis_mut(Axis(0), columns).assign(&of_layer);
        }
        row += if is_first { 0 } else { layer.inputs() };
        column += layer.outputs();
    }
    Dense::new(weights, Some(bias), activation)?.with_dropout(first.dropout())
}
