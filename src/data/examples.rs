//! The rows of a data set with the type of its storage erased, so that code is compiled once.

use super::storage::{Side, Stored};
use crate::error::{DataError, Result};
use crate::{batch, float::Float, matrix::Rows, schema::Schema};
use ndarray::ArrayView2;
use std::sync::Arc;

/// Rows for training or evaluation. A clone shares them.
#[derive(Clone, Debug)]
pub(crate) struct Examples<F: Float> {
    pub(super) storage: Arc<dyn Stored<F>>,
    pub(super) weights: Option<Arc<[F]>>,
    pub(super) schema: Arc<Schema>,
}

impl<F: Float> Examples<F> {
    pub(crate) fn rows(&self) -> usize {
        self.storage.rows()
    }

    pub(crate) fn features(&self) -> usize {
        self.storage.columns(Side::Inputs)
    }

    pub(crate) fn outputs(&self) -> usize {
        self.storage.columns(Side::Targets)
    }

    /// All inputs or targets, if they are in memory.
    pub(crate) fn in_memory(&self, side: Side) -> Option<ArrayView2<'_, F>> {
        self.storage.in_memory(side).map(Rows::view)
    }

    /// The weight of each row; 1 without them.
    pub(crate) fn weights(&self) -> Option<&[F]> {
        self.weights.as_deref()
    }

    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The name of each feature; `x0`, `x1` and so on without names.
    pub(crate) fn feature_names(&self) -> Vec<String> {
        match self.schema.columns[..] {
            [] => (0..self.features()).map(|column| format!("x{column}")).collect(),
            _ => self.schema.feature_names(),
        }
    }

    /// The sum of the weights: the number of rows they count for.
    pub(crate) fn weight(&self) -> f64 {
        self.weights().map_or(self.rows() as f64, batch::sum)
    }

    /// Selects rows that exist.
    pub(crate) fn selected(&self, rows: &[usize]) -> Result<Self> {
        let mut rows = rows.to_vec();
        self.storage.arrange(&mut rows);
        let storage = self.storage.select(&rows)?;
        let weights = self.weights().map(|weights| weights_of(weights, &rows));
        Ok(Self { storage, weights, schema: self.schema.clone() })
    }

    /// The rows with a weight above 0.
    pub(crate) fn with_weight(self) -> Result<Self> {
        let zero = F::zero();
        let Some(weights) = self.weights().filter(|weights| weights.contains(&zero)) else {
            return Ok(self);
        };
        let rows: Vec<_> = (0..self.rows()).filter(|&row| weights[row] > zero).collect();
        if rows.is_empty() { Err(DataError::NoWeight.into()) } else { self.selected(&rows) }
    }
}

/// The weights of some rows.
pub(super) fn weights_of<F: Float>(weights: &[F], rows: &[usize]) -> Arc<[F]> {
    rows.iter().map(|&row| weights[row]).collect()
}
