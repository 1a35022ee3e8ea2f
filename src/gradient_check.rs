//! Analytic against numeric gradients.

use crate::{Backprop, Error, Loss, Mlp, Result};
use ndarray::ArrayView2;

/// What [`gradient_check`] found where it found nothing wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GradientCheck {
    /// How many parameters were compared.
    pub compared: usize,
    /// The parameters at a kink of the loss, where there is no derivative to compare with.
    pub kinks: Vec<Kink>,
    /// The largest relative difference between analytic and numeric gradient.
    pub largest_error: f64,
}

/// A parameter at which the loss has a kink: its slopes to the left and to the right differ.
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

/// Compares the gradient of every weight and bias, as backpropagation computes it, with central differences of the loss.
///
/// For any network and loss, activations and losses of your own included: a wrong derivative fails here. In `f64`, since
/// rounding drowns the differences of an `f32` loss.
///
/// The numeric derivative is the five-point formula (8 (L(w+h) - L(w-h)) - (L(w+2h) - L(w-2h))) / 12h, whose error is of the
/// order h⁴; h = 10⁻³ · max(1, |w|) balances it with rounding. The two must agree to 10⁻⁶ of the larger of them, beyond what rounding of
/// the loss does to the numeric one: some 10⁻¹² of the loss.
///
/// Where they do not, and another step gives another slope, there is a kink nearby, such as a rectifier's at 0. The comparison is then
/// made with a step of 10⁻⁶. At the kink itself, or so near that rounding hides the slope, the parameter is reported as a
/// [`Kink`] and not compared, if the analytic gradient lies between the slopes to the left and to the right.
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
/// [`Error::WrongGradient`] names the first parameter whose gradients disagree, and both numbers.
/// [`Error::ZeroGradient`] if all gradients are zero, or no parameter could be compared: nothing would be proved.
/// [`Error::NotFinite`] if the loss is not finite. Else as [`Backprop::run`]. The network's parameters are unchanged in each case.
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
    // A copy, so that a loss or activation that fails midway leaves the caller's network as it was.
    let mut moved = net.clone();
    let mut found = GradientCheck { compared: 0, kinks: Vec::new(), largest_error: 0.0 };
    let mut all_zero = true;
    let gradients = backprop.gradients().to_vec();
    for (layer, gradient) in gradients.iter().enumerate() {
        let biases = gradient.bias.iter().flat_map(|bias| bias.indexed_iter());
        let weights = gradient.weights.indexed_iter();
        let places = weights
            .map(|((input, output), &analytic)| (Place::Weight(input, output), analytic))
            .chain(biases.map(|(output, &analytic)| (Place::Bias(output), analytic)));
        for (place, analytic) in places {
            let resting = place.read(&moved, layer);
            let mut slope = |moved_to: f64| -> Result<f64> {
                place.write(&mut moved, layer, moved_to);
                let value = backprop.loss(&mut moved, loss, inputs, targets);
                place.write(&mut moved, layer, resting);
                value
            };
            match compare(analytic, resting, at_rest, &mut slope)? {
                Comparison::Equal { error } => {
                    found.compared += 1;
                    found.largest_error = found.largest_error.max(error);
                    all_zero &= analytic == 0.0;
                }
                Comparison::Kink { left, right } => {
                    let (parameter, index) = (place.name(), place.index());
                    found.kinks.push(Kink { layer, parameter, index, left, right });
                }
                Comparison::Different { numeric } => {
                    let (parameter, index) = (place.name(), place.index());
                    return Err(Error::WrongGradient {
                        layer,
                        parameter,
                        index,
                        analytic,
                        numeric,
                    });
                }
            }
        }
    }
    if all_zero { Err(Error::ZeroGradient) } else { Ok(found) }
}

/// How far apart the two gradients may be, relative to the larger.
const TOLERANCE: f64 = 1e-6;

/// What the comparison for one parameter came to.
enum Comparison {
    Equal { error: f64 },
    Kink { left: f64, right: f64 },
    Different { numeric: f64 },
}

fn compare(
    analytic: f64,
    resting: f64,
    at_rest: f64,
    loss_at: &mut impl FnMut(f64) -> Result<f64>,
) -> Result<Comparison> {
    let scale = resting.abs().max(1.0);
    let mut five_point = |step: f64| -> Result<Estimate> {
        let mut central =
            |step: f64| -> Result<f64> { Ok(loss_at(resting + step)? - loss_at(resting - step)?) };
        let slope = (8.0 * central(step)? - central(2.0 * step)?) / (12.0 * step);
        // Each loss is a sum of many rounded terms: some ten units in its last place.
        Ok(Estimate { slope, rounding: 10.0 * f64::EPSILON * at_rest.abs() / step })
    };
    let (numeric, halved) = (five_point(1e-3 * scale)?, five_point(0.5e-3 * scale)?);
    if let Some(error) = numeric.agrees_with(analytic) {
        return Ok(Comparison::Equal { error });
    }
    let different = Comparison::Different { numeric: numeric.slope };

    // At a kink the slopes of the two sides differ by as much however short the step; elsewhere by a tenth at a tenth of it.
    let step = 1e-6 * scale;
    let near = five_point(step)?;
    let mut one_sided = |step: f64| -> Result<(f64, f64)> {
        let left = (at_rest - loss_at(resting - step)?) / step;
        let right = (loss_at(resting + step)? - at_rest) / step;
        Ok((left, right))
    };
    let (far_left, far_right) = one_sided(10.0 * step)?;
    let (left, right) = one_sided(step)?;
    let jump = (right - left).abs();
    let at_kink = jump > near.rounding && jump > 0.5 * (far_right - far_left).abs();
    let lies_between =
        left.min(right) - near.rounding <= analytic && analytic <= left.max(right) + near.rounding;
    if at_kink {
        return Ok(if lies_between { Comparison::Kink { left, right } } else { different });
    }

    // Where the loss is smooth, half the step gives the same slope; not so where the step crosses a kink nearby.
    let moved = (halved.slope - numeric.slope).abs();
    if moved <= 0.1 * (analytic - numeric.slope).abs() + halved.rounding {
        return Ok(different);
    }
    Ok(match near.agrees_with(analytic) {
        None => different,
        // A parameter that moves nothing has a gradient of exactly 0.
        Some(error) if near.slope == analytic => Comparison::Equal { error },
        // As long as rounding leaves three digits of the slope to compare.
        Some(error) if near.rounding < 1e-3 * analytic.abs() => Comparison::Equal { error },
        Some(_) => Comparison::Kink { left, right },
    })
}

/// A numeric derivative, and how far rounding may have moved it.
struct Estimate {
    slope: f64,
    rounding: f64,
}

impl Estimate {
    /// How far the two are apart, relative to the larger and beyond rounding, if that is little enough.
    fn agrees_with(&self, slope: f64) -> Option<f64> {
        let larger = slope.abs().max(self.slope.abs());
        let difference = ((slope - self.slope).abs() - self.rounding).max(0.0);
        (difference <= TOLERANCE * larger)
            .then(|| if larger > 0.0 { difference / larger } else { 0.0 })
    }
}

/// Where in a layer a parameter stands.
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
