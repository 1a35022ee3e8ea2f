//! The interval around predicted numbers, which the test rows measure.

use super::{Options, Task, Tested};
use crate::test_rows::Split;
use densely::{Dataset, Mlp, Recipe, mlp::Interval};
use ndarray::{ArrayViewMut1, Axis, concatenate};
use std::error::Error;

/// The folds of the rows that tell how large the errors are.
const FOLDS: usize = 5;

/// Errors below this share of the mean one count as this: the logarithm of 0 says nothing.
const LEAST_SHARE: f32 = 1e-3;

/// The interval that a network is to get.
pub struct IntervalPlan {
    pub(super) level: f64,
    /// The network that estimates the logarithms of the errors, if rows are to have widths of
    /// their own.
    pub(super) of_errors: Option<Mlp<f32>>,
}

impl IntervalPlan {
    /// Refuses an interval that the test rows cannot measure: not after a long training. If rows
    /// are to have widths of their own, trains the network of the errors.
    ///
    /// # Errors
    ///
    /// Those of `Interval::of`, of the folds and of the training.
    pub fn new(
        task: Task,
        rows: &Split,
        (level, is_scaled): (f64, bool),
        options: &Options,
    ) -> Result<Self, Box<dyn Error>> {
        if task != Task::Regression {
            let why = "--interval is for numbers; the outputs of a classifier are probabilities";
            return Err(why.into());
        }
        let test = Tested::zeros(&rows.test);
        Interval::of(test.predicted.view(), test.targets(), level)?;
        let of_errors = is_scaled.then(|| of_errors(rows, options)).transpose()?;
        Ok(Self { level, of_errors })
    }
}

/// A network of the logarithms of the errors, which small networks make on rows that they have not
/// learned from.
fn of_errors(rows: &Split, options: &Options) -> Result<Mlp<f32>, Box<dyn Error>> {
    let learned = |rows: &Dataset<f32>| {
        let recipe = Recipe::quick().seed(options.seed);
        let recipe = match options.threads {
            Some(threads) => recipe.threads(threads),
            None => recipe,
        };
        recipe.fit(rows).map(|(net, _)| net)
    };
    let folds = rows.folds(FOLDS, options, 0.0)?;
    let errors = folds.iter().map(|fold| {
        let outputs = learned(&fold.train)?.predict(fold.test.inputs())?;
        Ok((outputs - fold.test.targets()).mapv(f32::abs))
    });
    let errors = errors.collect::<densely::Result<Vec<_>>>()?;
    let errors: Vec<_> = errors.iter().map(|errors| errors.view()).collect();
    let mut errors = concatenate(Axis(0), &errors)?;
    for mut errors in errors.columns_mut() {
        let least = LEAST_SHARE * errors.mean().unwrap_or_default();
        errors.mapv_inplace(|error| error.max(least).max(f32::MIN_POSITIVE).ln());
    }
    let inputs: Vec<_> = folds.iter().map(|fold| fold.test.inputs()).collect();
    let mut inputs = concatenate(Axis(0), &inputs)?;
    inputs.columns_mut().into_iter().for_each(fill);
    Ok(learned(&Dataset::new(inputs, errors)?)?)
}

/// Puts the median of its numbers in place of each blank of a column: a network has it for blanks.
fn fill(mut column: ArrayViewMut1<'_, f32>) {
    let mut known: Vec<f32> = column.iter().copied().filter(|number| !number.is_nan()).collect();
    known.sort_unstable_by(f32::total_cmp);
    let median = known.get(known.len() / 2).copied().unwrap_or_default();
    column.mapv_inplace(|number| if number.is_nan() { median } else { number });
}
