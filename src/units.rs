//! The units of a network: they scale the data's numbers to about -1 to 1, and outputs back.

use crate::error::{Error, NetworkError, Result, check::ensure};
use crate::matrix::{Matrix, Rows};
use crate::{bits, float::Float};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};
use std::{iter::zip, sync::Arc};

/// How a network scales numbers to its own units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scaling {
    /// No scaling: the network works in the data's units.
    #[default]
    None,
    /// By mean and standard deviation. A column of only 0 and 1 stays as it is; so do features of
    /// -1 and 1, and those that are points on a circle.
    Standard,
    /// By median and quartiles, with a smooth clip: z = u / √(1 + (u/3)²), which lies within -3
    /// to 3, for u = (x - median) / (q₇₅ - q₂₅). For inputs only.
    ///
    /// Outliers change neither the scale nor, much, what the network does: RealMLP (Holzmüller,
    /// Grinsztajn, Steinwart 2024). If both quartiles are equal, the spread is the median of |x -
    /// median| over the values that differ from the median; in a column of two values, half their
    /// difference. Columns of only 0 and 1 and categories stay as they are. Row weights are not
    /// used. Of more than 131,072 rows, every k-th is used, with the smallest k that leaves at most
    /// 131,072.
    Robust,
}

/// The units of a network's inputs or outputs: z = (x - centre) / spread for each column, for
/// [robust](Scaling::Robust) inputs with a smooth clip.
///
/// [`MlpBuilder::units_in`](crate::mlp::MlpBuilder::units_in) chooses the [`Scaling`] of a network.
/// [`Trainer::fit`](crate::Trainer::fit) or [`Mlp::measure`](crate::Mlp::measure) measures centres
/// and spreads on the training rows. They are then part of the network and of its file.
///
/// A missing value (NaN) becomes z = 0, the centre. An input column that is constant in training
/// has the spread 0, and all its values become z = 0. A constant target has the spread 1.
///
/// ```
/// use densely::units::Units;
/// use ndarray::array;
///
/// let units = Units::standard([200.0, 5.0], [100.0, 0.0])?;
/// let z = units.to_network(array![[300.0, 5.0], [f64::NAN, 7.0]].view())?;
/// assert_eq!(z, array![[1.0, 0.0], [0.0, 0.0]]);
/// assert_eq!(units.to_data(array![[1.0, 0.0]].view())?, array![[300.0, 5.0]]);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedUnits", into = "SavedUnits")]
pub struct Units {
    scaling: Scaling,
    /// `None` without scaling, and before it is measured.
    scale: Option<Scale>,
}

/// Centre and spread of each column. A clone shares them.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    centres: Arc<[f64]>,
    spreads: Arc<[f64]>,
    /// 1 / spread, and 0 for a spread of 0.
    factors: Arc<[f64]>,
    /// The limit of each column's smooth clip, 0 for none. Empty if no column has one.
    limits: Arc<[f64]>,
}

/// Units as they are saved in a training state.
#[derive(Serialize, Deserialize)]
struct SavedUnits {
    scaling: Scaling,
    scale: Option<SavedScale>,
}

#[derive(Serialize, Deserialize)]
struct SavedScale {
    #[serde(with = "bits")]
    centres: Vec<f64>,
    #[serde(with = "bits")]
    spreads: Vec<f64>,
    #[serde(with = "bits")]
    limits: Vec<f64>,
}

impl Units {
    /// No scaling.
    pub fn none() -> Self {
        Self::default()
    }

    /// A scaling that is not measured yet.
    pub(crate) fn unmeasured(scaling: Scaling) -> Self {
        Self { scaling, scale: None }
    }

    /// Standard scaling with a given centre and spread for each column.
    ///
    /// # Errors
    ///
    /// [`NetworkError::Units`] if the numbers of centres and spreads differ; [`Error::NotFinite`]
    /// for a number that is NaN or infinite; [`Error::Setting`] for a negative spread.
    pub fn standard(
        centres: impl IntoIterator<Item = f64>,
        spreads: impl IntoIterator<Item = f64>,
    ) -> Result<Self> {
        let scale = Some(Scale::of(centres, spreads, None)?);
        Ok(Self { scaling: Scaling::Standard, scale })
    }

