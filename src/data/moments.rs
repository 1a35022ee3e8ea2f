//! Means and deviations of columns, also of rows in files and of rows that several workers share.

use super::batches::{InOrder, ROWS_AT_ONCE, Scales};
use super::dataset::{Dataset, Examples};
use super::quantiles::{robust_units, sorted_columns};
use super::storage::{Side, Storage};
use crate::error::{DataError, Error, Result, check::ensure};
use crate::units::{Scaling, Units};
use crate::{float::Float, mlp::Mlp};
use ndarray::{ArrayView1, ArrayView2};
use std::{iter::zip, ops::Range};

/// Of each column of some rows, the weight of its numbers, their mean, and the sum of squared
/// differences from it. Missing values (NaN) are left out.
///
/// Moments of two sets of rows combine (Chan, Golub, LeVeque 1979): with δ the difference of the
/// means, the squares add up to M₁ + M₂ + δ² w₁ w₂ / (w₁ + w₂).
/// Unlike Σ x² - (Σ x)²/n, this does not cancel, and a constant column stays exactly constant.
#[derive(Debug)]
pub(crate) struct Moments {
    /// Weight, mean, squares, and the number of values other than 0 and 1.
    columns: Vec<[f64; 4]>,
}

impl Moments {
    /// The moments of some rows of inputs or targets.
    pub(crate) fn of<F: Float>(data: &Examples<F>, side: Side, rows: Range<usize>) -> Result<Self> {
        let mut all = Self { columns: vec![[0.0; 4]; data.storage.columns(side)] };
        let sides = std::slice::from_ref(&side);
        let mut batches = InOrder::new(data, sides, rows, ROWS_AT_ONCE, Scales::default());
        while let Some(batch) = batches.next()? {
            let numbers = match side {
                Side::Inputs => batch.inputs.view(),
                Side::Targets => batch.targets,
            };
            all.add(Self::of_numbers(numbers, batch.weights).numbers());
        }
        Ok(all)
    }

    fn of_numbers<F: Float>(numbers: ArrayView2<'_, F>, weights: Option<&[F]>) -> Self {
        let weight = |row: usize| weights.map_or(1.0, |weights| weights[row].as_f64());
        let column = |column: ArrayView1<'_, F>| {
            let all = || column.iter().enumerate().map(|(row, x)| (x.as_f64(), weight(row)));
            let known = || all().filter(|(x, _)| !x.is_nan());
            let total = known().map(|(_, weight)| weight).sum::<f64>();
            // Differences from the first value are exactly 0 in a constant column.
            let first = known().next().map_or(0.0, |(x, _)| x);
            let sum = known().map(|(x, weight)| weight * (x - first)).sum::<f64>();
            let mean = if total > 0.0 { sum / total } else { 0.0 };
            let square = |x: f64| (x - first - mean).powi(2);
            let squares = known().map(|(x, weight)| weight * square(x)).sum::<f64>();
            let others = known().filter(|&(x, _)| x != 0.0 && x != 1.0).count();
            [total, mean + first, squares, others as f64]
        };
        Self { columns: numbers.columns().into_iter().map(column).collect() }
    }

    /// The moments, column by column: another process can add them.
    pub(crate) fn numbers(&self) -> &[f64] {
        self.columns.as_flattened()
    }

    /// Adds the moments of other rows, as these [`numbers`](Self::numbers).
    pub(crate) fn add(&mut self, numbers: &[f64]) {
        for (column, other) in zip(&mut self.columns, numbers.as_chunks().0) {
            let ([weight, mean, squares, others], [more, other_mean, other_squares, more_others]) =
                (*column, *other);
            let (share, difference) = (more / (weight + more), other_mean - mean);
            *column = match (weight == 0.0, more == 0.0) {
                (_, true) => continue,
                (true, _) => *other,
                _ => [
                    weight + more,
                    mean + difference * share,
                    squares + (other_squares + difference * difference * (weight * share)),
                    others + more_others,
                ],
            };
        }
    }

    /// Mean and deviation of each column as units. A column of 0 and 1 keeps its numbers, and so do
    /// the columns that are `kept`; the spread of a constant column is `constant`.
    fn standard<F: Float>(
        &self,
        constant: f64,
        kept: &[bool],
        names: &dyn Fn(usize) -> String,
    ) -> Result<Units> {
        // Division by a smaller deviation could overflow.
        let smallest = (F::min_positive_value() / F::epsilon()).as_f64();
        let scale = |(column, &[weight, mean, squares, others]): (usize, &[f64; 4])| {
            // Without a number, 0 / 0 would be NaN.
            let deviation = if weight == 0.0 { 0.0 } else { (squares / weight).sqrt() };
            let is_finite = mean.is_finite() && deviation.is_finite();
            ensure(is_finite, || DataError::NoScale { column: names(column) })?;
            Ok(match deviation < smallest {
                true => (mean, constant),
                false if others == 0.0 => (0.0, 1.0),
                false if kept.get(column) == Some(&true) => (0.0, 1.0),
                false => (mean, deviation),
            })
        };
        let columns = self.columns.iter().enumerate().map(scale);
        let (centres, spreads) = columns.collect::<Result<(Vec<_>, Vec<_>)>>()?;
        Units::standard(centres, spreads)
    }
}

