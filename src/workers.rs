//! Several processes that train one network together.

pub(crate) mod error;

use crate::error::{Result, WorkersError};
use crate::float::Float;
use std::fmt::Debug;
use std::ops::Range;

/// Processes (or threads) that train one network together, each on its part of every batch: what [`Trainer::workers`](crate::trainer::Trainer::workers) is given.
///
/// Each holds the whole network, differentiates the loss of its own rows, and gives the gradients to be summed; all then take the same step. This is all that the
/// library asks of what connects them: it knows no network. The crate `densely-mpi` has one for MPI.
///
/// # Your own
///
/// Two threads, which hand their numbers to each other:
///
/// ```
/// use densely::{Dataset, Float, Identity, MeanSquaredError, Mlp, Result, Sgd, Trainer};
/// use densely::{error::WorkersError, workers::Workers};
/// use ndarray::Array2;
/// use std::sync::mpsc::{Receiver, Sender, channel};
///
/// #[derive(Debug)]
/// struct OneOfTwo {
///     rank: usize,
///     to_other: Sender<Vec<f64>>,
///     from_other: Receiver<Vec<f64>>,
/// }
///
/// impl OneOfTwo {
///     fn exchange(&self, numbers: Vec<f64>) -> Result<Vec<f64>> {
///         let reason = || format!("worker {} is gone", 1 - self.rank);
///         let gone = || WorkersError::Communication { reason: reason() };
///         self.to_other.send(numbers).map_err(|_| gone())?;
///         Ok(self.from_other.recv().map_err(|_| gone())?)
///     }
/// }
///
/// impl<F: Float> Workers<F> for OneOfTwo {
///     fn rank(&self) -> usize {
///         self.rank
///     }
///
///     fn count(&self) -> usize {
///         2
///     }
///
///     fn sum(&mut self, numbers: &mut [f64], gradients: &mut dyn Iterator<Item = &mut [F]>) -> Result<()> {
///         let others = self.exchange(numbers.to_vec())?;
///         numbers.iter_mut().zip(others).for_each(|(number, other)| *number += other);
///         for gradient in gradients {
///             let others = self.exchange(gradient.iter().map(|g| g.as_f64()).collect())?;
///             gradient.iter_mut().zip(others).for_each(|(g, other)| *g += F::from_f64(other));
///         }
///         Ok(())
///     }
/// }
///
/// let data = Dataset::new(Array2::<f64>::eye(8), Array2::ones((8, 1)))?;
/// let net = Mlp::builder(8).dense(1, Identity).build()?;
/// let ((to_1, from_0), (to_0, from_1)) = (channel(), channel());
/// let pair = [OneOfTwo { rank: 0, to_other: to_1, from_other: from_1 }, OneOfTwo { rank: 1, to_other: to_0, from_other: from_0 }];
/// let train = |workers| {
///     let mut net = net.clone();
///     let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).batch_size(4).workers(workers);
///     trainer.fit(&mut net, &data).map(|_| net)
/// };
/// let both = std::thread::scope(|scope| pair.map(|one| scope.spawn(|| train(one))).map(|thread| thread.join()));
/// let [first, second] = both.map(|joined| joined.expect("no panic"));
///
/// let mut alone = net.clone();
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).batch_size(4).fit(&mut alone, &data)?;
/// let first = first?;
/// assert_eq!(first.to_bytes()?, second?.to_bytes()?);
/// approx::assert_relative_eq!(first.layers()[0].weights(), alone.layers()[0].weights(), max_relative = 1e-12);
/// # Ok::<(), densely::Error>(())
/// ```
pub trait Workers<F: Float>: Debug + Send {
    /// Which of them this is, counted from 0.
    fn rank(&self) -> usize;

    /// How many there are, at least 1.
    fn count(&self) -> usize;

    /// Replaces `numbers`, and each of the gradients, by their sums over all workers, element by element.
    ///
    /// The gradients come one by one, the last layer's first, and `next` computes the next one: a sum that has begun can be on its way meanwhile. All
    /// must be taken. All workers give the same lengths in the same order, and every one must get the same bits, the same each time: the order in which numbers are added must not
    /// depend on which come first.
    ///
    /// Either may be empty, and lengths vary from one call to the next: a [`Trainer`](crate::trainer::Trainer) also sums losses, and predictions for a metric, by it. It may be called from another thread than
    /// [`Trainer::fit`](crate::trainer::Trainer::fit) was.
    ///
    /// # Errors
    ///
    /// [`WorkersError::Communication`](crate::error::WorkersError::Communication) if the others cannot be reached.
    fn sum(
        &mut self,
        numbers: &mut [f64],
        gradients: &mut dyn Iterator<Item = &mut [F]>,
    ) -> Result<()>;
}

impl<F: Float, W: Workers<F> + ?Sized> Workers<F> for &mut W {
    fn rank(&self) -> usize {
        (**self).rank()
    }

    fn count(&self) -> usize {
        (**self).count()
    }

    fn sum(
        &mut self,
        numbers: &mut [f64],
        gradients: &mut dyn Iterator<Item = &mut [F]>,
    ) -> Result<()> {
        (**self).sum(numbers, gradients)
    }
}

/// Which part of the rows is one worker's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    rank: usize,
    count: usize,
}

impl Part {
    /// All of them: there is one worker.
    pub(crate) const ALL: Self = Self { rank: 0, count: 1 };

    /// That of this worker.
    pub(crate) fn of_worker<F: Float>(workers: &(dyn Workers<F> + '_)) -> Result<Self> {
        let (rank, count) = (workers.rank(), workers.count());
        if rank < count {
            return Ok(Self { rank, count });
        }
        Err(WorkersError::Communication {
            reason: format!("worker {rank} (counted from 0) is not one of {count} workers"),
        }
        .into())
    }

    #[cfg(test)]
    pub(crate) fn new(rank: usize, count: usize) -> Self {
        Self { rank, count }
    }

    pub(crate) fn rank(self) -> usize {
        self.rank
    }

    pub(crate) fn count(self) -> usize {
        self.count
    }

    /// This worker's rows of so many: as many as every other's, but for one at most.
    pub(crate) fn of(self, rows: usize) -> Range<usize> {
        let before = |rank: usize| (rows as u128 * rank as u128 / self.count as u128) as usize;
        before(self.rank)..before(self.rank + 1)
    }

    /// The numbers of each worker, by rank. Each writes its own where the others have 0, and the sum is all of them. All give as many.
    pub(crate) fn gather<F: Float>(
        self,
        workers: &mut (dyn Workers<F> + '_),
        own: &[f64],
    ) -> Result<Vec<Vec<f64>>> {
        let mut all = vec![0.0; own.len() * self.count];
        all[own.len() * self.rank..][..own.len()].copy_from_slice(own);
        workers.sum(&mut all, &mut std::iter::empty())?;
        Ok(all.chunks(own.len().max(1)).map(<[f64]>::to_vec).collect())
    }

    /// Whether there are no others.
    pub(crate) fn is_all(self) -> bool {
        self.count == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_part() {
        for (rows, count) in [(0, 3), (1, 4), (10, 3), (1 << 20, 7), (64, 64)] {
            let parts: Vec<_> = (0..count).map(|rank| Part::new(rank, count).of(rows)).collect();
            assert!(parts.iter().cloned().flatten().eq(0..rows));
            let lengths = parts.iter().map(Range::len);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1);
        }
    }
}
