//! Rows of any storage, for what is compiled once for all of them.

use super::scaling::Scaling;
use super::storage::{Matrix, Storage, Window};
use crate::batch::Batch;
use crate::data::Dataset;
use crate::error::Result;
use crate::float::Float;
use crate::matrix::Rows;
use crate::schema::Schema;
use ndarray::{ArrayView1, ArrayView2, Axis, Slice};
use std::borrow::Cow;
use std::fmt::Debug;
use std::ops::{Deref, Range};

/// A data set, wherever its rows are.
pub(crate) trait Examples<F: Float>: Debug + Send + Sync {
    fn rows(&self) -> usize;

    fn features(&self) -> usize;

    fn outputs(&self) -> usize;

    fn weights(&self) -> Option<ArrayView1<'_, F>>;

    fn schema(&self) -> &Schema;

    fn feature_names(&self) -> Vec<String>;

    fn scaling(&self) -> Scaling;

    /// All rows as one batch, if they are in memory.
    fn in_memory(&self) -> Option<Batch<'_, F>>;

    fn window(&self) -> Window;

    /// Brings rows into the order in which they are best read.
    fn sort(&self, rows: &mut [usize]);

    /// Writes each of these rows to its place, counted in rows, in a row-major matrix.
    fn read(&self, matrix: Matrix, rows: &[usize], places: &[u32], to: &mut [F]) -> Result<()>;

    /// The rows that count, if some have the weight 0.
    fn counting(&self) -> Result<Option<Box<dyn Examples<F>>>>;

    /// [`Dataset::split`].
    fn parts(&self, fraction: f64, seed: u64) -> Result<[Box<dyn Examples<F>>; 2]>;
}

impl<F: Float, S: Storage<F>> Examples<F> for Dataset<F, S> {
    fn rows(&self) -> usize {
        self.rows()
    }

    fn features(&self) -> usize {
        self.features()
    }

    fn outputs(&self) -> usize {
        self.outputs()
    }

    fn weights(&self) -> Option<ArrayView1<'_, F>> {
        self.weights()
    }

    fn schema(&self) -> &Schema {
        self.schema()
    }

    fn feature_names(&self) -> Vec<String> {
        self.feature_names()
    }

    fn scaling(&self) -> Scaling {
        self.scaling()
    }

    fn in_memory(&self) -> Option<Batch<'_, F>> {
        let (inputs, targets) = self.storage.in_memory()?;
        Some(Batch::new(inputs, targets, self.weights()))
    }

    fn window(&self) -> Window {
        self.storage.window()
    }

    fn sort(&self, rows: &mut [usize]) {
        self.storage.sort(rows);
    }

    fn read(&self, matrix: Matrix, rows: &[usize], places: &[u32], to: &mut [F]) -> Result<()> {
        self.storage.read(matrix, rows, places, to)
    }

    fn counting(&self) -> Result<Option<Box<dyn Examples<F>>>> {
        match self.without_weightless_rows()? {
            Cow::Borrowed(_) => Ok(None),
            Cow::Owned(counting) => Ok(Some(Box::new(counting))),
        }
    }

    fn parts(&self, fraction: f64, seed: u64) -> Result<[Box<dyn Examples<F>>; 2]> {
        let (rest, part) = self.split(fraction, seed)?;
        Ok([Box::new(rest), Box::new(part)])
    }
}

/// Rows of somebody else's, or some of them.
#[derive(Debug)]
pub(crate) enum Chosen<'d, F: Float> {
    All(&'d dyn Examples<F>),
    Some(Box<dyn Examples<F>>),
}

impl<'d, F: Float> Deref for Chosen<'d, F> {
    type Target = dyn Examples<F> + 'd;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::All(rows) => *rows,
            Self::Some(rows) => &**rows,
        }
    }
}

/// Rows that were read, in buffers that stay.
#[derive(Debug)]
pub(crate) struct Chunk<F> {
    inputs: Option<Rows<F>>,
    targets: Option<Rows<F>>,
    which: Which,
}

impl<F> Default for Chunk<F> {
    fn default() -> Self {
        Self { inputs: None, targets: None, which: Which::default() }
    }
}

/// Which rows are to be read, and where they belong.
#[derive(Debug, Default)]
struct Which {
    rows: Vec<usize>,
    places: Vec<u32>,
}

