//! Rows in files, read when they are needed.

use super::file::Npy;
use crate::data::storage::{Arrays, Scales, Side, Sides, Storage, Stored, Window};
use crate::error::{Error, NpyError, Result, ShapeError, check::ensure};
use crate::{data::Dataset, float::Float, matrix::Matrix, threads::Threads};
use std::{marker::PhantomData, ops::Range, sync::Arc};

/// The rows of a [`Dataset`] in `.npy` files, which may be larger than memory:
/// [`open_npy`](Dataset::open_npy) and [`open_shards`](Dataset::open_shards). With the cargo
/// feature `npy`.
///
/// Rows are read in windows of 64 MiB and converted to `F`. The files are not mapped into memory,
/// and must not change while the data set is used.
#[derive(Clone, Debug)]
pub struct NpyFiles<F> {
    shards: Arc<[Shard]>,
    /// Which of the rows, if not all of them.
    selection: Option<Arc<[u32]>>,
    /// Bytes that a window may take in memory.
    window: usize,
    number: PhantomData<F>,
}

/// A pair of files.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) files: Sides<Npy>,
    /// Rows of the shards before.
    pub(super) before: usize,
}

/// Bytes of the numbers in memory at a time.
pub(super) const WINDOW: usize = 64 << 20;

/// Bytes of a file that are read at once, and stay together when rows are shuffled: enough to
/// outweigh the seek.
const BLOCK: usize = 192 << 10;

/// Blocks that a window has at least, so that rows of a batch come from many places.
const BLOCKS: usize = 64;

/// A gap between two rows that is shorter than this is read too, in place of a second read.
const GAP: usize = 16 << 10;

/// Bytes for each row of a window beside its numbers: its place in the file and in the window.
const ACCOUNTS: usize = 32;

impl<F: Float> NpyFiles<F> {
    /// The rows of all shards, which have the same columns.
    pub(super) fn new(shards: Vec<Shard>, window: usize) -> Self {
        Self { shards: shards.into(), selection: None, window, number: PhantomData }
    }

    /// The number of a row in all files together.
    fn in_files(&self, row: usize) -> usize {
        self.selection.as_ref().map_or(row, |selection| selection[row] as usize)
    }
}

impl<F: Float> Storage<F> for NpyFiles<F> {
    fn selected(&self, rows: &[usize]) -> Result<Arc<Self>> {
        let selected = rows.iter().map(|&row| u32::try_from(self.in_files(row)));
        let (rows, most) = (self.rows(), u32::MAX as usize);
        let selection = selected.collect::<Result<_, _>>();
        let selection = selection.map_err(|_| NpyError::TooManyRows { rows, most })?;
        Ok(Arc::new(Self { selection: Some(selection), ..self.clone() }))
    }
}

impl<F: Float> Stored<F> for NpyFiles<F> {
    fn rows(&self) -> usize {
        let all = || self.shards.last().map_or(0, |last| last.before + last.files.inputs.rows);
        self.selection.as_ref().map_or_else(all, |selection| selection.len())
    }

    fn columns(&self, side: Side) -> usize {
        self.shards.first().map_or(0, |first| first.files.side(side).columns)
    }

    fn window(&self) -> Option<Window> {
        let columns = self.columns(Side::Inputs) + self.columns(Side::Targets);
        let rows = (self.window / (size_of::<F>() * columns + ACCOUNTS)).max(1);
        let in_file = self.shards.first()?.files.inputs.row_bytes();
        Some(Window { rows, block: (BLOCK / in_file).clamp(1, (rows / BLOCKS).max(1)) })
    }

    /// More rows than a window holds come in the order of the files.
    fn arrange(&self, rows: &mut [usize]) {
        if self.window().is_some_and(|window| rows.len() > window.rows) {
            rows.sort_unstable_by_key(|&row| self.in_files(row));
        }
    }

    fn select(&self, rows: &[usize]) -> Result<Arc<dyn Stored<F>>> {
        Ok(self.selected(rows)?)
    }

