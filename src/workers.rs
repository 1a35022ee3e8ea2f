//! Several processes that train one network together.

pub(crate) mod agreement;
pub(crate) mod error;

use crate::error::Result;
use crate::float::Float;
use std::fmt::Debug;

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
/// use densely::{Dataset, Float, Identity, MeanSquaredError, Mlp, Result, Sgd, Trainer, workers::Workers};
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
///         let gone = |_| densely::Error::Workers(densely::error::WorkersError::Communication { reason: format!("worker {} is gone", 1 - self.rank) });
///         self.to_other.send(numbers).map_err(|_| gone(()))?;
///         self.from_other.recv().map_err(|_| gone(()))
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

/// The one worker of a training in a single process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alone;

impl<F: Float> Workers<F> for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn count(&self) -> usize {
        1
    }

    fn sum(&mut self, _: &mut [f64], gradients: &mut dyn Iterator<Item = &mut [F]>) -> Result<()> {
        // Its own gradients are the sums, once they are computed.
        gradients.for_each(drop);
        Ok(())
    }
}
