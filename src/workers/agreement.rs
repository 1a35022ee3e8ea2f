//! Sums and comparisons over the workers of one training.

use super::Workers;
use crate::data::{Examples, Moments, Side};
use crate::error::{Result, WorkersError};
use crate::{float::Float, mlp::Mlp, part::Part};
use std::hash::{DefaultHasher, Hasher};

/// The workers that train together, and the part of this one.
pub(crate) struct Agreement<'t, F> {
    pub(crate) workers: &'t mut dyn Workers<F>,
    pub(crate) part: Part,
}

/// Something that all workers must have alike: its name and its hash.
pub(crate) type Alike = (&'static str, u64);

impl<'t, F: Float> Agreement<'t, F> {
    pub(crate) fn new(workers: &'t mut dyn Workers<F>) -> Result<Self> {
        let (rank, count) = (workers.rank(), workers.count());
        if rank < count {
            return Ok(Self { workers, part: Part::new(rank, count) });
        }
        let reason = format!("worker {rank} (counted from 0) is none of {count}");
        Err(WorkersError::Communication { reason }.into())
    }

    pub(crate) fn is_alone(&self) -> bool {
        self.part.count == 1
    }

    /// Replaces the numbers by their sums over all workers.
    pub(crate) fn sum(&mut self, numbers: &mut [f64]) -> Result<()> {
        self.workers.sum(numbers, &mut std::iter::empty())
    }

    /// Replaces rows by those of all workers. The rows of other workers are 0 before.
    pub(crate) fn gather(&mut self, rows: &mut [F]) -> Result<()> {
        self.workers.sum(&mut [], &mut std::iter::once(rows))
    }

    /// The moments of all rows from each worker's part of them.
    pub(crate) fn moments(&mut self, data: &Examples<F>, side: Side) -> Result<Moments> {
        let own = Moments::of(data, side, self.part.of(data.rows()));
        if self.is_alone() {
            return own;
        }
        // All return together: the others would wait for a worker that is gone.
        if self.any(own.is_err())? && own.is_ok() {
            let reason = "another worker could not read its rows".to_owned();
            return Err(WorkersError::Communication { reason }.into());
        }
        let mut all = Moments::of(data, side, 0..0)?;
        for numbers in self.of_each(own?.numbers())? {
            all.add(&numbers);
        }
        Ok(all)
    }

    /// Whether this holds on any of the workers.
    pub(crate) fn any(&mut self, here: bool) -> Result<bool> {
        let mut count = [f64::from(u8::from(here))];
        self.sum(&mut count)?;
        Ok(count[0] > 0.0)
    }

    /// Returns `T` if all workers are ready and alike.
    pub(crate) fn all_ready<T>(&mut self, ready: Result<(Vec<Alike>, T)>) -> Result<T> {
        // The version comes first, since another one may compare other things.
        let version = fingerprint_of(env!("CARGO_PKG_VERSION"));
        self.check_alike(|| vec![("the version of the library", version)])?;
        let refused = self.of_each(&[f64::from(u8::from(ready.is_err()))])?;
        let (alike, ready) = ready?;
        if let Some(rank) = refused.iter().position(|refused| refused[..] != [0.0]) {
            return Err(WorkersError::GaveUp { rank }.into());
        }
        self.check_alike(|| alike)?;
        Ok(ready)
    }

    /// Refuses hashes that are not the same on all workers.
    pub(crate) fn check_alike(&mut self, alike: impl FnOnce() -> Vec<Alike>) -> Result<()> {
        if self.is_alone() {
            return Ok(());
        }
        // An `f64` holds half of a hash exactly.
        let halves = |number: u64| [(number >> 32) as u32, number as u32].map(f64::from);
        let alike = alike();
        let own: Vec<f64> = alike.iter().flat_map(|&(_, number)| halves(number)).collect();
        let ranks = self.of_each(&own)?;
        for (index, &(what, _)) in alike.iter().enumerate() {
            let of = |numbers: &Vec<f64>| numbers[2 * index..][..2].to_vec();
            if let Some(rank) = ranks.iter().position(|numbers| of(numbers) != of(&ranks[0])) {
                return Err(WorkersError::Differ { rank, what }.into());
            }
        }
        Ok(())
    }

    /// The numbers of each worker, by rank. Each adds its own to zeros of the others.
    fn of_each(&mut self, own: &[f64]) -> Result<Vec<Vec<f64>>> {
        let mut all = vec![0.0; own.len() * self.part.count];
        all[own.len() * self.part.rank..][..own.len()].copy_from_slice(own);
        self.sum(&mut all)?;
        Ok(all.chunks(own.len().max(1)).map(<[f64]>::to_vec).collect())
    }
}

/// A hash of the bits of all parameters. It is the same on all workers, since they run the same
/// version of the library, but need not be in another version: no file keeps it.
pub(crate) fn fingerprint<F: Float>(net: &Mlp<F>) -> u64 {
    fingerprint_of_numbers(0, net.parameter_slices().flatten())
}

/// A hash of the bits of these numbers, continued from that of others.
pub(crate) fn fingerprint_of_numbers<'n, F: Float>(
    before: u64,
    numbers: impl IntoIterator<Item = &'n F>,
) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(before);
    numbers.into_iter().for_each(|number| hasher.write_u64(number.as_f64().to_bits()));
    hasher.finish()
}

/// A hash of a text.
pub(crate) fn fingerprint_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}
