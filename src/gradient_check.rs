//! Comparison of analytic with numeric gradients.

mod comparison;
pub(crate) mod error;

use crate::backprop::Backprop;
use crate::backprop::Dropout;
use crate::error::{Error, GradientCheckError, Result};
use crate::loss::Loss;
use crate::mlp::Mlp;
use comparison::{Comparison, compare};
use ndarray::ArrayView2;

/// The result of a [`gradient_check`] that found nothing wrong.
///
/// ```
/// use densely::{Identity, MeanSquaredError, Mlp, Tanh, gradient_check};
/// use ndarray::array;
///
/// let mut net = Mlp::builder(2).dense(3, Tanh).dense(1, Identity).build()?;
/// let (inputs, targets) = (array![[0.5, -1.0]], array![[1.0]]);
/// let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
/// assert_eq!((check.compared, check.kinks.len()), (net.parameters(), 0));
/// assert!(check.largest_error < 1e-6);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GradientCheck {
    /// How many parameters were compared.
    pub compared: usize,
    /// The parameters at a kink of the loss, where there is no derivative to compare with.
    pub kinks: Vec<Kink>,
    /// The largest relative difference between analytic and numeric gradient, beyond what rounding
    /// explains: often exactly 0.
    pub largest_error: f64,
}

/// A parameter at which the loss has a kink: its slopes to the left and to the right differ.
///
/// ```
/// use densely::{Dense, MeanSquaredError, Mlp, Relu, gradient_check};
/// use ndarray::array;
///
/// // ((max(0, w₀) - 1)² + (max(0, w₁) - 3)²) / 2 has a kink at w₀ = 0.
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[0.0, 1.0]], None, Relu)?])?;
/// let (inputs, targets) = (array![[1.0]], array![[1.0, 3.0]]);
/// let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
/// let kink = &check.kinks[0];
/// assert_eq!((kink.layer, kink.parameter, &kink.index[..]), (0, "weight", &[0, 0][..]));
/// approx::assert_abs_diff_eq!(kink.left, 0.0, epsilon = 1e-6);
/// approx::assert_abs_diff_eq!(kink.right, -1.0, epsilon = 1e-5);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Kink {
    /// The layer, counted from 0.
    pub layer: usize,
    /// "weight" or "bias".
    pub parameter: &'static str,
    /// \[input, output\] of a weight, \[output\] of a bias, counted from 0.
    pub index: Vec<usize>,
    /// The slope to the left.
    pub left: f64,
    /// The slope to the right.
    pub right: f64,
}

