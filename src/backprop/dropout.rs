//! Outputs of hidden layers that are left out at random while training.

use crate::batch::Batch;
use crate::elementary::vectorized;
use crate::float::Float;
use crate::matrix::Rows;
use ndarray::ArrayView2;
use rand::RngCore;
use rand_chacha::ChaCha8Rng;

/// Which outputs are left out in a forward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dropout {
    /// None: what is predicted.
    Off,
    /// Others in each pass.
    Drawn,
    /// The same as in the last pass in which they were drawn.
    Kept,
}

/// What the next layer is given in place of a layer's outputs A: A ∘ M, where M is 0 with probability p and 1/(1 - p) else.
///
/// The layer's own cache keeps A, from which its derivative is computed.
#[derive(Clone, Debug)]
pub(super) struct Dropped<F> {
    /// M, rows × outputs.
    mask: Rows<F>,
    /// A ∘ M.
    output: Rows<F>,
}

/// Random numbers of 32 bits that are drawn at a time.
const DRAWN_AT_ONCE: usize = 256;

impl<F: Float> Dropped<F> {
    pub(super) fn new(outputs: usize) -> Self {
        Self { mask: Rows::new(outputs), output: Rows::new(outputs) }
    }

    pub(super) fn mask(&self) -> ArrayView2<'_, F> {
        self.mask.view()
    }

    pub(super) fn output(&self) -> ArrayView2<'_, F> {
        self.output.view()
    }

    /// A new M for the rows of a batch: of those of all workers, a part. Always on one thread, so that it does not depend on how many there are.
    pub(super) fn draw(&mut self, fraction: f64, batch: Batch<'_, F>, generator: &mut ChaCha8Rng) {
        let (rows, before) = batch.rows_and_before();
        let own = batch.inputs.nrows();
        self.skip(before, generator);
        self.draw_own(fraction, own, generator);
        self.skip(rows - before - own, generator);
    }

    /// Passes over what other workers draw for so many rows.
    fn skip(&self, rows: usize, generator: &mut ChaCha8Rng) {
        if rows > 0 {
            let numbers = rows as u128 * self.mask.columns() as u128;
            generator.set_word_pos(generator.get_word_pos() + numbers);
        }
    }

    fn draw_own(&mut self, fraction: f64, rows: usize, generator: &mut ChaCha8Rng) {
        let (zero, kept) = (F::zero(), F::from_f64(1.0 / (1.0 - fraction)));
        let left_out = (fraction * 2_f64.powi(32)) as u32;
        let mut drawn = [0; 4 * DRAWN_AT_ONCE];
        let mut mask = self.mask.resize(rows);
        let Some(mask) = mask.as_slice_mut() else { return };
        for part in mask.chunks_mut(DRAWN_AT_ONCE) {
            let bytes = &mut drawn[..4 * part.len()];
            generator.fill_bytes(bytes);
            let numbers = bytes.as_chunks::<4>().0;
            let pairs = part.iter_mut().zip(numbers);
            vectorized(move || {
                for (mask, &number) in pairs {
                    *mask = if u32::from_le_bytes(number) < left_out { zero } else { kept };
                }
            });
        }
    }

    /// A ∘ M.
    pub(super) fn apply(&mut self, output: ArrayView2<'_, F>) {
        let mut dropped = self.output.resize(output.nrows());
        let mask = self.mask.view();
        let slices = (dropped.as_slice_mut(), output.to_slice(), mask.to_slice());
        if let (Some(dropped), Some(output), Some(mask)) = slices {
            let numbers = dropped.iter_mut().zip(output).zip(mask);
            vectorized(move || numbers.for_each(|((to, &a), &m)| *to = a * m));
        }
    }
}
