//! What an optimizer remembers.

use super::Optimizer;
use crate::elementary::vectorized;
use crate::threads::{Divisible, Threads};
use crate::{Float, Parameter, Result};
use std::sync::atomic::{AtomicBool, Ordering};

/// What an optimizer remembers of each parameter from one step to the next: nothing at first.
///
/// The loop in [`Backprop`](crate::Backprop) uses one.
#[derive(Clone, Debug, Default)]
pub struct Memory<F> {
    /// For each parameter, block by block of its numbers: as the optimizer is given it.
    parameters: Vec<Vec<F>>,
    threads: Threads,
}

/// So many numbers of a parameter are updated at a time: they, their gradient and what is remembered stay in the nearest cache.
const BLOCK: usize = 2048;

/// An update moves four or more numbers between memory and processor for each one of a parameter, and takes as long as so many multiplications.
const COST: usize = 16;

impl<F: Float> Memory<F> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { parameters: Vec::new(), threads: Threads::ONE }
    }

    /// Divides large parameters among so many threads.
    pub(crate) fn threads(mut self, threads: Threads) -> Self {
        self.threads = threads;
        self
    }

    /// One step of the optimizer, for all parameters of a network; says whether every number of them is still finite.
    ///
    /// The parameters must be those of the same network each time, in the same order: the memory of one whose length
    /// is not what it was starts afresh.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`](crate::Error::Setting) for a setting of the optimizer that cannot train.
    pub fn step<'a>(
        &mut self,
        optimizer: &dyn Optimizer<F>,
        parameters: impl Iterator<Item = Parameter<'a, F>>,
    ) -> Result<bool> {
        optimizer.check()?;
        let memories = optimizer.memories();
        let all_finite = AtomicBool::new(true);
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
                if !blocks.update(optimizer) {
                    all_finite.store(false, Ordering::Relaxed);
                }
            });
        }
        Ok(all_finite.into_inner())
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
    fn update(self, optimizer: &dyn Optimizer<F>) -> bool {
        let Parameter { is_bias, values, gradient } = self.parameter;
        let mut memory = self.memory;
        let mut finite = true;
        for (values, gradient) in values.chunks_mut(BLOCK).zip(gradient.chunks(BLOCK)) {
            let (of_block, rest) = memory.split_at_mut(self.memories * values.len());
            optimizer.update(Parameter { is_bias, values: &mut *values, gradient }, of_block);
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