/// Compares the gradient of every weight and bias by backpropagation with central differences of
/// the loss.
///
/// It works for any network and loss, and finds wrong derivatives of your own activations and
/// losses. It needs `f64`, since the differences of an `f32` loss vanish in rounding.
///
/// The numeric derivative is (8 (L(w+h) - L(w-h)) - (L(w+2h) - L(w-2h))) / 12h with h = 10⁻³ ·
/// max(1, |w|); the error of this five-point formula is of the order h⁴. The two must agree to 10⁻⁶
/// of the larger, beyond the effect of rounding: some 10⁻¹² of the loss. If they do not, shorter
/// steps h / 10, h / 100, … follow: large inputs may bend the loss within the first step, or a
/// kink, such as a rectifier's at 0, may lie in it.
///
/// With dropout, one mask is drawn and used throughout.
///
/// A parameter on a kink, or too near one to measure its slope, is reported as a [`Kink`] and not
/// compared, if the analytic gradient lies between the slopes to the left and to the right. If the
/// two gradients agree at a kink, as at the minimum of |w|, where both are 0, it counts as
/// compared.
///
/// ```
/// use densely::{MeanSquaredError, Mlp, Sigmoid, Softmax, gradient_check};
/// use ndarray::array;
///
/// let mut net = Mlp::builder(2).dense(3, Sigmoid).dense(2, Softmax).seed(1).build()?;
/// let (inputs, targets) = (array![[0.5, -1.0], [2.0, 0.3]], array![[1.0, 0.0], [0.0, 1.0]]);
/// let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
/// assert_eq!(check.compared, net.parameters());
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// [`GradientCheckError::WrongGradient`] names the first parameter whose gradients disagree, and
/// both numbers. [`GradientCheckError::ZeroGradient`] names a layer of which nothing is proved,
/// since all its gradients are zero, hidden by rounding, or at kinks. [`Error::NotFinite`] if the
/// loss is not finite. Else as [`Backprop::run`]. The network's parameters are unchanged in each
/// case.
#[inline] // It is not generic: this spares programs that do not check its compilation.
pub fn gradient_check(
    net: &mut Mlp<f64>,
    loss: &dyn Loss<f64>,
    inputs: ArrayView2<'_, f64>,
    targets: ArrayView2<'_, f64>,
) -> Result<GradientCheck> {
    let mut backprop = Backprop::new(net);
    let at_rest = backprop.run(net, loss, inputs, targets)?;
    if !at_rest.is_finite() {
        return Err(Error::NotFinite { what: "the loss", value: at_rest });
    }
    let outputs = net.layers().last().and_then(|layer| layer.cached_output().pow2().mean());
    let outputs = outputs.map_or(0.0, f64::sqrt);
    // A copy, so that an error midway leaves the caller's network as it was.
    let mut moved = net.clone();
    let mut found = GradientCheck { compared: 0, kinks: Vec::new(), largest_error: 0.0 };
    let gradients = backprop.gradients().to_vec();
    for (layer, gradient) in gradients.iter().enumerate() {
        let biases =
            gradient.bias().into_iter().flat_map(|bias| bias.into_iter().copied().enumerate());
        let weights = gradient.weights();
        let places = weights
            .indexed_iter()
            .map(|((input, output), &analytic)| (Place::Weight(input, output), analytic))
            .chain(biases.map(|(output, analytic)| (Place::Bias(output), analytic)));
        let mut proved = false;
        for (place, analytic) in places {
            let resting = place.read(&moved, layer);
            let mut slope = |moved_to: f64| -> Result<f64> {
                place.write(&mut moved, layer, moved_to);
                let value = backprop.loss_with(&mut moved, loss, inputs, targets, Dropout::Kept);
                place.write(&mut moved, layer, resting);
                value
            };
            let comparison = compare(analytic, resting, at_rest, outputs, &mut slope)?;
            let (parameter, index) = (place.name(), place.index());
            match comparison {
                Comparison::Equal { error, proved: this } => {
                    found.compared += 1;
                    found.largest_error = found.largest_error.max(error);
                    proved |= this;
                }
                Comparison::Kink { left, right } => {
                    found.kinks.push(Kink { layer, parameter, index, left, right });
                }
                Comparison::Different { numeric } => {
                    return Err(Error::GradientCheck(GradientCheckError::WrongGradient {
                        layer,
                        parameter,
                        index,
                        analytic,
                        numeric,
                    }));
                }
            }
        }
        if !proved {
            return Err(Error::GradientCheck(GradientCheckError::ZeroGradient { layer }));
        }
    }
    Ok(found)
}

/// The place of a parameter in a layer.
#[derive(Clone, Copy)]
enum Place {
    Weight(usize, usize),
    Bias(usize),
}

impl Place {
    fn read(self, net: &Mlp<f64>, layer: usize) -> f64 {
        let layer = &net.layers()[layer];
        match self {
            Self::Weight(input, output) => layer.weights()[[input, output]],
            Self::Bias(output) => layer.bias().map_or(0.0, |bias| bias[output]),
        }
    }

    fn write(self, net: &mut Mlp<f64>, layer: usize, value: f64) {
        let layer = &mut net.layers_mut()[layer];
        match self {
            Self::Weight(input, output) => layer.weights_mut()[[input, output]] = value,
            Self::Bias(output) => {
                if let Some(mut bias) = layer.bias_mut() {
                    bias[output] = value;
                }
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Weight(..) => "weight",
            Self::Bias(_) => "bias",
        }
    }

    fn index(self) -> Vec<usize> {
        match self {
            Self::Weight(input, output) => vec![input, output],
            Self::Bias(output) => vec![output],
        }
    }
}
