//! The iterations of L-BFGS and its memory.

use super::Lbfgs;
use super::line_search::{LineSearch, Trial};
use crate::{bits, error::Result, float::Float};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The result of an iteration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// A lower value was found.
    Lower,
    /// The gradient is within the tolerance, or the line search finds no lower value.
    Converged,
    /// The limit of evaluations was reached.
    OutOfEvaluations,
    /// The value at the start, given here, or its gradient is not finite.
    NotFinite(f64),
}

/// The function to minimise: it returns the value at some parameters, and writes its gradient.
type Objective<'o, F> = &'o mut dyn FnMut(&[F], &mut [F]) -> Result<f64>;

/// The state from one iteration to the next.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "F: Float")]
pub(crate) struct LbfgsMemory<F: Float> {
    /// Not saved: the network has the parameters, and the objective tells the rest.
    #[serde(skip)]
    pub(crate) here: Place<F>,
    evaluations: u64,
    pairs: VecDeque<Pair<F>>,
    /// Buffers, used only within an iteration.
    #[serde(skip)]
    direction: Vec<F>,
    #[serde(skip)]
    start: Place<F>,
    #[serde(skip)]
    lowest: Place<F>,
    #[serde(skip)]
    spare: Pair<F>,
}

/// Parameters, and the value and gradient there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place<F> {
    pub(crate) point: Vec<F>,
    /// Empty before the first evaluation of a training.
    gradient: Vec<F>,
    pub(crate) value: f64,
}

impl<F: Float> Place<F> {
    /// Does not allocate if there is room.
    fn copy_from(&mut self, other: &Self) {
        self.point.clone_from(&other.point);
        self.gradient.clone_from(&other.gradient);
        self.value = other.value;
    }

    pub(crate) fn gradient_norm(&self) -> f64 {
        dot(&self.gradient, &self.gradient).sqrt()
    }
}

/// A step and the change of the gradient along it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "F: Float")]
struct Pair<F> {
    #[serde(with = "bits")]
    step: Vec<F>,
    #[serde(with = "bits")]
    change: Vec<F>,
    /// step · change.
    #[serde(with = "bits")]
    product: f64,
    #[serde(skip)]
    share: f64,
}

/// The largest number of trials in a line search.
const TRIALS: usize = 20;

impl<F: Float> LbfgsMemory<F> {
    /// Whether this can be the state for this number of parameters.
    pub(crate) fn fits(&self, parameters: usize) -> bool {
        self.pairs.iter().all(|Pair { step, change, product, .. }| {
            let fits = |v: &Vec<F>| v.len() == parameters && v.iter().all(|x| x.is_finite());
            *product > 0.0 && product.is_finite() && fits(step) && fits(change)
        })
    }

    /// Begins a training, whose objective may be another than before.
    pub(crate) fn forget_value(&mut self) {
        self.here.gradient.clear();
    }

