//! Bringing every feature, and the target of a regression, to mean 0 and deviation 1.

mod folding;

use super::scaling::Scaling;
use crate::{Dataset, Error, Float, Result};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Zip};

/// Standardises: x ↦ (x - mean) / deviation, for each feature, and for each target that is a number.
///
/// Fit it on the training rows alone: statistics of test rows would tell the network about them. The
/// deviation is that of the population (divided by n, not n - 1), as in scikit-learn's `StandardScaler`. Classes stay as they are.
///
/// A feature that is constant becomes 0, whatever it is in other rows, and has no influence from then on.
///
/// After training, [`fold_into`](Self::fold_into) moves both scales into the network's parameters: it then takes raw features
/// and gives raw units, at no cost.
///
/// ```
/// use densely::{Dataset, Identity, Mlp, Standardizer};
/// use ndarray::array;
///
/// let train = Dataset::<f64>::new(array![[100.0], [300.0]], array![[7.0], [9.0]])?;
/// let scaler = Standardizer::fit(&train)?;
/// let scaled = scaler.apply(&train)?;
/// assert_eq!((scaled.inputs(), scaled.targets()), (array![[-1.0], [1.0]].view(), array![[-1.0], [1.0]].view()));
///
/// let mut net = Mlp::builder(1).dense(1, Identity).build()?;    // stands for a trained one
/// let in_scaled_units = net.predict(scaled.inputs())?;
/// scaler.fold_into(&mut net)?;
/// assert!((net.predict(train.inputs())? - (in_scaled_units + 8.0)).iter().all(|d| d.abs() < 1e-12));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Standardizer {
    features: Scale,
    /// `None` where the targets are classes.
    targets: Option<Scale>,
    /// Of features, then of targets.
    names: Vec<String>,
    /// Some of the rows that it was fitted on, to see what folding changes.
    samples: Array2<f64>,
}

/// So many rows are kept.
const SAMPLES: usize = 128;

/// Which columns are standardised.
#[derive(Clone, Copy, PartialEq)]
enum Columns {
    Features,
    All,
}

/// The mean and deviation of each column.
#[derive(Clone, Debug)]
struct Scale {
    mean: Array1<f64>,
    deviation: Array1<f64>,
}

impl Scale {
    /// Of each column; `constant` stands for the deviation of one that does not vary.
    fn of<F: Float>(
        numbers: ArrayView2<'_, F>,
        weights: Option<ArrayView1<'_, F>>,
        constant: f64,
    ) -> Self {
        let weights: Option<Vec<f64>> =
            weights.map(|weights| weights.iter().map(|weight| weight.as_f64()).collect());
        // A smaller deviation would make weights that were divided by it overflow.
        let smallest = (F::min_positive_value() / F::epsilon()).as_f64();
        let (mean, deviation) = numbers
            .axis_iter(Axis(1))
            .map(|column| {
                // Differences from the first value: exactly 0 throughout for a constant column.
                let first = column[0].as_f64();
                let offset = mean(column.iter().map(|x| x.as_f64() - first), weights.as_deref());
                let squares = column.iter().map(|x| (x.as_f64() - first - offset).powi(2));
                let deviation = mean(squares, weights.as_deref()).sqrt();
                let mean = first + offset;
                // An overflow is told by the mean.
                let mean = if deviation.is_finite() { mean } else { f64::NAN };
                (mean, if deviation < smallest { constant } else { deviation })
            })
            .unzip::<_, _, Vec<_>, Vec<_>>();
        Self { mean: mean.into(), deviation: deviation.into() }
    }

    fn apply<F: Float>(
        &self,
        numbers: ArrayView2<'_, F>,
        matrix: &'static str,
    ) -> Result<Array2<F>> {
        let mut scaled = numbers.as_standard_layout().into_owned();
        for mut row in scaled.rows_mut() {
            Zip::from(&mut row)
                .and(&self.mean)
                .and(&self.deviation)
                .for_each(|x, &mean, &deviation| *x = F::from_f64((x.as_f64() - mean) / deviation));
        }
        Error::check_finite(scaled.view(), matrix)?;
        Ok(scaled)
    }
}

/// By weight, where there are weights.
fn mean(values: impl ExactSizeIterator<Item = f64>, weights: Option<&[f64]>) -> f64 {
    let count = values.len() as f64;
    match weights {
        None => values.sum::<f64>() / count,
        Some(weights) => {
            let weighted = values.zip(weights).map(|(value, weight)| value * weight);
            weighted.sum::<f64>() / weights.iter().sum::<f64>()
        }
    }
}

impl Standardizer {
    /// The mean and deviation of each feature, and of each target unless the targets are classes; by the rows' weights, if they have some.
    ///
    /// ```
    /// # use densely::{Dataset, Standardizer};
    /// # use ndarray::array;
    /// let train = Dataset::regression(array![[100.0, 5.0], [300.0, 5.0]], [7.0, 9.0])?;
    /// let scaled = Standardizer::fit(&train)?.apply(&train)?;
    /// assert_eq!(scaled.inputs(), array![[-1.0, 0.0], [1.0, 0.0]]);              // mean 200, deviation 100; a constant becomes 0
    /// assert_eq!(scaled.targets(), array![[-1.0], [1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoScale`] names a column whose mean or deviation overflows an `f64`; [`Error::NoWeight`] if all weights are 0.
    pub fn fit<F: Float>(data: &Dataset<F>) -> Result<Self> {
        Self::of(data, Columns::All)
    }

