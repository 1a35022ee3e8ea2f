//! Intervals around a network's outputs.

use crate::error::check::{FRACTION, NOT_NEGATIVE, ensure};
use crate::error::{Error, NetworkError, Result};
use crate::float::Float;
use ndarray::ArrayView2;
use std::iter::zip;

/// Intervals around the outputs of a regression: split conformal prediction (Papadopoulos et al.
/// 2002; Lei et al. 2018).
///
/// With n rows that took no part in the training, the interval is the output ± the k-th smallest
/// error |a - y| of these rows, k = ⌈(n + 1) · level⌉. If old and new rows are exchangeable
/// (drawn in the same way, in no order), it holds the target of a new row with a probability of at
/// least `level`; if no errors are equal, of at most `level` + 1 / (n + 1). With several outputs,
/// this is true of each alone, not of all at once. The probability is an average over possible sets
/// of n rows. For one set, the share of new rows inside has a standard deviation of about
/// √(level (1 - level) / n).
/// All rows have intervals of the same width, unless a second network estimates the errors:
/// [`set_scaled_interval`](crate::Mlp::set_scaled_interval).
///
/// A network keeps its interval, and so does its file. Training removes it. If you change the
/// network in another way, remove it with `set_interval(None)`.
///
/// ```
/// use densely::{Dense, Identity, Mlp, mlp::Interval};
/// use ndarray::{Array2, array};
///
/// let mut net = Mlp::from_layers(vec![Dense::new(array![[2.0]], None, Identity)?])?;
/// // 19 rows whose targets are 1, 2, …, 19 beyond the outputs.
/// let outputs = Array2::zeros((19, 1));
/// let targets = Array2::from_shape_fn((19, 1), |(row, _)| row as f64 + 1.0);
/// net.set_interval(Some(Interval::of(outputs.view(), targets.view(), 0.9)?))?;
///
/// let interval = net.interval().ok_or("no interval")?;
/// assert_eq!((interval.level(), interval.half_widths()), (0.9, &[18.0][..])); // ⌈20 · 0.9⌉
/// let inputs = array![[50.0]];
/// let outputs = net.predict(inputs.view())?;
/// let ends = net.interval_around(inputs.view(), outputs.view())?;
/// assert_eq!(ends, [array![[82.0]], array![[118.0]]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    level: f64,
    half_widths: Vec<f64>,
}

/// The name of a half width in messages.
const WIDTH: &str = "half width of the interval";

impl Interval {
    /// The interval from outputs and targets of rows that took no part in the training: rows ×
    /// outputs.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `level` is above 0 and below 1, and for a width that would be NaN
    /// or infinite; [`Error::Shape`] for arrays of different shapes; [`NetworkError::FewRows`] for
    /// fewer rows than the level needs.
    pub fn of<F: Float>(
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        level: f64,
    ) -> Result<Self> {
        Error::check_range("level of the interval", level, FRACTION)?;
        let (rows, columns) = outputs.dim();
        Error::check_shapes((rows, columns), targets.dim(), (columns, columns))?;
        // What rounding adds to a whole number must not make it the next one.
        let rank = ((rows as f64 + 1.0) * level - 1e-9).ceil().max(1.0) as usize;
        // k ≤ n if n ≥ level / (1 - level).
        let needed = (level / (1.0 - level) * (1.0 - 1e-9)).ceil().max(1.0) as usize;
        ensure(rank <= rows, || NetworkError::FewRows { rows, needed, level })?;
        let half_width = |(outputs, targets)| {
            let error = |(&a, &y): (&F, &F)| (a - y).as_f64().abs();
            let mut errors: Vec<f64> = zip(outputs, targets).map(error).collect();
            *errors.select_nth_unstable_by(rank - 1, f64::total_cmp).1
        };
        let half_widths = zip(outputs.columns(), targets.columns()).map(half_width).collect();
        let interval = Self { level, half_widths };
        interval.check(columns)?;
        Ok(interval)
    }

    /// The level, and then the half widths.
    pub(crate) fn to_numbers(&self) -> Vec<f64> {
        [&[self.level], &self.half_widths[..]].concat()
    }

    /// The interval of these numbers; nothing if there is no level.
    pub(crate) fn from_numbers(numbers: &[f64]) -> Option<Self> {
        let (&level, half_widths) = numbers.split_first()?;
        Some(Self { level, half_widths: half_widths.to_vec() })
    }

    /// Refuses an interval for another number of outputs, and impossible numbers.
    pub(crate) fn check(&self, outputs: usize) -> Result<()> {
        let found = self.half_widths.len();
        ensure(found == outputs, || NetworkError::IntervalOutputs { found, outputs })?;
        Error::check_range("level of the interval", self.level, FRACTION)?;
        let mut widths = self.half_widths.iter();
        widths.try_for_each(|&width| Error::check_range(WIDTH, width, NOT_NEGATIVE))
    }

    /// The share of new rows whose targets are inside: on average over measured intervals, at least
    /// this.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// For each output, half of the interval's width, in the data's units; if a second network
    /// estimates the errors, what its estimate is multiplied by.
    pub fn half_widths(&self) -> &[f64] {
        &self.half_widths
    }
}