    /// Begins an iteration at these parameters, where the last iteration ended.
    pub(crate) fn begin_at<'p>(&mut self, parameters: impl Iterator<Item = &'p F>) {
        self.here.point.clear();
        self.here.point.extend(parameters);
    }

    /// One iteration: a direction, and a step along it to a new point.
    pub(crate) fn iterate(
        &mut self,
        lbfgs: &Lbfgs,
        objective: Objective<'_, F>,
    ) -> Result<Outcome> {
        if self.here.gradient.is_empty() {
            // After a resumption this is the last evaluation of before again, and not counted.
            self.evaluations = self.evaluations.max(1);
            self.here.gradient.resize(self.here.point.len(), F::zero());
            self.here.value = objective(&self.here.point, &mut self.here.gradient)?;
        }
        let finite = self.here.gradient.iter().all(|g| g.is_finite());
        if !finite || !self.here.value.is_finite() {
            return Ok(Outcome::NotFinite(self.here.value));
        }
        let sizes = self.here.gradient.iter().map(|g| g.as_f64().abs());
        if sizes.fold(0.0, f64::max) <= lbfgs.tolerance {
            return Ok(Outcome::Converged);
        }
        self.start.copy_from(&self.here);
        loop {
            if self.evaluations >= lbfgs.evaluations {
                return Ok(Outcome::OutOfEvaluations);
            }
            if self.search(lbfgs, objective)? {
                self.remember(lbfgs.history);
                return Ok(Outcome::Lower);
            }
            self.here.copy_from(&self.start);
            if self.pairs.is_empty() && self.evaluations < lbfgs.evaluations {
                return Ok(Outcome::Converged);
            }
            // The estimate of the Hessian may be bad: steepest descent next.
            self.pairs.clear();
        }
    }

    /// Searches along one direction from the start. Returns whether it found a lower value.
    fn search(&mut self, lbfgs: &Lbfgs, objective: Objective<'_, F>) -> Result<bool> {
        self.set_direction();
        let slope = dot(&self.direction, &self.start.gradient);
        if slope.is_nan() || slope >= 0.0 {
            return Ok(false);
        }
        // A step of length 1 if there is no estimate of the Hessian yet.
        let known = !self.pairs.is_empty();
        let length = dot(&self.direction, &self.direction).sqrt();
        let mut step = if known { 1.0 } else { 1.0 / length };
        let mut search = LineSearch::new(self.start.value, slope, step);
        self.lowest.copy_from(&self.start);
        for _ in 0..TRIALS {
            let along = self.start.point.iter().zip(&self.direction);
            for (to, (&from, &direction)) in self.here.point.iter_mut().zip(along) {
                *to = from + F::from_f64(step) * direction;
            }
            self.evaluations = self.evaluations.saturating_add(1);
            self.here.value = objective(&self.here.point, &mut self.here.gradient)?;
            let value = self.here.value;
            let slope_there = dot(&self.direction, &self.here.gradient);
            let next = if value.is_finite() && slope_there.is_finite() {
                if value < self.lowest.value {
                    self.lowest.copy_from(&self.here);
                }
                search.next(Trial { step, value, slope: slope_there })
            } else {
                // Too far: a new search with a shorter first step.
                search = LineSearch::new(self.start.value, slope, step / 10.0);
                Some(step / 10.0)
            };
            match next {
                // The step that meets the conditions need not be the lowest.
                None if value < self.start.value => return Ok(true),
                // Near the minimum, rounding hides the decrease.
                None if value == self.start.value && self.is_flatter() => return Ok(true),
                Some(next) if self.evaluations < lbfgs.evaluations => step = next,
                _ => break,
            }
        }
        self.here.copy_from(&self.lowest);
        Ok(self.here.value < self.start.value)
    }

    fn is_flatter(&self) -> bool {
        let (here, start) = (&self.here.gradient, &self.start.gradient);
        dot(here, here) < dot(start, start)
    }

    /// -H g, by the two loops of Nocedal (1980).
    fn set_direction(&mut self) {
        let Self { direction, pairs, start, .. } = self;
        direction.clear();
        direction.extend(start.gradient.iter().map(|&gradient| -gradient));
        for pair in pairs.iter_mut().rev() {
            pair.share = dot(&pair.step, direction) / pair.product;
            add(direction, -pair.share, &pair.change);
        }
        if let Some(last) = pairs.back() {
            let scale = F::from_f64(last.product / dot(&last.change, &last.change));
            direction.iter_mut().for_each(|direction| *direction *= scale);
        }
        for pair in pairs.iter() {
            let share = pair.share - dot(&pair.change, direction) / pair.product;
            add(direction, share, &pair.step);
        }
    }

    /// The step from start to here, unless it would make H indefinite.
    fn remember(&mut self, history: usize) {
        let Self { here, start, pairs, spare: pair, .. } = self;
        subtract(&mut pair.step, &here.point, &start.point);
        subtract(&mut pair.change, &here.gradient, &start.gradient);
        pair.product = dot(&pair.step, &pair.change);
        let descent = -dot(&pair.step, &start.gradient);
        if pair.product > F::epsilon().as_f64() * descent {
            pairs.push_back(std::mem::take(pair));
        }
        while pairs.len() > history {
            *pair = pairs.pop_front().unwrap_or_default();
        }
    }
}

/// a · b in `f64`, in eight sums side by side.
fn dot<F: Float>(a: &[F], b: &[F]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0_f64; 8];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a.as_f64() * b.as_f64();
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a.as_f64() * b.as_f64());
    sums.iter().sum::<f64>() + rest.sum::<f64>()
}

fn add<F: Float>(to: &mut [F], factor: f64, values: &[F]) {
    let factor = F::from_f64(factor);
    to.iter_mut().zip(values).for_each(|(to, &value)| *to += factor * value);
}

fn subtract<F: Float>(to: &mut Vec<F>, from: &[F], values: &[F]) {
    to.clear();
    to.extend(from.iter().zip(values).map(|(&from, &value)| from - value));
}