impl<F: Float> Mlp<F> {
    /// Measures the units of this network on these rows, if it has units that are not measured yet.
    /// The network takes over names that it does not have ([`Mlp::schema`]).
    ///
    /// [`Trainer::fit`](crate::Trainer::fit) does this on its training rows. Training step by step
    /// or on a stream needs it before.
    ///
    /// ```
    /// use densely::{Dataset, Identity, Mlp};
    /// use ndarray::array;
    ///
    /// let data = Dataset::<f64>::regression(array![[100.0], [300.0]], [7.0, 11.0])?;
    /// let mut net = Mlp::builder(1).dense(1, Identity).build()?;
    /// assert!(!net.units_in().is_measured());
    /// net.measure(&data)?;
    /// assert_eq!(net.units_in().centres(), Some(&[200.0][..]));
    /// assert_eq!(net.units_in().spreads(), Some(&[100.0][..]));
    /// assert_eq!(net.units_out().centres(), Some(&[9.0][..]));
    /// assert_eq!(net.units_out().spreads(), Some(&[2.0][..]));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Shape`] if the data has other columns than the network, and
    /// [`SchemaError::Mismatch`](crate::error::SchemaError::Mismatch) for other names;
    /// [`DataError::NoScale`] for a column whose mean or deviation overflows an `f64`;
    /// [`DataError::NoWeight`] if all rows have the weight 0; for rows in files, errors of reading
    /// them.
    pub fn measure<S: Storage<F>>(&mut self, data: &Dataset<F, S>) -> Result<()> {
        let data = data.examples().with_weight()?;
        let (rows, shape) = (data.rows(), (self.features(), self.outputs()));
        Error::check_shapes((rows, data.features()), (rows, data.outputs()), shape)?;
        self.schema().check_same(data.schema())?;
        self.measure_by(&data, |side| Moments::of(&data, side, 0..data.rows()))?;
        self.complete_schema(data.schema());
        Ok(())
    }

    /// As [`measure`](Self::measure), from the moments of the rows, on which all workers agree.
    pub(crate) fn measure_by(
        &mut self,
        data: &Examples<F>,
        mut moments: impl FnMut(Side) -> Result<Moments>,
    ) -> Result<()> {
        let (mut units_in, mut units_out) = (self.units_in().clone(), self.units_out().clone());
        if !units_in.is_measured() {
            let names = |column| data.feature_names().swap_remove(column);
            let kept = data.schema().kept();
            units_in = match units_in.scaling() {
                Scaling::Robust => robust_units(&sorted_columns(data)?, &kept)?,
                _ => moments(Side::Inputs)?.standard::<F>(0.0, &kept, &names)?,
            };
        }
        if !units_out.is_measured() {
            let names = |column: usize| match data.schema().targets.get(column) {
                Some(name) => name.clone(),
                None => format!("target {column}"),
            };
            // Classes stay 0 and 1.
            units_out = match data.schema().classes[..] {
                [] => moments(Side::Targets)?.standard::<F>(1.0, &[], &names)?,
                _ => Units::none(),
            };
        }
        self.set_units(units_in, units_out)
    }
}
