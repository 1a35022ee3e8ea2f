//! A trained factor for each input of a layer.

use crate::{error::Error, error::Result, error::check::POSITIVE, float::Float, matrix::Matrix};
use ndarray::ArrayView1;
use std::iter::zip;

/// A layer that learns z = Vᵀ·(s ∘ u) + v with u = D·(c ∘ (x + o)): a trained factor s for
/// each input x, with a constant c and an offset o. D takes from some inputs the one after it,
/// which has the same constant: u_j = c_j ((x + o)_j - (x + o)_(j+1)).
///
/// It is a plain layer with W = Dᵀ·diag(s ∘ c)·V and b = v + Wᵀ·o. With
/// H = D·(∂loss/∂W + o ⊗ ∂loss/∂b), ∂loss/∂V = diag(s ∘ c)·H,
/// ∂loss/∂s = c ∘ Σ V ∘ H over each row, and ∂loss/∂v = ∂loss/∂b.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InputFactors<F: Float> {
    pub(super) matrix: Matrix<F>,
    pub(super) factors: Vec<F>,
    constants: Vec<F>,
    /// The offsets o. Empty if all are 0.
    offsets: Vec<F>,
    /// The inputs from which D takes the next, in ascending order.
    differences: Vec<usize>,
    /// The bias v, if the layer has one.
    pub(super) bias: Option<Vec<F>>,
    /// The factor of the learning rate of s.
    pub(super) rate: f64,
    /// Whether W and b are those of these numbers.
    pub(super) is_multiplied: bool,
}

impl<F: Float> InputFactors<F> {
    pub(super) fn new(
        weights: &Matrix<F>,
        rate: f64,
        (constants, offsets, differences): (Vec<F>, Vec<F>, Vec<usize>),
        bias: Option<Vec<F>>,
    ) -> Result<Self> {
        Error::check_range("rate factor of the inputs' factors", rate, POSITIVE)?;
        let (matrix, factors) = (weights.clone(), vec![F::one(); weights.rows()]);
        let is_multiplied = false;
        Ok(Self { matrix, factors, constants, offsets, differences, bias, rate, is_multiplied })
    }

    /// Writes W over `weights`, and b over `bias`, if they are not there yet.
    pub(super) fn multiply(&mut self, weights: &mut Matrix<F>, bias: Option<&mut Vec<F>>) {
        if std::mem::replace(&mut self.is_multiplied, true) {
            return;
        }
        weights.numbers_mut().copy_from_slice(self.matrix.numbers());
        self.scale_rows(weights);
        let columns = weights.columns();
        for &row in self.differences.iter().rev() {
            let (row, next) = weights.numbers_mut()[row * columns..].split_at_mut(columns);
            zip(next, row).for_each(|(next, &mut w)| *next -= w);
        }
        if let (Some(own), Some(bias)) = (&self.bias, bias) {
            bias.copy_from_slice(own);
            for (&offset, row) in zip(&self.offsets, rows(weights)) {
                zip(&mut *bias, row).for_each(|(b, &w)| *b += offset * w);
            }
        }
    }

