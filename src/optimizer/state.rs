//! The memory of an optimizer between steps.

use super::{Iteration, Optimizer};
use crate::{
    bits, elementary::vectorized, error::Result, float::Float, parameter::Parameter,
    threads::Threads,
};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};

/// The memory of an optimizer between steps: the number of steps, and numbers for each parameter,
/// such as a velocity. [`Backprop`](crate::backprop::Backprop) shows a loop with it.
///
/// ```
/// use densely::{
///     Backprop, Dense, Identity, MeanSquaredError, Mlp, Sgd, optimizer::OptimizerState,
/// };
/// use ndarray::array;
///
/// // a = w x with w = 1; the gradient of the loss a² at x = 1 is 2 w.
/// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let mut backprop = Backprop::new(&net);
/// backprop.run(&mut net, &MeanSquaredError, array![[1.0]].view(), array![[0.0]].view())?;
///
/// let (sgd, mut memory) = (Sgd::new(0.25).momentum(0.5), OptimizerState::new());
/// let finite = memory.step(&sgd, backprop.parameters(&mut net)?)?;
/// assert!(finite);
/// assert_eq!(net.layers()[0].weights(), array![[0.5]]); // v = 2: 1 - 0.25 · 2
/// // The same gradient at another learning rate.
/// memory.step_at(0.125, &sgd, backprop.parameters(&mut net)?)?;
/// assert_eq!(net.layers()[0].weights(), array![[0.125]]); // v = 0.5 · 2 + 2: 0.5 - 0.125 · 3
/// assert_eq!(memory.steps(), 2);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "F: Float")]
pub struct OptimizerState<F> {
    steps: u64,
    /// For each parameter, in blocks of its numbers: as the optimizer gets it.
    #[serde(with = "bits::each")]
    parameters: Vec<Vec<F>>,
}

/// How many numbers of a parameter are updated at a time: they, their gradient and the memory fit
/// into the nearest cache.
const BLOCK: usize = 2048;

/// The cost of updating one number, in multiplications: it moves four or more numbers between
/// memory and processor.
const COST: usize = 16;

impl<F: Float> OptimizerState<F> {
    /// A state before the first step.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether this can be the state for parameters of these lengths, with `memories` numbers for
    /// each of theirs.
    pub(crate) fn fits(&self, memories: usize, lengths: impl Iterator<Item = usize>) -> bool {
        let expected = lengths.map(|length| memories * length);
        let fits = self.parameters.iter().map(Vec::len).eq(expected);
        let finite = self.parameters.iter().flatten().all(|number| number.is_finite());
        self.steps == 0 && self.parameters.is_empty() || self.steps < u64::MAX && fits && finite
    }

    /// Takes one step for all parameters of a network, at the optimizer's own learning rate.
    /// Returns whether all parameters are still finite.
    ///
    /// Pass the parameters of the same network each time, in the same order. The memory of a
    /// parameter whose length has changed starts at 0 again.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting of the optimizer that cannot
    /// train.
    ///
    /// [`Error::Setting`]: crate::error::Error::Setting
    pub fn step<'a>(
        &mut self,
        optimizer: &dyn Optimizer<F>,
        parameters: impl Iterator<Item = Parameter<'a, F>>,
    ) -> Result<bool> {
        self.step_at(optimizer.learning_rate(), optimizer, parameters)
    }

    /// [`step`](Self::step) at another learning rate, as by a
    /// [`Schedule`](crate::schedule::Schedule).
    ///
    /// # Errors
    ///
    /// As [`step`](Self::step).
    pub fn step_at<'a>(
        &mut self,
        learning_rate: f64,
        optimizer: &dyn Optimizer<F>,
        parameters: impl Iterator<Item = Parameter<'a, F>>,
    ) -> Result<bool> {
        optimizer.check()?;
        Ok(self.advance((learning_rate, 1.0), optimizer, parameters, Threads::ONE))
    }

    /// Takes one step at this learning rate and with this factor of the weight decay. Returns
    /// whether all numbers are finite.
    pub(crate) fn advance<'a>(
        &mut self,
        (learning_rate, weight_decay): (f64, f64),
        optimizer: &dyn Optimizer<F>,
        parameters: impl Iterator<Item = Parameter<'a, F>>,
        threads: Threads,
    ) -> bool {
        self.steps = self.steps.saturating_add(1);
        let number = self.steps;
        let memories = optimizer.memories();
        let finite = AtomicBool::new(true);
        for (index, parameter) in parameters.enumerate() {
            if self.parameters.len() <= index {
                self.parameters.push(Vec::new());
            }
            let Parameter { is_bias, rate_factors, .. } = parameter;
            let rate = learning_rate * rate_factors.of(is_bias);
            let decay = weight_decay * rate_factors.decay;
            let step = Iteration { number, learning_rate: rate, weight_decay: decay };
            let memory = &mut self.parameters[index];
            let numbers = parameter.values.len();
            if memory.len() != memories * numbers {
                *memory = vec![F::zero(); memories * numbers];
            }
            if rate_factors.of(is_bias) == 0.0 {
                continue;
            }
            let length = threads.length(numbers, BLOCK, COST * numbers);
            threads.each(parts(parameter, memory, length), &|(parameter, memory)| {
                if !update(optimizer, step, parameter, memory) {
                    finite.store(false, Ordering::Relaxed);
                }
            });
        }
        finite.into_inner()
    }
}

/// Parts of a parameter of `length` numbers, each with its memory; only the last may be shorter.
fn parts<'p, F>(
    Parameter { is_bias, values, gradient, rate_factors }: Parameter<'p, F>,
    memory: &'p mut [F],
    length: usize,
) -> impl Iterator<Item = (Parameter<'p, F>, &'p mut [F])> {
    let memories = memory.len().checked_div(values.len()).unwrap_or(0);
    let mut memory = memory.chunks_mut((memories * length).max(1));
    let values = values.chunks_mut(length).zip(gradient.chunks(length));
    values.map(move |(values, gradient)| {
        let parameter = Parameter { is_bias, values, gradient, rate_factors };
        (parameter, memory.next().unwrap_or_default())
    })
}

/// Updates a part of a parameter, block by block. Returns whether all numbers are finite, which it
/// checks while they are in cache.
fn update<F: Float>(
    optimizer: &dyn Optimizer<F>,
    step: Iteration,
    parameter: Parameter<'_, F>,
    memory: &mut [F],
) -> bool {
    let mut finite = true;
    for (parameter, memory) in parts(parameter, memory, BLOCK) {
        let Parameter { is_bias, values, gradient, rate_factors } = parameter;
        let part = Parameter { is_bias, values: &mut *values, gradient, rate_factors };
        optimizer.update(step, part, memory);
        finite &= vectorized(|| values.iter().fold(true, |all, value| all & value.is_finite()));
    }
    finite
}
