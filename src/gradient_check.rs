//! Comparison of analytic with numeric gradients.

mod comparison;
pub(crate) mod error;

use crate::backprop::{Backprop, Dropout};
use crate::error::GradientCheckError::{WrongGradient, ZeroGradient};
use crate::error::{Error, Result, check::ensure};
use crate::{loss::Loss, mlp::Mlp};
use comparison::{Comparison, compare};
use ndarray::ArrayView2;
use std::iter::zip;

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
    /// The largest relative difference between analytic and numeric gradient, less the effect of
    /// rounding. It is often exactly 0.
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
    /// "weight", "bias" or "input factor".
    pub parameter: &'static str,
    /// \[input, output\] of a weight, \[output\] of a bias, \[input\] of an input factor, counted
    /// from 0.
    pub index: Vec<usize>,
    /// The slope to the left.
    pub left: f64,
    /// The slope to the right.
    pub right: f64,
}

/// Compares the gradient of every weight, bias and input factor by backpropagation with central
/// differences of the loss.
///
/// It works for any network and loss, and finds wrong derivatives of your own activations and
/// losses. It needs `f64`, since the differences of an `f32` loss vanish in rounding.
///
/// The numeric derivative is (8 (L(w+h) - L(w-h)) - (L(w+2h) - L(w-2h))) / 12h with
/// h = 10⁻³ · max(1, |w|); the error of this five-point formula is of the order h⁴. The two
/// gradients must agree to 10⁻⁶ of the larger one, plus the effect of rounding, about 10⁻¹²
/// of the loss. If they do not, shorter steps h / 10, h / 100, … follow, since the loss may bend
/// within a long step, or have a kink there, such as a rectifier's at 0.
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
/// [`WrongGradient`] names the first parameter whose gradients disagree, and both numbers.
/// [`ZeroGradient`] names a layer whose gradients are all zero, hidden by rounding, or at kinks, so
/// that the check proves nothing. [`Error::NotFinite`] if the loss is not finite. Other errors are
/// those of [`Backprop::run`]. The network's parameters never change.
#[inline] // It is not generic: this spares programs that do not check its compilation.
pub fn gradient_check(
    net: &mut Mlp<f64>,
    loss: &dyn Loss<f64>,
    inputs: ArrayView2<'_, f64>,
    targets: ArrayView2<'_, f64>,
) -> Result<GradientCheck> {
    let mut backprop = Backprop::new(net);
    let at_rest = backprop.run(net, loss, inputs, targets)?;
    Error::check_each_finite("the loss", [at_rest].into_iter())?;
    let outputs = net.layers().last().and_then(|layer| layer.cached_output().pow2().mean());
    let outputs = outputs.map_or(0.0, f64::sqrt);
    // A copy, so that an error midway leaves the caller's network as it was.
    let mut moved = net.clone();
    let mut found = GradientCheck { compared: 0, kinks: Vec::new(), largest_error: 0.0 };
    let gradients = backprop.gradients().to_vec();
    let layers = zip(&gradients, net.layers()).enumerate();
    // Layers that are frozen together with all before them have no gradient.
    let trained = layers.skip_while(|(_, (_, layer))| layer.is_frozen());
    for (layer, (gradient, at_rest_layer)) in trained {
        let (weights, columns) = (at_rest_layer.weights().len(), at_rest_layer.outputs());
        let biases = at_rest_layer.bias().map_or(0, |bias| bias.len());
        let values = at_rest_layer.parameter_slices().flatten();
        let mut proved = false;
        for (place, (&analytic, &resting)) in zip(gradient.slices().flatten(), values).enumerate() {
            let mut loss_at = |value: f64| -> Result<f64> {
                set(&mut moved, layer, place, value);
                let loss = backprop.loss_with(&mut moved, loss, inputs, targets, Dropout::Kept);
                set(&mut moved, layer, place, resting);
                loss
            };
            let comparison = compare(analytic, resting, at_rest, outputs, &mut loss_at)?;
            // The weights come first, then the bias, then the factors of the inputs.
            let (parameter, index) = match place.checked_sub(weights) {
                None => ("weight", vec![place / columns, place % columns]),
                Some(output) if output < biases => ("bias", vec![output]),
                Some(place) => ("input factor", vec![place - biases]),
            };
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
                    return Err(WrongGradient { layer, parameter, index, analytic, numeric }.into());
                }
            }
        }
        ensure(proved, || ZeroGradient { layer })?;
    }
    Ok(found)
}

fn set(net: &mut Mlp<f64>, layer: usize, place: usize, value: f64) {
    if let Some(number) = net.layers_mut()[layer].parameter_slices_mut().flatten().nth(place) {
        *number = value;
    }
}