    /// The mean and deviation of each feature alone: the targets stay as they are, as counts for the [`Poisson`](crate::Poisson) loss, or several labels
    /// at once, must.
    ///
    /// ```
    /// # use densely::{Dataset, Standardizer};
    /// # use ndarray::array;
    /// let counts = Dataset::regression(array![[100.0], [300.0]], [0.0, 4.0])?;
    /// let scaled = Standardizer::fit_features(&counts)?.apply(&counts)?;
    /// assert_eq!((scaled.inputs(), scaled.targets()), (array![[-1.0], [1.0]].view(), array![[0.0], [4.0]].view()));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit).
    pub fn fit_features<F: Float>(data: &Dataset<F>) -> Result<Self> {
        Self::of(data, Columns::Features)
    }

    fn of<F: Float>(data: &Dataset<F>, which: Columns) -> Result<Self> {
        let data = data.without_weightless_rows()?;
        // Divided by ∞, a constant feature becomes 0, and so does its weight when it is folded: the network never learned that weight.
        let features = Scale::of(data.inputs(), data.weights(), f64::INFINITY);
        let targets = (which == Columns::All && data.classes().is_empty())
            .then(|| Scale::of(data.targets(), data.weights(), 1.0));
        let target_names = (0..data.outputs()).map(|column| format!("target {column}"));
        let target_names = match data.schema().targets[..] {
            [] => target_names.collect(),
            _ => data.schema().targets.clone(),
        };
        let names: Vec<String> = data.feature_names().into_iter().chain(target_names).collect();
        let scales = [Some(&features), targets.as_ref()].into_iter().flatten();
        for (mean, column) in scales.flat_map(|scale| &scale.mean).zip(&names) {
            if !mean.is_finite() {
                return Err(Error::NoScale { column: column.clone() });
            }
        }
        let step = data.rows().div_ceil(SAMPLES).max(1);
        let rows: Vec<usize> = (0..data.rows()).step_by(step).collect();
        let samples = data.inputs().select(Axis(0), &rows).mapv(Float::as_f64);
        Ok(Self { features, targets, names, samples })
    }

    /// The data, standardised. A [`Trainer`](crate::Trainer) still reports losses in the target's own unit.
    ///
    /// ```
    /// # use densely::{Dataset, Standardizer};
    /// # use ndarray::array;
    /// let train = Dataset::regression(array![[100.0], [300.0]], [7.0, 9.0])?;
    /// let test = Dataset::regression(array![[250.0]], [8.5])?;
    /// let scaled = Standardizer::fit(&train)?.apply(&test)?;       // by the mean and deviation of the training rows
    /// assert_eq!((scaled.inputs()[[0, 0]], scaled.targets()[[0, 0]]), (0.5, 0.5));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::OtherData`] if the data has other columns than the data that this was fitted on, [`Error::NotFiniteAt`] if a number is so far from its column's mean
    /// that `F` has no such number of deviations.
    pub fn apply<F: Float>(&self, data: &Dataset<F>) -> Result<Dataset<F>> {
        let inputs = self.scale_inputs(data.inputs())?;
        let Some(scale) = &self.targets else {
            let scaling = Scaling { inputs: true, ..data.scaling() };
            return Ok(data.with_numbers(inputs, data.targets().to_owned(), scaling));
        };
        check("targets", scale.mean.len(), data.outputs())?;
        let mean_square = scale.deviation.mapv(|d| d * d).mean().unwrap_or(1.0);
        let targets = scale.apply(data.targets(), "standardized targets")?;
        let target_deviation = mean_square.sqrt();
        let scaling = Scaling { inputs: true, targets: true, target_deviation };
        Ok(data.with_numbers(inputs, targets, scaling))
    }

    /// Inputs, standardised: what a network takes that was trained on standardised rows, and has not had the scale
    /// [folded into](Self::fold_into) it. Rows × features.
    ///
    /// ```
    /// # use densely::{Dataset, Standardizer};
    /// # use ndarray::array;
    /// let train = Dataset::regression(array![[100.0], [300.0]], [7.0, 9.0])?;
    /// let scaler = Standardizer::fit(&train)?;
    /// assert_eq!(scaler.scale_inputs(array![[400.0]].view())?, array![[2.0]]);
    /// assert_eq!(scaler.unscale_outputs(array![[2.0]].view())?, array![[10.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::OtherData`] for another number of features, [`Error::NotFiniteAt`] as for [`apply`](Self::apply).
    pub fn scale_inputs<F: Float>(&self, inputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check("features", self.features.mean.len(), inputs.ncols())?;
        self.features.apply(inputs, "standardized inputs")
    }

    /// Outputs of such a network in the targets' own unit: y = deviation · a + mean. Rows × outputs. Those for targets that were not standardised stay as they
    /// are.
    ///
    /// # Errors
    ///
    /// [`Error::OtherData`] for another number of outputs.
    pub fn unscale_outputs<F: Float>(&self, outputs: ArrayView2<'_, F>) -> Result<Array2<F>> {
        let mut unscaled = outputs.as_standard_layout().into_owned();
        let Some(Scale { mean, deviation }) = &self.targets else { return Ok(unscaled) };
        check("targets", mean.len(), outputs.ncols())?;
        for mut row in unscaled.rows_mut() {
            Zip::from(&mut row)
                .and(mean)
                .and(deviation)
                .for_each(|y, &mean, &deviation| *y = F::from_f64(y.as_f64() * deviation + mean));
        }
        Ok(unscaled)
    }
}

fn check(what: &'static str, expected: usize, found: usize) -> Result<()> {
    if found == expected { Ok(()) } else { Err(Error::OtherData { expected, found, what }) }
}