    /// Robust scaling with a given centre, spread and limit for each column: z = u / √(1 + (u /
    /// limit)²) with u = (x - centre) / spread. A limit of 0 is none: z = u.
    ///
    /// ```
    /// use densely::units::Units;
    /// use ndarray::array;
    ///
    /// let units = Units::robust([10.0, 0.0], [2.0, 1.0], [3.0, 0.0])?;
    /// let z = units.to_network(array![[18.0, 100.0]].view())?;
    /// assert_eq!(z, array![[2.4, 100.0]]);                             // 4 / √(1 + (4/3)²)
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`standard`](Self::standard), with limits as spreads.
    pub fn robust(
        centres: impl IntoIterator<Item = f64>,
        spreads: impl IntoIterator<Item = f64>,
        limits: impl IntoIterator<Item = f64>,
    ) -> Result<Self> {
        let scale = Some(Scale::of(centres, spreads, Some(Vec::from_iter(limits)))?);
        Ok(Self { scaling: Scaling::Robust, scale })
    }

    /// The kind of scaling.
    pub fn scaling(&self) -> Scaling {
        self.scaling
    }

    /// Whether the scaling is measured, or needs no measuring.
    pub fn is_measured(&self) -> bool {
        self.scaling == Scaling::None || self.scale.is_some()
    }

    /// The centre of each column; `None` without scaling or before it is measured.
    pub fn centres(&self) -> Option<&[f64]> {
        self.scale.as_ref().map(|scale| &scale.centres[..])
    }

    /// The spread of each column; `None` without scaling or before it is measured.
    pub fn spreads(&self) -> Option<&[f64]> {
        self.scale.as_ref().map(|scale| &scale.spreads[..])
    }

    /// The limit of each column's smooth clip, 0 for none; `None` for standard
    /// units.
    pub fn limits(&self) -> Option<&[f64]> {
        self.scale.as_ref().map(|scale| &scale.limits[..]).filter(|limits| !limits.is_empty())
    }

    /// z = (x - centre) / spread: converts numbers to the network's units, rows × columns.
    ///
    /// # Errors
    ///
    /// [`NetworkError::Units`] for another number of columns, [`NetworkError::NotMeasured`] if the
    /// scaling is not measured yet.
    pub fn to_network<F: Float>(&self, numbers: ArrayView2<'_, F>) -> Result<Array2<F>> {
        self.check(numbers.ncols())?;
        let Some(scale) = self.measured()? else { return Ok(numbers.to_owned()) };
        Ok(scale.to_network(numbers, &mut Matrix::default()).view().to_owned())
    }

    /// x = centre + spread · z: converts outputs to the data's units, rows × columns. Only inputs
    /// have a clip, which this leaves out.
    ///
    /// # Errors
    ///
    /// As [`to_network`](Self::to_network).
    pub fn to_data<F: Float>(&self, numbers: ArrayView2<'_, F>) -> Result<Array2<F>> {
        self.check(numbers.ncols())?;
        let mut unscaled = numbers.to_owned();
        if let Some(scale) = self.measured()? {
            scale.to_data(unscaled.view_mut());
        }
        Ok(unscaled)
    }

    /// Checks that measured units have this number of columns.
    pub(crate) fn check(&self, expected: usize) -> Result<()> {
        let found = self.centres().map_or(expected, <[f64]>::len);
        ensure(found == expected, || NetworkError::Units { found, expected })
    }

    /// The measured scale; `None` without scaling. Units that are not measured are an error.
    pub(crate) fn measured(&self) -> Result<Option<&Scale>> {
        let measured = self.is_measured().then_some(self.scale.as_ref());
        measured.ok_or_else(|| NetworkError::NotMeasured.into())
    }
}

