//! Comparison of one parameter's analytic gradient with the losses around it.

use crate::error::Result;

/// The largest difference of the two gradients, relative to the larger.
const TOLERANCE: f64 = 1e-6;

/// The first step relative to max(1, |parameter|), which balances the formula's error with
/// rounding, and the number of further steps, each a tenth of the one before.
const FIRST_STEP: f64 = 1e-3;
const STEPS: i32 = 8;

/// The result for one parameter. `proved`: the gradient is larger than rounding.
pub(super) enum Comparison {
    Equal { error: f64, proved: bool },
    Kink { left: f64, right: f64 },
    Different { numeric: f64 },
}

/// Compares the analytic gradient with numeric ones at shorter and shorter steps. `outputs` is the
/// root mean square of the network's outputs.
///
/// The gradient is right at the first step at which the two agree; at shorter steps only if
/// rounding has left enough digits. It is wrong if two steps in a row show the same slope and a
/// smooth loss, and the analytic gradient differs. If neither happens, the parameter is on a kink
/// or too near one.
#[inline]
pub(super) fn compare(
    analytic: f64,
    resting: f64,
    at_rest: f64,
    outputs: f64,
    loss_at: &mut impl FnMut(f64) -> Result<f64>,
) -> Result<Comparison> {
    let scale = resting.abs().max(1.0);
    let mut before: Option<Estimate> = None;
    for k in 0..=STEPS {
        let step = FIRST_STEP * scale * 10.0_f64.powi(-k);
        let estimate = Estimate::at(resting, at_rest, step, (scale, outputs), loss_at)?;
        let precise = estimate.rounding <= 1e-3 * analytic.abs() || estimate.slope == analytic;
        if (k == 0 || precise) && estimate.agrees_with(analytic).is_some() {
            return Ok(estimate.compared_with(analytic));
        }
        if let Some(before) = before.filter(|before| before.is_confirmed_by(&estimate)) {
            return Ok(before.compared_with(analytic));
        }
        before = Some(estimate);
    }
    let mut one_sided = |step: f64| -> Result<(f64, f64)> {
        let left = (at_rest - loss_at(resting - step)?) / step;
        let right = (loss_at(resting + step)? - at_rest) / step;
        Ok((left, right))
    };
    let step = 1e-6 * scale;
    let (far_left, far_right) = one_sided(10.0 * step)?;
    let (left, right) = one_sided(step)?;
    // The error of a one-sided slope is half the curvature times the step.
    let curvature = (far_left - left).abs().max((far_right - right).abs());
    let slack = curvature + 50.0 * f64::EPSILON * at_rest.abs() / step;
    let (least, most) = (left.min(right) - slack, left.max(right) + slack);
    if (least..=most).contains(&analytic) {
        return Ok(Comparison::Kink { left, right });
    }
    Ok(Comparison::Different { numeric: f64::midpoint(left, right) })
}

/// A numeric derivative, by the five-point formula.
#[derive(Clone, Copy)]
struct Estimate {
    slope: f64,
    /// The largest effect of rounding on the slope.
    rounding: f64,
    /// The difference of the slopes to the left and to the right over this step.
    jump: f64,
}

impl Estimate {
    fn at(
        resting: f64,
        at_rest: f64,
        step: f64,
        (scale, outputs): (f64, f64),
        loss_at: &mut impl FnMut(f64) -> Result<f64>,
    ) -> Result<Self> {
        let mut shifted = |steps: f64| loss_at(resting + steps * step);
        let (right, left) = (shifted(1.0)?, shifted(-1.0)?);
        let (far_right, far_left) = (shifted(2.0)?, shifted(-2.0)?);
        let slope = (8.0 * (right - left) - (far_right - far_left)) / (12.0 * step);
        let jump = (right + left - 2.0 * at_rest).abs() / step;
        // A loss is a sum of many rounded terms: some fifty units in its last place. If it is
        // almost 0, the rounding of the outputs still moves its slope, through the curvature, by
        // about as much as for a squared error.
        let largest = [at_rest, right, left, far_right, far_left].map(f64::abs);
        let largest = largest.into_iter().fold(0.0, f64::max);
        let curvature = jump / step;
        let of_outputs = curvature.sqrt() * outputs + curvature * scale;
        let rounding = f64::EPSILON * (50.0 * largest / step + 10.0 * of_outputs);
        Ok(Self { slope, rounding, jump })
    }

    fn compared_with(&self, analytic: f64) -> Comparison {
        let proved = analytic.abs() > 10.0 * self.rounding;
        match self.agrees_with(analytic) {
            Some(error) => Comparison::Equal { error, proved },
            None => Comparison::Different { numeric: self.slope },
        }
    }

    /// The difference relative to the larger and beyond rounding, if it is within the tolerance.
    /// NaN agrees with nothing.
    fn agrees_with(&self, slope: f64) -> Option<f64> {
        let larger = slope.abs().max(self.slope.abs());
        let difference = (slope - self.slope).abs();
        if difference <= self.rounding {
            return Some(0.0);
        }
        let relative = (difference - self.rounding) / larger;
        (relative <= TOLERANCE).then_some(relative)
    }

    /// Whether a tenth of the step shows the same slope and a smooth loss: there is no kink within.
    fn is_confirmed_by(&self, shorter: &Self) -> bool {
        let smooth = shorter.jump <= 0.3 * self.jump + shorter.rounding;
        smooth && shorter.agrees_with(self.slope).is_some()
    }
}
