//! Checks that several modules share.

use crate::error::{Error, Result, ShapeError};
use crate::float::Float;
use crate::matrix::fit_in_memory;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind};
use std::path::Path;

/// What a setting needs: in words, and as a condition.
pub(crate) type Range = (&'static str, fn(f64) -> bool);

pub(crate) const AT_LEAST_1: Range = ("at least 1", |x| x >= 1.0);
pub(crate) const POSITIVE: Range = ("positive and finite", |x| x > 0.0 && x.is_finite());
pub(crate) const NOT_NEGATIVE: Range = ("at least 0 and finite", |x| x >= 0.0 && x.is_finite());
pub(crate) const BELOW_1: Range = ("at least 0 and below 1", |x| (0.0..1.0).contains(&x));
pub(crate) const FRACTION: Range = ("above 0 and below 1", |x| x > 0.0 && x < 1.0);

/// Positive and finite also as an `F`.
pub(crate) fn positive<F: Float>() -> Range {
    (POSITIVE.0, |x| POSITIVE.1(F::from_f64(x).as_f64()))
}

/// Returns this error unless the condition holds.
pub(crate) fn ensure<E: Into<Error>>(holds: bool, error: impl FnOnce() -> E) -> Result<()> {
    if holds { Ok(()) } else { Err(error().into()) }
}

impl Error {
    /// The error of this file.
    pub(crate) fn io(file: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { file: file.into(), source }
    }

    /// Checks that none of these numbers is NaN or infinite.
    pub(crate) fn check_each_finite(
        what: &'static str,
        mut numbers: impl Iterator<Item = f64>,
    ) -> Result<()> {
        let wrong = numbers.find(|number| !number.is_finite());
        wrong.map_or(Ok(()), |value| Err(Self::NotFinite { what, value }))
    }

    /// Checks a setting by what it needs: a [`Range`], or words and a condition of its own.
    pub(crate) fn check_range(
        name: &'static str,
        value: f64,
        (needs, holds): (&'static str, impl Fn(f64) -> bool),
    ) -> Result<()> {
        ensure(holds(value), || Self::Setting { name, value, needs })
    }

    pub(crate) fn check_features(found: usize, expected: usize) -> Result<()> {
        ensure(found == expected, || ShapeError::Features { found, expected })
    }

    /// Checks that inputs (rows × features) and targets (rows × outputs) fit a network (features,
    /// outputs) and each other.
    pub(crate) fn check_shapes(
        (inputs, columns): (usize, usize),
        (targets, found): (usize, usize),
        (features, outputs): (usize, usize),
    ) -> Result<()> {
        Self::check_features(columns, features)?;
        ensure(found == outputs, || ShapeError::Targets { found, outputs })?;
        ensure(targets == inputs, || ShapeError::Rows { inputs, targets })
    }

    /// Checks that a matrix can be allocated: a failed allocation would end the process.
    pub(crate) fn check_memory<F>(rows: usize, columns: usize) -> Result<()> {
        ensure(fit_in_memory::<F>(rows, columns), || ShapeError::TooLarge { rows, columns })
    }

    /// Opens a file for reading. A folder is an error.
    pub(crate) fn open_file(path: &Path) -> Result<(File, Metadata)> {
        let file = File::open(path).map_err(Self::io(path))?;
        let metadata = file.metadata().map_err(Self::io(path))?;
        ensure(!metadata.is_dir(), || Self::io(path)(ErrorKind::IsADirectory.into()))?;
        Ok((file, metadata))
    }
}