/// Bytes of numbers that are read at once where rows come one after the other: few enough to stay small beside a window, and more than a read costs.
const AT_ONCE: usize = 4 << 20;

impl<F: Float> dyn Examples<F> + '_ {
    /// How many rows to ask [`chunk`](Self::chunk) for, a multiple of this number: all where they are in memory.
    pub(crate) fn rows_at_once(&self, multiple: usize) -> usize {
        if self.in_memory().is_some() {
            return self.rows().max(1);
        }
        let row = size_of::<F>() * (self.features() + self.outputs());
        (AT_ONCE / row).max(1).next_multiple_of(multiple.max(1))
    }

    /// These rows as a batch: where they are in memory, no copy.
    pub(crate) fn chunk<'c>(
        &'c self,
        rows: Range<usize>,
        chunk: &'c mut Chunk<F>,
    ) -> Result<Batch<'c, F>> {
        if let Some(all) = self.in_memory() {
            return Ok(all.rows(rows.start, rows.end));
        }
        let Chunk { inputs, targets, which } = chunk;
        let inputs = which.read(self, Matrix::Inputs, rows.clone(), inputs)?;
        let targets = which.read(self, Matrix::Targets, rows.clone(), targets)?;
        let slice = Slice::from(rows);
        let weights = self.weights().map(|weights| weights.slice_axis_move(Axis(0), slice));
        Ok(Batch::new(inputs, targets, weights))
    }

    /// These rows of one of the matrices: where they are in memory, no copy.
    pub(crate) fn matrix<'c>(
        &'c self,
        matrix: Matrix,
        rows: Range<usize>,
        chunk: &'c mut Chunk<F>,
    ) -> Result<ArrayView2<'c, F>> {
        if let Some(all) = self.in_memory() {
            let all = all.rows(rows.start, rows.end);
            return Ok(match matrix {
                Matrix::Inputs => all.inputs,
                Matrix::Targets => all.targets,
            });
        }
        let buffer = match matrix {
            Matrix::Inputs => &mut chunk.inputs,
            Matrix::Targets => &mut chunk.targets,
        };
        chunk.which.read(self, matrix, rows, buffer)
    }

    /// The targets, from the first row to the last, as many at once as are read together, and the number of the first row of them.
    pub(crate) fn each_targets(
        &self,
        visit: &mut dyn FnMut(usize, ArrayView2<'_, F>) -> Result<()>,
    ) -> Result<()> {
        let mut chunk = Chunk::default();
        let at_once = match self.in_memory() {
            Some(_) => self.rows(),
            None => AT_ONCE / (size_of::<F>() * self.outputs()),
        };
        for start in (0..self.rows()).step_by(at_once.max(1)) {
            let rows = start..self.rows().min(start + at_once.max(1));
            visit(start, self.matrix(Matrix::Targets, rows, &mut chunk)?)?;
        }
        Ok(())
    }

    /// The sum of the weights: how many rows they count for.
    pub(crate) fn weight(&self) -> f64 {
        match self.weights() {
            Some(weights) => weights.iter().map(|weight| weight.as_f64()).sum(),
            None => self.rows() as f64,
        }
    }
}

/// So many rows are named at a time, however many are read.
const NAMED: usize = 1 << 16;

impl Which {
    fn read<'c, F: Float>(
        &mut self,
        data: &dyn Examples<F>,
        matrix: Matrix,
        rows: Range<usize>,
        buffer: &'c mut Option<Rows<F>>,
    ) -> Result<ArrayView2<'c, F>> {
        let columns = matrix.columns(data);
        let fits = |buffer: &Rows<F>| buffer.columns() == columns;
        let buffer = match buffer.take().filter(fits) {
            Some(fitting) => buffer.insert(fitting),
            None => buffer.insert(Rows::new(columns)),
        };
        if let Some(numbers) = buffer.resize(rows.len()).as_slice_mut() {
            for first in rows.clone().step_by(NAMED) {
                self.rows.clear();
                self.rows.extend(first..rows.end.min(first + NAMED));
                data.sort(&mut self.rows);
                self.places.clear();
                self.places.extend(self.rows.iter().map(|row| (row - first) as u32));
                let to = &mut numbers[(first - rows.start) * columns..];
                data.read(matrix, &self.rows, &self.places, to)?;
            }
        }
        Ok(buffer.view())
    }
}
