//! Checks that several modules share.

use crate::error::{DataError, Error, Result, ShapeError};
use crate::{float::Float, matrix::fit_in_memory};
use ndarray::{ArrayView1, ArrayView2};
use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::path::Path;

impl Error {
    pub(crate) fn check_features(found: usize, expected: usize) -> Result<()> {
        if found == expected {
            Ok(())
        } else {
            Err(ShapeError::Features { found, expected }.into())
        }
    }

    /// Checks that inputs (rows × features) and targets (rows × outputs) fit a network (features,
    /// outputs) and each other.
    pub(crate) fn check_shapes(
        (rows, columns): (usize, usize),
        (target_rows, target_columns): (usize, usize),
        (features, outputs): (usize, usize),
    ) -> Result<()> {
        Self::check_features(columns, features)?;
        if target_columns != outputs {
            return Err(ShapeError::Targets { found: target_columns, outputs }.into());
        }
        if target_rows != rows {
            return Err(ShapeError::Rows { inputs: rows, targets: target_rows }.into());
        }
        Ok(())
    }

    pub(crate) fn check_finite<F: Float>(
        numbers: ArrayView2<'_, F>,
        matrix: &'static str,
    ) -> Result<()> {
        match numbers.indexed_iter().find(|(_, value)| !value.is_finite()) {
            Some(((row, column), value)) => {
                Err(DataError::NotFiniteAt { matrix, row, column, value: value.as_f64() }.into())
            }
            None => Ok(()),
        }
    }

    /// Checks that none of these numbers is NaN or infinite.
    pub(crate) fn check_each_finite(
        what: &'static str,
        mut numbers: impl Iterator<Item = f64>,
    ) -> Result<()> {
        match numbers.find(|number| !number.is_finite()) {
            Some(value) => Err(Self::NotFinite { what, value }),
            None => Ok(()),
        }
    }

    /// Checks that each row has a weight of at least 0, and that not all are 0.
    pub(crate) fn check_weights<F: Float>(weights: ArrayView1<'_, F>, rows: usize) -> Result<()> {
        if weights.len() != rows {
            let (weights, count, what) = (weights.len(), rows, "rows");
            return Err(DataError::Weights { weights, count, what }.into());
        }
        let numbers = weights.iter().map(|weight| weight.as_f64());
        Self::check_each_weight(numbers.clone())?;
        let sum: f64 = numbers.clone().sum();
        match numbers.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)) {
            Some((index, value)) if sum.is_infinite() => {
                Err(DataError::Weight { index, value }.into())
            }
            _ if sum == 0.0 => Err(DataError::NoWeight.into()),
            _ => Ok(()),
        }
    }

    /// Checks that each weight is finite and at least 0.
    pub(crate) fn check_each_weight(weights: impl Iterator<Item = f64>) -> Result<()> {
        let bad = |(_, value): &(usize, f64)| !(*value >= 0.0 && value.is_finite());
        match weights.enumerate().find(bad) {
            Some((index, value)) => Err(DataError::Weight { index, value }.into()),
            None => Ok(()),
        }
    }

    /// Checks that a matrix can be allocated: a failed allocation would end the process.
    pub(crate) fn check_memory<F>(rows: usize, columns: usize) -> Result<()> {
        let fits = fit_in_memory::<F>(rows, columns);
        if fits { Ok(()) } else { Err(ShapeError::TooLarge { rows, columns }.into()) }
    }

    /// Opens a file for reading. A folder is an error.
    pub(crate) fn open_file(path: &Path) -> Result<(File, Metadata)> {
        let open = || {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            let folder = metadata.is_dir();
            if folder { Err(ErrorKind::IsADirectory.into()) } else { Ok((file, metadata)) }
        };
        open().map_err(|source| Self::Io { file: path.into(), source })
    }

    pub(crate) fn check_setting(
        name: &'static str,
        value: f64,
        needs: &'static str,
        holds: impl Fn(f64) -> bool,
    ) -> Result<()> {
        if holds(value) { Ok(()) } else { Err(Self::Setting { name, value, needs }) }
    }
}
