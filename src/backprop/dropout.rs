//! Dropout: training sets outputs of hidden layers to 0 at random.

use crate::matrix::{Matrix, Rows};
use crate::{batch::Batch, dense::Dense, elementary::vectorized, float::Float};
use ndarray_rand::rand::RngCore;
use rand_chacha::ChaCha8Rng;

/// Which outputs a forward pass leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dropout {
    /// None, as in predictions.
    Off,
    /// A new choice in each pass.
    Drawn,
    /// The choice of the last pass that drew one.
    Kept,
}

/// What the next layer gets in place of a layer's outputs A: A ∘ M, where M is 0 with probability
/// p and 1/(1 - p) else. The layer's own cache keeps A, from which its derivative is computed.
#[derive(Clone, Debug)]
pub(super) struct Dropped<F> {
    /// M, rows × outputs.
    mask: Matrix<F>,
    /// A ∘ M.
    output: Matrix<F>,
}

/// How many random numbers of 32 bits are drawn at a time.
const DRAWN_AT_ONCE: usize = 256;

impl<F: Float> Dropped<F> {
    pub(super) fn new(outputs: usize) -> Self {
        Self { mask: Matrix::new(outputs), output: Matrix::new(outputs) }
    }

    /// A ∘ M of the layer's last forward pass, with M of this fraction of zeros. A itself for a
    /// layer without dropout.
    pub(super) fn apply<'d>(
        &'d mut self,
        layer: &'d Dense<F>,
        dropout: Dropout,
        fraction: f64,
        batch: Batch<'_, F>,
        generator: &mut ChaCha8Rng,
    ) -> Rows<'d, F> {
        if layer.dropout() == 0.0 || dropout == Dropout::Off {
            return layer.output();
        }
        if dropout == Dropout::Drawn {
            self.draw(fraction, batch, generator);
        }
        let output = layer.output();
        let dropped = self.output.resize(output.rows()).numbers_mut();
        let numbers = dropped.iter_mut().zip(output.numbers()).zip(self.mask.numbers());
        vectorized(move || numbers.for_each(|((to, &a), &m)| *to = a * m));
        self.output.as_rows()
    }

    /// What the last call of [`apply`](Self::apply) with dropout returned.
    pub(super) fn output<'d>(&'d self, layer: &'d Dense<F>) -> Rows<'d, F> {
        if layer.dropout() > 0.0 { self.output.as_rows() } else { layer.output() }
    }

    /// M; `None` for a layer without dropout.
    pub(super) fn mask(&self, layer: &Dense<F>) -> Option<Rows<'_, F>> {
        (layer.dropout() > 0.0).then(|| self.mask.as_rows())
    }

    /// Draws a new M for this worker's rows of a batch. One thread draws, and skips the numbers of
    /// other workers' rows: M depends neither on the number of threads nor on that of workers.
    fn draw(&mut self, fraction: f64, batch: Batch<'_, F>, generator: &mut ChaCha8Rng) {
        let (all, before, own) = (batch.whole.rows, batch.whole.before, batch.inputs.rows());
        self.skip(before, generator);
        let (zero, kept) = (F::zero(), F::from_f64(1.0 / (1.0 - fraction)));
        let left_out = (fraction * 2_f64.powi(32)) as u32;
        let mut drawn = [0; 4 * DRAWN_AT_ONCE];
        for part in self.mask.resize(own).numbers_mut().chunks_mut(DRAWN_AT_ONCE) {
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
        self.skip(all - before - own, generator);
    }

    /// Skips the numbers that other workers draw for `rows` rows.
    fn skip(&self, rows: usize, generator: &mut ChaCha8Rng) {
        if rows > 0 {
            let numbers = rows as u128 * self.mask.columns() as u128;
            generator.set_word_pos(generator.get_word_pos() + numbers);
        }
    }
}