impl Scale {
    /// Checks the numbers. Spreads and limits have the same range.
    fn of(
        centres: impl IntoIterator<Item = f64>,
        spreads: impl IntoIterator<Item = f64>,
        limits: Option<Vec<f64>>,
    ) -> Result<Self> {
        let (centres, spreads) = (Vec::from_iter(centres), Vec::from_iter(spreads));
        for numbers in [Some(&spreads), limits.as_ref()].into_iter().flatten() {
            let (found, expected) = (numbers.len(), centres.len());
            ensure(found == expected, || NetworkError::Units { found, expected })?;
            let all = centres.iter().chain(numbers).copied();
            Error::check_each_finite("a centre or spread", all)?;
            for &spread in numbers {
                Error::check_range("spread", spread, ("at least 0", |spread| spread >= 0.0))?;
            }
        }
        let factor = |&spread: &f64| if spread == 0.0 { 0.0 } else { 1.0 / spread };
        let factors = spreads.iter().map(factor).collect();
        let (centres, spreads) = (centres.into(), spreads.into());
        Ok(Self { centres, spreads, factors, limits: limits.unwrap_or_default().into() })
    }

    /// Centre and 1 / spread of each column; 0 for a spread of 0.
    #[inline(always)]
    pub(crate) fn centres_and_factors(&self) -> impl Iterator<Item = (&f64, &f64)> {
        zip(&*self.centres, &*self.factors)
    }

    #[inline(always)]
    pub(crate) fn centres_and_spreads(&self) -> impl Iterator<Item = (&f64, &f64)> {
        zip(&*self.centres, &*self.spreads)
    }

    /// z = (x - centre) / spread, 0 for NaN. With a limit, z / √(1 + (z/limit)²) takes its
    /// place. Changes each row of a row-major matrix.
    pub(crate) fn rows_to_network<F: Float>(&self, rows: &mut [F]) {
        Arch::new().dispatch(ToNetwork(self, rows));
    }

    /// All rows in network units, in another matrix.
    pub(crate) fn to_network<'m, F: Float>(
        &self,
        from: ArrayView2<'_, F>,
        to: &'m mut Matrix<F>,
    ) -> Rows<'m, F> {
        let to = to.reshape(from.nrows(), from.ncols());
        to.view_mut().assign(&from);
        self.rows_to_network(to.numbers_mut());
        to.as_rows()
    }

    /// y = centre + spread · a for each row of outputs, in place.
    pub(crate) fn to_data<F: Float>(&self, mut outputs: ArrayViewMut2<'_, F>) {
        for mut row in outputs.rows_mut() {
            for (y, (centre, spread)) in zip(&mut row, self.centres_and_spreads()) {
                *y = F::from_f64(y.as_f64() * spread + centre);
            }
        }
    }
}

/// [`Scale::rows_to_network`]. A closure would not be inlined and hence not be vectorized.
struct ToNetwork<'a, F>(&'a Scale, &'a mut [F]);

impl<F: Float> WithSimd for ToNetwork<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self(scale, rows) = self;
        // A matrix without columns has no numbers.
        for row in rows.chunks_exact_mut(scale.centres.len().max(1)) {
            for (x, (&centre, &factor)) in zip(&mut *row, scale.centres_and_factors()) {
                let z = (x.as_f64() - centre) * factor;
                *x = F::from_f64(if z.is_nan() { 0.0 } else { z });
            }
            for (u, &limit) in zip(row, &*scale.limits) {
                // The square of a larger number could overflow.
                let bounded = u.as_f64().clamp(-1e150, 1e150);
                let clipped = bounded / (1.0 + (bounded / limit).powi(2)).sqrt();
                *u = if limit == 0.0 { *u } else { F::from_f64(clipped) };
            }
        }
    }
}

impl TryFrom<SavedUnits> for Units {
    type Error = Error;

    fn try_from(SavedUnits { scaling, scale }: SavedUnits) -> Result<Self> {
        match scale {
            None => Ok(Self::unmeasured(scaling)),
            Some(SavedScale { centres, spreads, limits }) if limits.is_empty() => {
                Self::standard(centres, spreads)
            }
            Some(SavedScale { centres, spreads, limits }) => Self::robust(centres, spreads, limits),
        }
    }
}

impl From<Units> for SavedUnits {
    fn from(Units { scaling, scale }: Units) -> Self {
        let scale = scale.map(|Scale { centres, spreads, limits, .. }| {
            let [centres, spreads, limits] =
                [centres, spreads, limits].map(|numbers| numbers.to_vec());
            SavedScale { centres, spreads, limits }
        });
        Self { scaling, scale }
    }
}