    fn read(
        &self,
        sides: &[Side],
        rows: &[usize],
        scales: &Scales,
        to: &mut Sides<Matrix<F>>,
        _: Threads,
    ) -> Result<()> {
        let columns = sides.iter().map(|&side| self.columns(side)).sum();
        // A batch may be larger than a window.
        if self.window().is_some_and(|window| rows.len() > window.rows) {
            Error::check_memory::<F>(rows.len(), columns)?;
        }
        // Each row in the files, and its place in `rows`.
        let mut places: Vec<(usize, usize)> =
            rows.iter().zip(0..).map(|(&row, place)| (self.in_files(row), place)).collect();
        places.sort_unstable();
        let mut bytes = Vec::new();
        for &side in sides {
            let (columns, scale) = (self.columns(side), scales.side(side));
            let to = to.side_mut(side).reshape(rows.len(), columns).numbers_mut();
            let mut rest = &places[..];
            for Shard { files, before } in &*self.shards {
                let (file, row_bytes) = (files.side(side), files.side(side).row_bytes());
                let end = rest.partition_point(|&(row, _)| row < before + file.rows);
                let (of_shard, others) = rest.split_at(end);
                rest = others;
                if of_shard.is_empty() {
                    continue;
                }
                let open = file.open()?;
                let (at_once, gap) = ((BLOCK / row_bytes).max(1), 1 + GAP / row_bytes);
                let together = |&(row, _): &(usize, usize), &(next, _): &(usize, usize)| {
                    row / at_once == next / at_once && next - row <= gap
                };
                for run in of_shard.chunk_by(together) {
                    let (first, last) = (run[0].0, run[run.len() - 1].0);
                    bytes.resize((last - first + 1) * row_bytes, 0);
                    file.read(&open, first - before, &mut bytes)?;
                    for &(row, place) in run {
                        let bytes = &bytes[(row - first) * row_bytes..][..row_bytes];
                        let to = &mut to[place * columns..][..columns];
                        file.dtype.convert(bytes, to);
                        check_finite(to, file, row - before)?;
                        if let Some(scale) = scale {
                            scale.rows_to_network(to);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn check_finite<F: Float>(numbers: &[F], file: &Npy, row: usize) -> Result<()> {
    // A fold over all numbers is vectorized, a search that may end early is not.
    if numbers.iter().fold(true, |finite, number| finite & number.is_finite()) {
        return Ok(());
    }
    let broken = numbers.iter().enumerate().find(|(_, number)| !number.is_finite());
    let (column, value) = broken.map_or((0, f64::NAN), |(column, value)| (column, value.as_f64()));
    Err(NpyError::NotFiniteInFile { file: file.path.clone(), row, column, value }.into())
}

impl<F: Float> Dataset<F, NpyFiles<F>> {
    /// Reads rows, counted from 0, into memory: a batch to look at or to predict.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::array;
    ///
    /// let folder = tempfile::tempdir()?;
    /// Dataset::<f32>::regression(array![[1.0], [2.0], [3.0]], [4.0, 5.0, 6.0])?
    ///     .save_shard(folder.path(), 0)?;
    /// let data = Dataset::<f32, _>::open_shards(folder.path())?;
    /// assert_eq!(data.read(1..3)?.inputs(), array![[2.0], [3.0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError::UnknownRow`] for a row that does not exist, [`ShapeError::NoRows`] without
    /// rows, [`ShapeError::TooLarge`] if they do not fit into memory; for a file,
    /// [`NpyError::NotFiniteInFile`], [`Error::Io`], [`NpyError::ShortFile`] or
    /// [`Error::ChangedFile`].
    pub fn read(&self, rows: Range<usize>) -> Result<Dataset<F>> {
        let (row, all) = (rows.end.saturating_sub(1), self.rows());
        ensure(rows.end <= all, || ShapeError::UnknownRow { row, rows: all })?;
        ensure(!rows.is_empty(), || ShapeError::NoRows)?;
        Error::check_memory::<F>(rows.len(), self.features() + self.outputs())?;
        let (numbers, mut arrays) = (Vec::from_iter(rows.clone()), Sides::default());
        let scales = Scales::default();
        self.storage.read(Side::BOTH, &numbers, &scales, &mut arrays, Threads::ONE)?;
        let weights = self.weights.as_deref().map(|weights| weights[rows].into());
        Ok(Dataset { storage: Arc::new(Arrays(arrays)), weights, schema: self.schema.clone() })
    }
}
