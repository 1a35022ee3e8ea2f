//! The interval of a network: the ends for given rows, and a second network that scales it.

use super::{Interval, Mlp};
use crate::error::{Error, NetworkError, Result, check::ensure};
use crate::{float::Float, schema::Schema};
use ndarray::{Array2, ArrayView2};
use std::iter::zip;

impl<F: Float> Mlp<F> {
    /// Measures an [`Interval`] whose width differs from row to row, and keeps it together with
    /// `of_errors`, a network that estimates s(x) = ln |a - y|, in the data's units. The interval
    /// is a ± q exp(s(x)). The rows, inputs and targets, determine q: their errors, each divided
    /// by exp(s(x)), take the place of the errors in [`Interval::of`].
    ///
    /// What the interval promises is the same, whatever the second network is worth; a good one
    /// makes it narrow where the errors are small. Neither network may have learned from the rows.
    /// The second one learns from errors on rows from which the first one, or one like it, has not
    /// learned, as in the [folds](crate::Dataset::folds) of a cross-validation.
    ///
    /// ```
    /// use densely::{Dense, Identity, Mlp};
    /// use ndarray::{Array2, array};
    ///
    /// let line = |slope: f64| {
    ///     let layer = Dense::new(array![[slope]], None, Identity)?;
    ///     Mlp::from_layers(vec![layer])
    /// };
    /// let (mut net, of_errors) = (line(0.0)?, line(2_f64.ln())?); // 2ˣ
    /// let inputs = Array2::from_shape_fn((19, 1), |(row, _)| (row % 4) as f64);
    /// let targets = inputs.mapv(|x| 3.0 * x.exp2());
    /// net.set_scaled_interval(of_errors, (inputs.view(), targets.view()), 0.9)?;
    ///
    /// let inputs = array![[0.0], [5.0]];
    /// let outputs = net.predict(inputs.view())?;
    /// let [_, high] = net.interval_around(inputs.view(), outputs.view())?;
    /// approx::assert_abs_diff_eq!(high, array![[3.0], [96.0]], epsilon = 1e-9);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Interval::of`] and [`predict`](Self::predict); [`NetworkError::IntervalOutputs`] if the
    /// networks have different numbers of outputs.
    pub fn set_scaled_interval(
        &mut self,
        of_errors: Self,
        (inputs, targets): (ArrayView2<'_, F>, ArrayView2<'_, F>),
        level: f64,
    ) -> Result<()> {
        let outputs = self.predict(inputs)?;
        Error::check_shapes(outputs.dim(), targets.dim(), (outputs.ncols(), outputs.ncols()))?;
        let (interval, schema) = (None, Schema::default());
        let of_errors = Self { interval, of_errors: None, schema, ..of_errors };
        self.check_of_errors(&of_errors)?;
        let errors = (outputs - targets) / of_errors.predict(inputs)?.mapv(F::exp);
        let none = Array2::zeros(errors.dim());
        self.interval = Some(Interval::of(errors.view(), none.view(), level)?);
        self.of_errors = Some(Box::new(of_errors));
        Ok(())
    }

    /// The network that estimates the logarithms of the errors for the interval, if there is one.
    pub fn of_errors(&self) -> Option<&Self> {
        self.of_errors.as_deref()
    }

    /// Keeps an interval that a file has.
    pub(crate) fn keep_interval(&mut self, interval: Interval, of: Option<Self>) -> Result<()> {
        of.iter().try_for_each(|of_errors| self.check_of_errors(of_errors))?;
        self.set_interval(Some(interval))?;
        self.of_errors = of.map(Box::new);
        Ok(())
    }

    fn check_of_errors(&self, net: &Self) -> Result<()> {
        Error::check_features(net.features(), self.features())?;
        let (found, outputs) = (net.outputs(), self.outputs());
        ensure(found == outputs, || NetworkError::IntervalOutputs { found, outputs })
    }

    /// The lower and the upper end of the interval of each output, rows × outputs. `outputs` are
    /// what the network predicts for `inputs`.
    ///
    /// # Errors
    ///
    /// [`NetworkError::NoInterval`] without an interval, [`Error::Shape`] for other numbers of
    /// rows or columns, and as [`predict`](Self::predict).
    pub fn interval_around(
        &self,
        inputs: ArrayView2<'_, F>,
        outputs: ArrayView2<'_, F>,
    ) -> Result<[Array2<F>; 2]> {
        let interval = self.interval.as_ref().ok_or(NetworkError::NoInterval)?;
        self.check_outputs(inputs, outputs)?;
        let mut widths = match &self.of_errors {
            // Limited, since an infinite factor times a half width of 0 would be NaN.
            Some(net) => net.predict(inputs)?.mapv(|s| s.exp().min(F::max_value())),
            None => Array2::ones(outputs.dim()),
        };
        for (mut column, &half_width) in zip(widths.columns_mut(), interval.half_widths()) {
            column *= F::from_f64(half_width);
        }
        Ok([&outputs - &widths, &outputs + &widths])
    }
}
