//! Limited-memory BFGS.

mod line_search;

use super::{check_decay, check_positive};
use crate::exact;
use crate::{Error, Float, Result};
use line_search::{LineSearch, Trial};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Limited-memory BFGS (Liu, Nocedal 1989) with a line search for the strong Wolfe conditions (Moré, Thuente 1994): for small data.
///
/// It takes no learning rate and no batches: each iteration looks at all training rows at least once, and goes along
/// -H g, where H, an estimate of the inverse Hessian, comes from the last steps s and changes of the gradient y. On some thousand rows it often finds a
/// lower loss, in less time, than any stochastic optimizer.
///
/// [`Trainer::lbfgs`](crate::Trainer::lbfgs) trains with it; an iteration counts as an epoch.
///
/// With weight decay λ, λ/2 · Σ w² over the weights, not the biases, is added to what is minimised.
///
/// ```
/// use densely::{Dataset, Identity, Lbfgs, MeanSquaredError, Mlp, Tanh, Trainer};
/// use ndarray::Array2;
///
/// let inputs = Array2::from_shape_fn((100, 1), |(row, _)| row as f64 / 50.0 - 1.0);
/// let data = Dataset::new(inputs.clone(), inputs.mapv(|x| (3.0 * x).sin()))?;
/// let mut net = Mlp::builder(1).dense(8, Tanh).dense(1, Identity).seed(1).build()?;
/// let report = Trainer::lbfgs(MeanSquaredError, Lbfgs::new()).epochs(200).fit(&mut net, &data)?;
/// assert!(report.best_loss() < 1e-4);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Lbfgs {
    history: usize,
    tolerance: f64,
    evaluations: u64,
    weight_decay: f64,
}

impl Lbfgs {
    /// With the defaults.
    pub fn new() -> Self {
        Self { history: 20, tolerance: 1e-6, evaluations: u64::MAX, weight_decay: 0.0 }
    }

    /// How many steps H is estimated from, at least 1. Default: 20. Each takes memory for twice the parameters.
    pub fn history(mut self, steps: usize) -> Self {
        self.history = steps;
        self
    }

    /// Training has converged when no number of the gradient is larger than this. Default: 10⁻⁶.
    pub fn tolerance(mut self, largest_gradient: f64) -> Self {
        self.tolerance = largest_gradient;
        self
    }

    /// The most evaluations of loss and gradient, of which an iteration takes one or a few. Default: no limit.
    pub fn evaluations(mut self, limit: u64) -> Self {
        self.evaluations = limit;
        self
    }

    /// The weight decay λ, at least 0. Default: 0, none.
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    pub(crate) fn decay(&self) -> f64 {
        self.weight_decay
    }

    pub(crate) fn check(&self) -> Result<()> {
        let at_least_1 = |value: f64| value >= 1.0;
        Error::check_setting("history", self.history as f64, "at least 1", at_least_1)?;
        let limit = self.evaluations as f64;
        Error::check_setting("number of evaluations", limit, "at least 1", at_least_1)?;
        check_positive::<f64>("tolerance", self.tolerance)?;
        check_decay("weight decay", self.weight_decay)
    }
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self::new()
    }
}

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
