//! What an optimizer remembers from step to step.

use super::{Iteration, Optimizer};
use crate::bits;
use crate::elementary::vectorized;
use crate::error::Result;
use crate::float::Float;
use crate::parameter::Parameter;
use crate::threads::{Divisible, Threads};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What an optimizer remembers from one step to the next: the number of steps, and numbers for each
/// parameter, such as a velocity. [`Backprop`](crate::backprop::Backprop) shows a loop with it.
///
/// ```
/// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp, Sgd, optimizer::OptimizerState};
/// use ndarray::array;
///
/// // a = w x with w = 1; the gradient of the loss a² at x = 1 is 2 w.
/// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let mut backprop = Backprop::new(&net);
/// backprop.run(&mut net, &MeanSquaredError, array![[1.0]].view(), array![[0.0]].view())?;
///
/// let (sgd, mut memory) = (Sgd::new(0.25).momentum(0.5), OptimizerState::new());
/// let finite = memory.step(&sgd, backprop.parameters(&mut net))?;
/// assert!(finite);
/// assert_eq!(net.layers()[0].weights(), array![[0.5]]);         // v = 2: 1 - 0.25 · 2
/// // The same gradient at another learning rate.
/// memory.step_at(0.125, &sgd, backprop.parameters(&mut net))?;
/// assert_eq!(net.layers()[0].weights(), array![[0.125]]); // v = 0.5 · 2 + 2: 0.5 - 0.125 · 3
/// assert_eq!(memory.steps(), 2);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(bound = "F: Float")]
pub struct OptimizerState<F> {
    steps: u64,
    /// For each parameter, in blocks of its numbers: as the optimizer gets it.
    #[serde(with = "bits")]
    parameters: Vec<Vec<F>>,
    #[serde(skip)]
    threads: Threads,
}

/// How many numbers of a parameter are updated at a time: they, their gradient and what is
/// remembered stay in the nearest cache.
const BLOCK: usize = 2048;

/// An update moves four or more numbers between memory and processor for each one of a parameter,
/// and takes as long as so many multiplications.
const COST: usize = 16;

impl<F: Float> OptimizerState<F> {
    /// No steps yet.
    pub fn new() -> Self {
        Self { steps: 0, parameters: Vec::new(), threads: Threads::ONE }
    }

    /// Divides large parameters among so many threads from now on.
    pub(crate) fn set_threads(&mut self, threads: Threads) {
        self.threads = threads;
    }

    /// The number of steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether this can be the state of this optimizer for parameters of these lengths.
    pub(crate) fn fits(
        &self,
        optimizer: &dyn Optimizer<F>,
        mut lengths: impl ExactSizeIterator<Item = usize>,
    ) -> bool {
        let memories = optimizer.memories();
        self.steps == 0 && self.parameters.is_empty()
            || self.steps < u64::MAX
                && self.parameters.len() == lengths.len()
                && self.parameters.iter().all(|memory| {
                    memory.iter().all(|number| number.is_finite())
                        && lengths.next().is_some_and(|length| memory.len() == memories * length)
                })
    }

    /// One step of the optimizer at its own learning rate, for all parameters of a network. Returns
    /// whether every number of them is still finite.
    ///
    /// Pass the parameters of the same network each time, in the same order: what is remembered of
    /// a parameter whose length has changed starts at 0.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`](crate::error::Error::Setting) for a setting of the optimizer that cannot
    /// train.
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
        Ok(self.advance(learning_rate, optimizer, parameters).is_none())
    }

    /// One step. Returns the index of the first parameter with a number that is not finite.
    pub(crate) fn advance<'a>(
        &mut self,
        learning_rate: f64,
        optimizer: &dyn Optimizer<F>,
        parameters: impl Iterator<Item = Parameter<'a, F>>,
    ) -> Option<usize> {
        self.steps = self.steps.saturating_add(1);
        let step = Iteration { number: self.steps, learning_rate };
        let memories = optimizer.memories();
        let first_broken = AtomicUsize::new(usize::MAX);
        for (index, parameter) in parameters.enumerate() {
            if self.parameters.len() <= index {
                self.parameters.push(Vec::new());
            }
            let memory = &mut self.parameters[index];
            let length = parameter.values.len();
            if memory.len() != memories * length {
                *memory = vec![F::zero(); memories * length];
            }
            let blocks = Blocks { parameter, memory, memories };
            self.threads.divide(blocks, COST * length, &|_, blocks| {
                if !blocks.update(optimizer, step) {
                    first_broken.fetch_min(index, Ordering::Relaxed);
                }
            });
        }
        Some(first_broken.into_inner()).filter(|&index| index < usize::MAX)
    }
}

/// A parameter and what is remembered of it, in blocks.
struct Blocks<'a, F> {
    parameter: Parameter<'a, F>,
    memory: &'a mut [F],
    memories: usize,
}

impl<F: Float> Blocks<'_, F> {
    /// Updates one block after the other, and looks at the numbers while they are in cache.
    fn update(self, optimizer: &dyn Optimizer<F>, step: Iteration) -> bool {
        let Parameter { is_bias, values, gradient } = self.parameter;
        let mut memory = self.memory;
        let mut finite = true;
        for (values, gradient) in values.chunks_mut(BLOCK).zip(gradient.chunks(BLOCK)) {
            let (of_block, rest) = memory.split_at_mut(self.memories * values.len());
            let part = Parameter { is_bias, values: &mut *values, gradient };
            optimizer.update(step, part, of_block);
            memory = rest;
            finite &= vectorized(|| values.iter().fold(true, |all, value| all & value.is_finite()));
        }
        finite
    }
}

impl<F: Float> Divisible for Blocks<'_, F> {
    fn count(&self) -> usize {
        self.parameter.values.len().div_ceil(BLOCK)
    }

    fn split(self, first: usize) -> (Self, Self) {
        let Self { parameter: Parameter { is_bias, values, gradient }, memory, memories } = self;
        let numbers = (first * BLOCK).min(values.len());
        let (values, other_values) = values.split_at_mut(numbers);
        let (gradient, other_gradient) = gradient.split_at(numbers);
        let (memory, other_memory) = memory.split_at_mut(memories * numbers);
        let parameter = Parameter { is_bias, values, gradient };
        let others = Parameter { is_bias, values: other_values, gradient: other_gradient };
        (
            Self { parameter, memory, memories },
            Self { parameter: others, memory: other_memory, memories },
        )
    }
}
