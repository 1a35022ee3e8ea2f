//! What L-BFGS remembers, and its iterations.

use super::Lbfgs;
use super::line_search::{LineSearch, Trial};
use crate::{Float, Result, exact};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What is minimised.
pub(crate) trait Objective<F> {
    /// The value at these parameters, and its gradient.
    fn evaluate(&mut self, at: &[F], gradient: &mut [F]) -> Result<f64>;
}

/// What became of an iteration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// A lower value was found.
    Lower,
    /// The gradient is as good as zero, or no lower value can be found along it.
    Converged,
    /// The limit of evaluations was reached.
    OutOfEvaluations,
    /// The value at the start is not finite.
    NotFinite(f64),
}

/// What it remembers from one iteration to the next.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "F: Float")]
pub(crate) struct LbfgsMemory<F> {
    #[serde(with = "exact")]
    point: Vec<F>,
    #[serde(with = "exact")]
    gradient: Vec<F>,
    #[serde(with = "exact")]
    value: f64,
    evaluations: u64,
    pairs: VecDeque<Pair<F>>,
    /// Buffers, whose contents do not outlast an iteration.
    #[serde(skip)]
    direction: Vec<F>,
    #[serde(skip)]
    start: Vec<F>,
    #[serde(skip)]
    start_gradient: Vec<F>,
}

/// A step and what it changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "F: Float")]
struct Pair<F> {
    #[serde(with = "exact")]
    step: Vec<F>,
    #[serde(with = "exact")]
    change: Vec<F>,
    /// step · change.
    #[serde(with = "exact")]
    product: f64,
    #[serde(skip)]
    share: f64,
}

/// Trials of one line search.
const TRIALS: usize = 20;

impl<F: Float> LbfgsMemory<F> {
    pub(crate) fn new(parameters: usize) -> Self {
        Self {
            point: vec![F::zero(); parameters],
            gradient: vec![F::zero(); parameters],
            value: f64::NAN,
            evaluations: 0,
            pairs: VecDeque::new(),
            direction: Vec::new(),
            start: Vec::new(),
            start_gradient: Vec::new(),
        }
    }

    /// Whether it is of so many parameters.
    pub(crate) fn fits(&self, parameters: usize) -> bool {
        let pairs = self.pairs.iter().flat_map(|pair| [&pair.step, &pair.change]);
        [&self.point, &self.gradient].into_iter().chain(pairs).all(|v| v.len() == parameters)
    }

    pub(crate) fn point(&self) -> &[F] {
        &self.point
    }

    pub(crate) fn point_mut(&mut self) -> &mut [F] {
        &mut self.point
    }

    /// The value at the point.
    pub(crate) fn value(&self) -> f64 {
        self.value
    }

    /// One iteration: a direction, and a step along it to a new point.
    pub(crate) fn iterate(
        &mut self,
        lbfgs: &Lbfgs,
        objective: &mut dyn Objective<F>,
    ) -> Result<Outcome> {
        for buffer in [&mut self.direction, &mut self.start, &mut self.start_gradient] {
            buffer.resize(self.point.len(), F::zero());
        }
        if self.evaluations == 0 {
            self.evaluate(objective)?;
        }
        if !self.value.is_finite() {
            return Ok(Outcome::NotFinite(self.value));
        }
        let largest =
            self.gradient.iter().fold(0.0_f64, |largest, g| largest.max(g.as_f64().abs()));
        if largest <= lbfgs.tolerance {
            return Ok(Outcome::Converged);
        }
        self.start.copy_from_slice(&self.point);
        self.start_gradient.copy_from_slice(&self.gradient);
        let start_value = self.value;
        loop {
            if self.evaluations >= lbfgs.evaluations {
                return Ok(Outcome::OutOfEvaluations);
            }
            let found = self.search(lbfgs, objective, start_value)?;
            if found {
                self.remember(lbfgs.history);
                return Ok(Outcome::Lower);
            }
            self.point.copy_from_slice(&self.start);
            self.gradient.copy_from_slice(&self.start_gradient);
            self.value = start_value;
            if self.pairs.is_empty() || self.evaluations >= lbfgs.evaluations {
                let out = self.evaluations >= lbfgs.evaluations;
                return Ok(if out { Outcome::OutOfEvaluations } else { Outcome::Converged });
            }
            // The estimate of the Hessian may be to blame: steepest descent next.
            self.pairs.clear();
        }
    }

    /// Along one direction; whether a lower value was found, and point, gradient and value are there.
    fn search(
        &mut self,
        lbfgs: &Lbfgs,
        objective: &mut dyn Objective<F>,
        start_value: f64,
    ) -> Result<bool> {
        self.set_direction();
        let slope = dot(&self.direction, &self.start_gradient);
        if slope.is_nan() || slope >= 0.0 {
            return Ok(false);
        }
        let mut step = 1.0;
        if self.pairs.is_empty() {
            step = (1.0 / dot(&self.direction, &self.direction).sqrt()).min(1.0);
        }
        let mut search = LineSearch::new(start_value, slope, step);
        for _ in 0..TRIALS {
            let along = self.start.iter().zip(&self.direction);
            for (to, (&from, &direction)) in self.point.iter_mut().zip(along) {
                *to = from + F::from_f64(step) * direction;
            }
            self.evaluate(objective)?;
            let slope_there = dot(&self.direction, &self.gradient);
            let next = if self.value.is_finite() && slope_there.is_finite() {
                search.next(Trial { step, value: self.value, slope: slope_there })
            } else {
                // Too far: anew, with a shorter first step.
                search = LineSearch::new(start_value, slope, step / 10.0);
                Some(step / 10.0)
            };
            match next {
                None => return Ok(self.value < start_value),
                Some(_) if self.evaluations >= lbfgs.evaluations => {
                    return Ok(self.value < start_value);
                }
                Some(next) => step = next,
            }
        }
        Ok(self.value < start_value)
    }

    fn evaluate(&mut self, objective: &mut dyn Objective<F>) -> Result<()> {
        self.evaluations += 1;
        self.value = objective.evaluate(&self.point, &mut self.gradient)?;
        Ok(())
    }

    /// -H g, by the two loops of Nocedal (1980).
    fn set_direction(&mut self) {
        let Self { direction, pairs, start_gradient, .. } = self;
        for (direction, &gradient) in direction.iter_mut().zip(&*start_gradient) {
            *direction = -gradient;
        }
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

    /// The step from start to point; forgotten if it would make H indefinite.
    fn remember(&mut self, history: usize) {
        let mut pair = match self.pairs.len() >= history {
            true => self.pairs.pop_front(),
            false => None,
        }
        .unwrap_or_else(|| Pair {
            step: vec![F::zero(); self.point.len()],
            change: vec![F::zero(); self.point.len()],
            product: 0.0,
            share: 0.0,
        });
        subtract(&mut pair.step, &self.point, &self.start);
        subtract(&mut pair.change, &self.gradient, &self.start_gradient);
        pair.product = dot(&pair.step, &pair.change);
        let descent = -dot(&pair.step, &self.start_gradient);
        if pair.product > F::epsilon().as_f64() * descent {
            self.pairs.push_back(pair);
        }
    }
}

/// In 64 bits, in several sums side by side.
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

fn subtract<F: Float>(to: &mut [F], from: &[F], values: &[F]) {
    for (to, (&from, &value)) in to.iter_mut().zip(from.iter().zip(values)) {
        *to = from - value;
    }
}
