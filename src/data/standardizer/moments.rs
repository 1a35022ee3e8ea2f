//! Means and squares of columns, which need not be in memory, nor seen by one process.

use super::Scale;
use crate::data::{Chunk, Examples, Matrix};
use crate::error::{Result, WorkersError};
use crate::float::Float;
use crate::workers::Part;
use crate::workers::Workers;
use ndarray::{ArrayView1, ArrayView2};
use std::ops::Range;

/// The weight of some rows, and of each of their columns the mean and the sum of squared differences from it, by weight.
///
/// Those of two sets of rows give those of both (Chan, Golub, LeVeque 1979): with δ the difference of the means, the squares add up to M₁ + M₂ + δ² w₁ w₂ / (w₁ + w₂).
/// Nothing is lost as in Σ x² - (Σ x)²/n, and a column that is constant stays so exactly.
#[derive(Clone, Debug)]
pub(crate) struct Moments {
    weight: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    /// Of some of the rows, of inputs or targets.
    pub(crate) fn of<F: Float>(
        data: &dyn Examples<F>,
        matrix: Matrix,
        rows: Range<usize>,
    ) -> Result<Self> {
        let at_once = data.window().rows.max(1);
        let mut chunk = Chunk::default();
        let mut all = Self { weight: 0.0, mean: Vec::new(), squares: Vec::new() };
        let Range { start, end } = rows;
        for first in (start..end).step_by(at_once) {
            let rows = first..end.min(first + at_once);
            let numbers = data.matrix(matrix, rows.clone(), &mut chunk)?;
            let weights = data.weights();
            let weights = weights.map(|weights| {
                weights.iter().skip(rows.start).take(rows.len()).map(|w| w.as_f64()).collect()
            });
            all.add(&Self::of_numbers(numbers, weights));
        }
        Ok(all)
    }

    /// Of all rows, each worker having looked at its part.
    pub(super) fn of_all<F: Float>(
        data: &dyn Examples<F>,
        matrix: Matrix,
        workers: &mut dyn Workers<F>,
    ) -> Result<Self> {
        let part = Part::of_worker(workers)?;
        let columns = matrix.columns(data);
        check_alike(workers, part, [data.rows(), columns])?;
        // An error is told to the others, who would wait.
        let own = Self::of(data, matrix, part.of(data.rows()));
        let mut failed = [f64::from(u8::from(own.is_err()))];
        workers.sum(&mut failed, &mut std::iter::empty())?;
        let own = own?;
        if failed[0] > 0.0 {
            return Err(WorkersError::Communication {
                reason: "another worker could not read its rows".to_owned(),
            }
            .into());
        }
        let mut numbers: Vec<f64> =
            [own.weight].into_iter().chain(own.mean).chain(own.squares).collect();
        // Of no rows there is no mean.
        numbers.resize(1 + 2 * columns, 0.0);
        let mut all = Self { weight: 0.0, mean: Vec::new(), squares: Vec::new() };
        for of_one in part.gather(workers, &numbers)?.iter().filter(|of_one| of_one[0] > 0.0) {
            let (mean, squares) = of_one[1..].split_at(columns);
            all.add(&Self { weight: of_one[0], mean: mean.to_vec(), squares: squares.to_vec() });
        }
        Ok(all)
    }

    /// Row by row, as they lie in memory.
    fn of_numbers<F: Float>(numbers: ArrayView2<'_, F>, weights: Option<Vec<f64>>) -> Self {
        let columns = numbers.ncols();
        let (mut mean, mut squares) = (vec![0.0; columns], vec![0.0; columns]);
        let weight = match &weights {
            Some(weights) => weights.iter().sum(),
            None => numbers.nrows() as f64,
        };
        if numbers.nrows() > 0 {
            // Differences from the first value: exactly 0 throughout for a constant column.
            let first: Vec<f64> = numbers.row(0).iter().map(|x| x.as_f64()).collect();
            sum(&mut mean, numbers, weights.as_deref(), |x, column| x - first[column]);
            mean.iter_mut().for_each(|sum| *sum /= weight);
            let difference = |x: f64, column: usize| (x - first[column] - mean[column]).powi(2);
            sum(&mut squares, numbers, weights.as_deref(), difference);
            mean.iter_mut().zip(first).for_each(|(mean, first)| *mean += first);
        }
        Self { weight, mean, squares }
    }

    /// Takes other rows in.
    pub(crate) fn add(&mut self, other: &Self) {
        if self.weight == 0.0 {
            self.clone_from(other);
            return;
        }
        let both = self.weight + other.weight;
        let (share, product) = (other.weight / both, self.weight * (other.weight / both));
        let means = self.mean.iter_mut().zip(&other.mean);
        for ((mean, other_mean), (squares, other_squares)) in
            means.zip(self.squares.iter_mut().zip(&other.squares))
        {
            let difference = other_mean - *mean;
            *mean += difference * share;
            *squares += other_squares + difference * difference * product;
        }
        self.weight = both;
    }

    /// Means and deviations; `constant` stands for the deviation of a column that does not vary. An overflow is told by the mean, which is then NaN.
    pub(crate) fn scale<F: Float>(&self, constant: f64) -> Scale {
        // A smaller deviation would make weights that were divided by it overflow.
        let smallest = (F::min_positive_value() / F::epsilon()).as_f64();
        let columns = self.mean.iter().zip(&self.squares);
        let (mean, deviation) = columns
            .map(|(&mean, squares)| {
                let deviation = (squares / self.weight).sqrt();
                let mean = if deviation.is_finite() { mean } else { f64::NAN };
                (mean, if deviation < smallest { constant } else { deviation })
            })
            .unzip::<_, _, Vec<_>, Vec<_>>();
        Scale { mean: mean.into(), deviation: deviation.into() }
    }
}

/// Refuses rows and columns that are not as many on all workers.
fn check_alike<F: Float>(
    workers: &mut dyn Workers<F>,
    part: Part,
    counts: [usize; 2],
) -> Result<()> {
    let all = part.gather(workers, &counts.map(|count| count as f64))?;
    for (index, what) in ["the number of rows", "the number of columns"].into_iter().enumerate() {
        let differs = |of_one: &Vec<f64>| of_one[index] != all[0][index];
        if let Some(rank) = all.iter().position(differs) {
            return Err(WorkersError::Differ { rank, what }.into());
        }
    }
    Ok(())
}

/// Adds up a term of each number by column, by weight where there are weights.
fn sum<F: Float>(
    sums: &mut [f64],
    numbers: ArrayView2<'_, F>,
    weights: Option<&[f64]>,
    term: impl Fn(f64, usize) -> f64,
) {
    let add = |sums: &mut [f64], row: ArrayView1<'_, F>, weight: Option<f64>| {
        for ((sum, x), column) in sums.iter_mut().zip(row).zip(0..) {
            let term = term(x.as_f64(), column);
            *sum += weight.map_or(term, |weight| term * weight);
        }
    };
    for (index, row) in numbers.rows().into_iter().enumerate() {
        add(sums, row, weights.map(|weights| weights[index]));
    }
}
