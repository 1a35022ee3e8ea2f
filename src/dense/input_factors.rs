//! A trained factor for each input of a layer.

use crate::{error::Error, error::Result, error::check::POSITIVE, float::Float, matrix::Matrix};
use ndarray::ArrayView1;
use std::iter::zip;

/// W = diag(c ∘ s) · V: the weights are a matrix V times a trained factor s and a constant c for
/// each input. With G = ∂loss/∂W, ∂loss/∂V = diag(c ∘ s) · G and ∂loss/∂s = c ∘ Σ V ∘ G over each
/// row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InputFactors<F: Float> {
    pub(super) matrix: Matrix<F>,
    pub(super) factors: Vec<F>,
    constants: Vec<F>,
    /// The factor of the learning rate of s.
    pub(super) rate: f64,
}

impl<F: Float> InputFactors<F> {
    pub(super) fn new(weights: &Matrix<F>, rate: f64, constants: Vec<F>) -> Result<Self> {
        Error::check_range("rate factor of the inputs' factors", rate, POSITIVE)?;
        let factors = vec![F::one(); weights.rows()];
        Ok(Self { matrix: weights.clone(), factors, constants, rate })
    }

    /// Writes W over `weights`.
    pub(super) fn multiply(&self, weights: &mut Matrix<F>) {
        weights.numbers_mut().copy_from_slice(self.matrix.numbers());
        self.scale_rows(weights);
    }

    /// Turns the gradient with respect to W into that with respect to V. Returns the one with
    /// respect to s.
    pub(super) fn gradient(&self, weights: &mut Matrix<F>, factors: &mut [F]) {
        let columns = weights.columns();
        let rows = zip(self.matrix.numbers().chunks(columns), weights.numbers().chunks(columns));
        for ((sum, &constant), (v, g)) in zip(zip(factors, &self.constants), rows) {
            *sum = constant * ArrayView1::from(v).dot(&ArrayView1::from(g));
        }
        self.scale_rows(weights);
    }

    fn scale_rows(&self, matrix: &mut Matrix<F>) {
        let columns = matrix.columns();
        let factors = zip(&self.factors, &self.constants).map(|(&s, &c)| s * c);
        for (row, factor) in zip(matrix.numbers_mut().chunks_mut(columns), factors) {
            row.iter_mut().for_each(|number| *number *= factor);
        }
    }
}
