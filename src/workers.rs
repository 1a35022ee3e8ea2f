//! Processes that train one network together.

pub(crate) mod agreement;
pub(crate) mod error;

use crate::{error::Result, float::Float};
use std::fmt::Debug;

/// Processes (or threads) that train one network together, for
/// [`Trainer::workers`](crate::trainer::Trainer::workers).
///
/// Each worker has the whole network. It differentiates the loss of its own rows of a batch, the
/// gradients are summed over all workers, and all take the same step. A type of this trait only
/// connects the workers; it knows nothing of networks. The crate `densely-mpi` has one for MPI.
///
/// Two threads that send each other their numbers:
///
/// ```
/// use densely::error::WorkersError;
/// use densely::{Dataset, Float, Identity, MeanSquaredError, Mlp, Result, Sgd, Trainer};
/// use densely::workers::Workers;
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
///     fn sum(
///         &mut self,
///         numbers: &mut [f64],
///         gradients: &mut dyn Iterator<Item = &mut [F]>,
///     ) -> Result<()> {
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
/// let pair = [
///     OneOfTwo { rank: 0, to_other: to_1, from_other: from_1 },
///     OneOfTwo { rank: 1, to_other: to_0, from_other: from_0 },
/// ];
/// let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).batch_size(4);
/// let train = |workers| {
///     let mut net = net.clone();
///     trainer().workers(workers).fit(&mut net, &data).map(|_| net)
/// };
/// let both = std::thread::scope(|scope| {
///     pair.map(|one| scope.spawn(|| train(one))).map(|thread| thread.join())
/// });
/// let [first, second] = both.map(|joined| joined.expect("no panic"));
///
/// let mut alone = net.clone();
/// trainer().fit(&mut alone, &data)?;
/// let first = first?;
/// assert_eq!(first.to_bytes()?, second?.to_bytes()?);
/// let (together, alone) = (first.layers()[0].weights(), alone.layers()[0].weights());
/// approx::assert_relative_eq!(together, alone, max_relative = 1e-12);
/// # Ok::<(), densely::Error>(())
/// ```
pub trait Workers<F: Float>: Debug + Send {
    /// The number of this worker, counted from 0.
    fn rank(&self) -> usize;

    /// The number of workers, at least 1.
    fn count(&self) -> usize;

    /// Replaces `numbers` and each of the gradients by their sums over all workers, element by
    /// element.
    ///
    /// The gradients come one by one, the last layer's first. `next` computes the next one, so a
    /// sum can be under way meanwhile. Take all of them. All workers pass the same lengths in the
    /// same order. Every worker must get the same bits, the same in every run: the order of
    /// addition must not depend on which numbers arrive first.
    ///
    /// `numbers` or the gradients may be empty, and lengths vary between calls, since a
    /// [`Trainer`] also sums losses and predictions. The call may come from another thread than
    /// that of [`Trainer::fit`].
    ///
    /// # Errors
    ///
    /// [`WorkersError::Communication`] if the others cannot be reached.
    ///
    /// [`Trainer`]: crate::trainer::Trainer
    /// [`Trainer::fit`]: crate::trainer::Trainer::fit
    /// [`WorkersError::Communication`]: crate::error::WorkersError::Communication
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
        // Taking a gradient computes it, and it is the sum already.
        gradients.for_each(drop);
        Ok(())
    }
}
