//! Bringing every feature, and the target of a regression, to mean 0 and deviation 1.

mod folding;
mod moments;
mod scale;

pub use scale::Scale;

use super::examples::Examples;
use super::scaling::Scaling;
use super::storage::{Matrix, Storage};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::float::Float;
use crate::workers::Workers;
use moments::Moments;
use ndarray::{Array2, ArrayView2, Zip};

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
/// use densely::{Dataset, Identity, Mlp, data::Standardizer};
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

impl Standardizer {
    /// The mean and deviation of each feature, and of each target unless the targets are classes; by the rows' weights, if they have some.
    ///
    /// ```
    /// # use densely::{Dataset, data::Standardizer};
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
    /// [`Error::NoScale`] names a column whose mean or deviation overflows an `f64`; [`Error::NoWeight`] if all weights are 0; of rows in files, what reading them gives.
    pub fn fit<F: Float, S: Storage<F>>(data: &Dataset<F, S>) -> Result<Self> {
        Self::of(data, Columns::All, None)
    }

    /// As [`fit`](Self::fit), by several workers, each of which goes through its part of the rows: for data in files, of which one pass takes long. All get the same, but for rounding that of
    /// [`fit`](Self::fit).
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit); [`Error::Workers`] if the others cannot be reached or cannot read their rows, [`Error::WorkersDiffer`] if they have other numbers of rows or columns.
    pub fn fit_with<F: Float, S: Storage<F>>(
        data: &Dataset<F, S>,
        workers: &mut dyn Workers<F>,
    ) -> Result<Self> {
        Self::of(data, Columns::All, Some(workers))
    }

    /// The mean and deviation of each feature alone: the targets stay as they are, as counts for the [`Poisson`](crate::loss::Poisson) loss, or several labels
    /// at once, must.
    ///
    /// ```
    /// # use densely::{Dataset, data::Standardizer};
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
    pub fn fit_features<F: Float, S: Storage<F>>(data: &Dataset<F, S>) -> Result<Self> {
        Self::of(data, Columns::Features, None)
    }

    /// As [`fit_features`](Self::fit_features), by several workers, as [`fit_with`](Self::fit_with) has it.
    ///
    /// # Errors
    ///
    /// As [`fit_with`](Self::fit_with).
    pub fn fit_features_with<F: Float, S: Storage<F>>(
        data: &Dataset<F, S>,
        workers: &mut dyn Workers<F>,
    ) -> Result<Self> {
        Self::of(data, Columns::Features, Some(workers))
    }

    fn of<F: Float>(
        data: &dyn Examples<F>,
        which: Columns,
        mut workers: Option<&mut dyn Workers<F>>,
    ) -> Result<Self> {
        let counting = data.counting()?;
        let data = counting.as_deref().unwrap_or(data);
        let mut moments = |matrix| match &mut workers {
            None => Moments::of(data, matrix, 0..data.rows()),
            Some(workers) => Moments::of_all(data, matrix, &mut **workers),
        };
        // Divided by ∞, a constant feature becomes 0, and so does its weight when it is folded: the network never learned that weight.
        let features = moments(Matrix::Inputs)?.scale::<F>(f64::INFINITY);
        let targets = (which == Columns::All && data.schema().classes.is_empty())
            .then(|| moments(Matrix::Targets))
            .transpose()?
            .map(|moments| moments.scale::<F>(1.0));
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
        let mut samples = Array2::<F>::zeros((rows.len(), data.features()));
        let places: Vec<u32> = (0..rows.len() as u32).collect();
        if let Some(samples) = samples.as_slice_mut() {
            data.read(Matrix::Inputs, &rows, &places, samples)?;
        }
        let samples = samples.mapv(F::as_f64);
        Ok(Self { features, targets, names, samples })
    }

    /// The data, standardised. A [`Trainer`](crate::trainer::Trainer) still reports losses in the target's own unit.
    ///
    /// ```
    /// # use densely::{Dataset, data::Standardizer};
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
    pub fn apply<F: Float, S: Storage<F>>(&self, data: &Dataset<F, S>) -> Result<Dataset<F, S>> {
        check("features", self.features.mean.len(), data.features())?;
        let mut scaling = Scaling { inputs: true, ..data.scaling() };
        if let Some(scale) = &self.targets {
            check("targets", scale.mean.len(), data.outputs())?;
            let mean_square = scale.deviation.mapv(|d| d * d).mean().unwrap_or(1.0);
            scaling.targets = true;
            scaling.target_deviation = mean_square.sqrt();
        }
        Ok(data.with_storage(data.storage.scaled(&self.features, self.targets.as_ref())?, scaling))
    }

    /// Inputs, standardised: what a network takes that was trained on standardised rows, and has not had the scale
    /// [folded into](Self::fold_into) it. Rows × features.
    ///
    /// ```
    /// # use densely::{Dataset, data::Standardizer};
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
