//! What the workers of one training must agree on.

use crate::error::{Result, WorkersError};
use crate::float::Float;
use crate::mlp::Mlp;
use crate::workers::Part;
use crate::workers::Workers;

/// The workers that train together, and which of them this is.
pub(super) struct Together<'t, F> {
    /// `None` where there is one.
    workers: Option<&'t mut dyn Workers<F>>,
    part: Part,
}

/// What all workers must have alike: its name, and a number that stands for it.
pub(super) type Alike = (&'static str, u64);

impl<'t, F: Float> Together<'t, F> {
    /// These, if there are several.
    pub(super) fn new(workers: Option<&'t mut (dyn Workers<F> + '_)>) -> Result<Self> {
        let part = workers.as_deref().map_or(Ok(Part::ALL), Part::of_worker)?;
        let several = workers.filter(|_| !part.is_all());
        Ok(Self { workers: several.map(|workers| -> &mut dyn Workers<F> { workers }), part })
    }

    /// A training of one.
    pub(super) fn alone() -> Self {
        Self { workers: None, part: Part::ALL }
    }

    pub(super) fn is_alone(&self) -> bool {
        self.part.is_all()
    }

    /// Whether it is this one that writes what all have alike.
    pub(super) fn is_first(&self) -> bool {
        self.part.rank() == 0
    }

    /// Which rows are this worker's.
    pub(super) fn part(&self) -> Part {
        self.part
    }

    pub(super) fn workers(&mut self) -> Option<&mut (dyn Workers<F> + 't)> {
        self.workers.as_deref_mut()
    }

    /// The sums over all workers.
    pub(super) fn sum(&mut self, numbers: &mut [f64]) -> Result<()> {
        match &mut self.workers {
            Some(workers) => workers.sum(numbers, &mut std::iter::empty()),
            None => Ok(()),
        }
    }

    /// Rows of which each worker knows its part and has 0 in the others: all of them.
    pub(super) fn gather(&mut self, rows: Option<&mut [F]>) -> Result<()> {
        match &mut self.workers {
            Some(workers) => workers.sum(&mut [], &mut rows.into_iter()),
            None => Ok(()),
        }
    }

    /// Whether it is so on one of them.
    pub(super) fn any(&mut self, here: bool) -> Result<bool> {
        let mut count = [f64::from(u8::from(here))];
        self.sum(&mut count)?;
        Ok(count[0] > 0.0)
    }

    /// What was made ready, if it was on all of them, and alike.
    pub(super) fn all_ready<T>(
        &mut self,
        ready: Result<T>,
        alike: impl FnOnce(&T) -> Vec<Alike>,
    ) -> Result<T> {
        if self.is_alone() {
            return ready;
        }
        // By itself: what else is compared, another version has another list of.
        let version = ("the version of the library", fingerprint_of(env!("CARGO_PKG_VERSION")));
        self.check_alike(|| vec![version])?;
        let ranks = self.of_each(&[u64::from(ready.is_err())])?;
        let ready = ready?;
        if let Some(rank) = ranks.iter().position(|refused| refused[..] != [0]) {
            return Err(WorkersError::GaveUp { rank }.into());
        }
        self.check_alike(|| alike(&ready))?;
        Ok(ready)
    }

    /// Whether these are the same on all of them.
    pub(super) fn check_alike(&mut self, alike: impl FnOnce() -> Vec<Alike>) -> Result<()> {
        if self.is_alone() {
            return Ok(());
        }
        let alike = alike();
        let own: Vec<u64> = alike.iter().map(|&(_, number)| number).collect();
        let ranks = self.of_each(&own)?;
        let first = ranks.first().unwrap_or(&own);
        for (index, &(what, _)) in alike.iter().enumerate() {
            let differs = |numbers: &Vec<u64>| numbers.get(index) != first.get(index);
            if let Some(rank) = ranks.iter().position(differs) {
                return Err(WorkersError::Differ { rank, what }.into());
            }
        }
        Ok(())
    }

    /// The numbers of each worker, by rank: in halves, which an `f64` holds exactly.
    fn of_each(&mut self, own: &[u64]) -> Result<Vec<Vec<u64>>> {
        let Some(workers) = &mut self.workers else { return Ok(vec![own.to_vec()]) };
        let halves = |number: &u64| [(number >> 32) as u32, *number as u32].map(f64::from);
        let own: Vec<f64> = own.iter().flat_map(halves).collect();
        let whole = |half: &[f64]| (half[0] as u64) << 32 | half[1] as u64;
        let all = self.part.gather(&mut **workers, &own)?;
        Ok(all.iter().map(|halves| halves.chunks_exact(2).map(whole).collect()).collect())
    }
}

/// Of the bits of all parameters, by the function of Fowler, Noll and Vo, a number at a time.
pub(super) fn fingerprint<F: Float>(net: &Mlp<F>) -> u64 {
    // Several side by side: each waits for the one before it.
    let mut lanes = [FNV_START; 8];
    for slice in net.parameter_slices() {
        let (chunks, rest) = slice.as_chunks::<8>();
        for chunk in chunks {
            for (lane, number) in lanes.iter_mut().zip(chunk) {
                *lane = fold(*lane, number.as_f64().to_bits());
            }
        }
        lanes[0] = fingerprint_of_numbers(lanes[0], rest.iter());
    }
    lanes.into_iter().fold(FNV_START, fold)
}

/// Of the bits of these numbers, after others.
pub(super) fn fingerprint_of_numbers<'n, F: Float>(
    before: u64,
    numbers: impl Iterator<Item = &'n F>,
) -> u64 {
    numbers.map(|number| number.as_f64().to_bits()).fold(before, fold)
}

/// Of a text.
pub(super) fn fingerprint_of(text: &str) -> u64 {
    text.bytes().map(u64::from).fold(FNV_START, fold)
}

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

fn fold(hash: u64, bits: u64) -> u64 {
    let product = (hash ^ bits).wrapping_mul(0x0000_0100_0000_01b3);
    // What differs in high bits alone must reach the low ones.
    product ^ (product >> 32)
}
