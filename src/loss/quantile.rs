use super::Loss;
use crate::activation::AnyActivation;
use crate::error::check::{FRACTION, ensure};
use crate::error::{Error, LossError, Result};
use crate::float::Float;
use ndarray::{Array2, ArrayView2, ArrayViewMut1, ArrayViewMut2, azip};
use std::cmp::Ordering;

/// The quantile or pinball loss (Koenker and Bassett 1978): for output j with the quantile q,
/// max(q (y - a), (q - 1) (y - a)), and the mean of them for each example. The gradient is
/// 1 - q above the target, -q below it and 0 at it, each divided by the number of outputs.
///
/// It is minimal where the share q of the targets is below the output. Each quantile of each target
/// needs an output of its own, so repeat the target's column in the data set once for each
/// quantile. For targets s and t and two quantiles, the columns are s, s, t, t. Learned quantiles
/// may cross; [`in_order`](Self::in_order) mends that. For
/// [`Identity`](crate::activation::Identity) outputs.
///
/// ```
/// use densely::{Adam, Dataset, Identity, Mlp, Trainer, loss::Quantile};
/// use ndarray::{Array2, concatenate, Axis};
///
/// // 101 rows with nothing to learn from, whose targets are 0, 1, …, 100.
/// let targets = Array2::<f64>::from_shape_fn((101, 1), |(row, _)| row as f64);
/// let twice = concatenate![Axis(1), targets, targets];
/// let data = Dataset::new(Array2::zeros((101, 1)), twice)?;
/// let loss = Quantile::new([0.1, 0.9]);
/// let mut net = Mlp::builder(1).dense(2, Identity).build()?;
/// let trainer = Trainer::new(loss.clone(), Adam::new(0.02)).epochs(400).batch_size(101);
/// trainer.without_validation().fit(&mut net, &data)?;
/// let outputs = loss.in_order(net.predict(data.inputs())?)?;
/// assert!((outputs[[0, 0]] - 10.0).abs() < 1.0 && (outputs[[0, 1]] - 90.0).abs() < 1.0);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Quantile {
    quantiles: Vec<f64>,
}

impl Quantile {
    /// These quantiles in ascending order, each above 0 and below 1. They are checked when training
    /// starts.
    pub fn new(quantiles: impl IntoIterator<Item = f64>) -> Self {
        Self { quantiles: quantiles.into_iter().collect() }
    }

    /// The outputs with the quantiles of each target in ascending order. That never makes the loss
    /// larger (Chernozhukov, Fernández-Val and Galichon 2010).
    ///
    /// # Errors
    ///
    /// [`LossError::TargetsOfQuantiles`] unless each target has an output for each quantile.
    pub fn in_order<F: Float>(&self, mut outputs: Array2<F>) -> Result<Array2<F>> {
        let count = self.quantiles.len();
        self.check_columns(outputs.ncols())?;
        for mut row in outputs.rows_mut() {
            for mut target in row.exact_chunks_mut(count) {
                let mut sorted = target.to_vec();
                sorted.sort_unstable_by(|a, b| a.as_f64().total_cmp(&b.as_f64()));
                target.iter_mut().zip(sorted).for_each(|(to, quantile)| *to = quantile);
            }
        }
        Ok(outputs)
    }

    fn check_columns(&self, columns: usize) -> Result<()> {
        let quantiles = self.quantiles.len();
        let fits = quantiles > 0 && columns.is_multiple_of(quantiles);
        ensure(fits, || LossError::TargetsOfQuantiles { columns, quantiles })
    }
}

impl<F: Float> Loss<F> for Quantile {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        mut gradient: ArrayViewMut2<'_, F>,
    ) {
        let count = F::from_f64(outputs.ncols() as f64);
        let quantiles = || self.quantiles.iter().cycle().map(|&quantile| F::from_f64(quantile));
        let (a, y) = (outputs.rows(), targets.rows());
        azip!((loss in losses, gradient in gradient.rows_mut(), a in a, y in y) {
            let mut sum = F::zero();
            for (((to, &a), &y), quantile) in gradient.into_iter().zip(a).zip(y).zip(quantiles()) {
                let slope = match a.partial_cmp(&y) {
                    Some(Ordering::Equal) => F::zero(),
                    Some(Ordering::Less) => -quantile,
                    _ => F::one() - quantile,
                };
                sum += (a - y) * slope;
                *to = slope / count;
            }
            *loss = sum / count;
        });
    }

    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss * factor
    }

    fn check_output(&self, _: &AnyActivation<F>) -> Result<()> {
        let ascend = !self.quantiles.is_empty() && self.quantiles.is_sorted_by(|a, b| a < b);
        ensure(ascend, || LossError::Quantiles { quantiles: self.quantiles.clone() })?;
        let mut quantiles = self.quantiles.iter();
        quantiles.try_for_each(|&quantile| Error::check_range("quantile", quantile, FRACTION))
    }

    fn check_targets(&self, targets: ArrayView2<'_, F>) -> Result<()> {
        self.check_columns(targets.ncols())
    }
}