    /// Turns the gradient with respect to W and b into that with respect to V, and writes the one
    /// with respect to s over `factors`.
    pub(super) fn gradient(&self, weights: &mut Matrix<F>, bias: Option<&[F]>, factors: &mut [F]) {
        let columns = weights.columns();
        if let Some(bias) = bias {
            for (&offset, row) in zip(&self.offsets, weights.numbers_mut().chunks_mut(columns)) {
                zip(row, bias).for_each(|(h, &g)| *h += offset * g);
            }
        }
        for &row in &self.differences {
            let (row, next) = weights.numbers_mut()[row * columns..].split_at_mut(columns);
            zip(row, next).for_each(|(h, &mut next)| *h -= next);
        }
        let pairs = zip(rows(&self.matrix), rows(weights));
        for ((sum, &constant), (v, h)) in zip(zip(factors, &self.constants), pairs) {
            *sum = constant * ArrayView1::from(v).dot(&ArrayView1::from(h));
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

fn rows<F: Float>(matrix: &Matrix<F>) -> impl Iterator<Item = &[F]> {
    matrix.numbers().chunks(matrix.columns())
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use crate::activation::Tanh;
    use crate::{Dataset, Dense, MeanSquaredError, Mlp, Sgd, Trainer, optimizer::RateFactors};
    use approx::assert_relative_eq;
    use ndarray::Array2;

    fn wave(rows: usize, columns: usize, phase: f64) -> Array2<f64> {
        let angle = |(row, column)| phase + 1.3 * (row * columns + column) as f64;
        Array2::from_shape_fn((rows, columns), |place| angle(place).sin())
    }

    /// Three steps on a layer with factors, constants, offsets and a difference, as PyTorch:
    ///
    /// ```python
    /// import torch
    /// torch.set_default_dtype(torch.float64)
    /// def wave(rows, columns, phase):
    ///     angles = phase + 1.3 * torch.arange(rows * columns, dtype=torch.float64)
    ///     return torch.sin(angles).reshape(rows, columns)
    /// x, y = wave(4, 3, 0.1), wave(4, 3, 0.5)
    /// v, b, s = (p.requires_grad_() for p in (wave(3, 3, 0.2), wave(1, 3, 0.3)[0], torch.ones(3)))
    /// c, o = torch.tensor([0.5, 0.5, 3.0]), torch.tensor([1.0, -0.25, 0.75])
    /// d = torch.tensor([[1.0, -1, 0], [0, 1, 0], [0, 0, 1]])
    /// net = lambda x: torch.tanh((c * (x + o)) @ d.T * s @ v + b)
    /// groups = [{"params": [p], "lr": 0.1 * f} for p, f in ((v, 1), (b, 0.5), (s, 6))]
    /// sgd = torch.optim.SGD(groups, momentum=0.9)
    /// for _ in range(3):
    ///     sgd.zero_grad()
    ///     ((net(x) - y) ** 2).mean().backward()
    ///     sgd.step()
    /// w = c[:, None] * (d.T @ (s[:, None] * v))
    /// print(w.flatten().tolist(), (b + o @ w).tolist())
    /// ```
    #[test]
    fn mapped_inputs_train_as_in_pytorch() {
        let bias = wave(1, 3, 0.3).row(0).to_owned();
        let layer = Dense::new(wave(3, 3, 0.2), Some(bias), Tanh).unwrap();
        let layer = layer.with_rate_factors(RateFactors::new(1.0, 0.5)).unwrap();
        let mapping = (vec![0.5, 0.5, 3.0], vec![1.0, -0.25, 0.75], vec![0]);
        let layer = layer.with_mapped_input_factors(6.0, mapping).unwrap();
        let mut net = Mlp::from_layers(vec![layer]).unwrap();
        let data = Dataset::new(wave(4, 3, 0.1), wave(4, 3, 0.5)).unwrap();
        let sgd = Sgd::new(0.1).momentum(0.9);
        let mut trainer = Trainer::new(MeanSquaredError, sgd).epochs(3).batch_size(4);
        trainer.fit(&mut net, &data).unwrap();
        let weights = net.layers()[0].weights().flatten().to_vec();
        let bias = net.layers()[0].bias().unwrap().to_vec();
        let expected = [
            0.1157809273713304,
            0.4302447789952057,
            0.1132003107429065,
            -0.5202756252372182,
            -0.8102392930969953,
            0.08650947500990648,
            1.4845680012486109,
            0.1777677871862813,
            -1.345129718599278,
        ];
        assert_relative_eq!(weights[..], expected, max_relative = 1e-12);
        let expected = [1.6881764334059897, 1.7599318028741697, -0.7139742534299125];
        assert_relative_eq!(bias[..], expected, max_relative = 1e-12);
    }
}
