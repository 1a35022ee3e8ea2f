//! Rows in files, read when they are needed.

use super::file::Npy;
use crate::data::batches::{InOrder, Scales};
use crate::data::storage::{Side, Stored, Window};
use crate::error::{Error, NpyError, Result, ShapeError};
use crate::matrix::{Matrix, Rows};
use crate::{data::arrays::Arrays, data::dataset::Dataset, float::Float, units::Scale};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

/// The rows of a [`Dataset`] in `.npy` files, which may be larger than memory:
/// [`open_npy`](Dataset::open_npy) and [`open_shards`](Dataset::open_shards). With the cargo
/// feature `npy`.
///
/// Rows are read in windows of 64 MiB and converted to `F`. The files are not mapped into memory,
/// and must not change while the data set is used.
#[derive(Clone)]
pub struct NpyFiles<F> {
    shards: Arc<[Shard]>,
    /// Which of the rows, if not all of them.
    selection: Option<Arc<[u32]>>,
    rows: usize,
    features: usize,
    targets: usize,
    /// Bytes that a window may take in memory.
    window: usize,
    number: PhantomData<F>,
}

/// A pair of files.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) inputs: Npy,
    pub(super) targets: Npy,
    /// Rows of the shards before.
    pub(super) before: usize,
}

/// Bytes of the numbers in memory at a time.
pub(super) const WINDOW: usize = 64 << 20;

/// Bytes of a file that are read together when rows are shuffled: enough to outweigh the seek.
const BLOCK: usize = 192 << 10;

/// Blocks that a window has at least, so that rows of a batch come from many places.
const BLOCKS: usize = 64;

/// Bytes of a file that are read at once.
const AT_ONCE: usize = 256 << 10;

/// A gap between two rows that is shorter than this is read too, in place of a second read.
const GAP: usize = 16 << 10;

/// Bytes for each row of a window beside its numbers: its place in the file and in the window.
const ACCOUNTS: usize = 32;

impl<F: Float> NpyFiles<F> {
    /// The rows of all shards. There is at least one shard, and all have the same columns.
    pub(super) fn new(shards: Vec<Shard>, window: usize) -> Result<Self> {
        let Some(last) = shards.last() else { return Err(ShapeError::NoRows.into()) };
        Ok(Self {
            selection: None,
            rows: last.before + last.inputs.rows,
            features: last.inputs.columns,
            targets: last.targets.columns,
            shards: shards.into(),
            window,
            number: PhantomData,
        })
    }

    /// The number of a row in all files together.
    fn in_files(&self, row: usize) -> usize {
        self.selection.as_ref().map_or(row, |selection| selection[row] as usize)
    }

    /// The shard of a row in all files together.
    fn shard_of(&self, row: usize) -> &Shard {
        let after = self.shards.partition_point(|shard| shard.before <= row);
        &self.shards[after.saturating_sub(1)]
    }

    /// How many rows are read at a time.
    fn rows_of_a_window(&self) -> Window {
        let in_memory = size_of::<F>() * (self.features + self.targets) + ACCOUNTS;
        let in_file = self.shards.first().map_or(1, |shard| shard.inputs.row_bytes());
        let rows = (self.window / in_memory).max(1);
        Window { rows, block: (BLOCK / in_file).clamp(1, (rows / BLOCKS).max(1)) }
    }
}

impl<F: Float> Stored<F> for NpyFiles<F> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn columns(&self, side: Side) -> usize {
        match side {
            Side::Inputs => self.features,
            Side::Targets => self.targets,
        }
    }

    fn in_memory(&self, _: Side) -> Option<Rows<'_, F>> {
        None
    }

    fn window(&self) -> Option<Window> {
        Some(self.rows_of_a_window())
    }

    /// More rows than a window holds come in the order of the files.
    fn arrange(&self, rows: &mut [usize]) {
        if rows.len() > self.rows_of_a_window().rows {
            self.sort(rows);
        }
    }

    fn selected(&self, rows: &[usize]) -> Result<Self> {
        let most = u32::MAX as usize;
        let selected = rows.iter().map(|&row| u32::try_from(self.in_files(row)));
        let selected = selected.collect::<Result<Arc<[u32]>, _>>();
        let selected =
            selected.map_err(|_| Error::Npy(NpyError::TooManyRows { rows: self.rows, most }))?;
        Ok(Self { rows: selected.len(), selection: Some(selected), ..self.clone() })
    }

    fn select(&self, rows: &[usize]) -> Result<Arc<dyn Stored<F>>> {
        Ok(Arc::new(self.selected(rows)?))
    }

    fn sort(&self, rows: &mut [usize]) {
        if !rows.is_sorted_by_key(|&row| self.in_files(row)) {
            rows.sort_unstable_by_key(|&row| self.in_files(row));
        }
    }

    fn read(
        &self,
        side: Side,
        rows: &[usize],
        places: &[u32],
        scale: Option<&Scale>,
        to: &mut [F],
    ) -> Result<()> {
        let mut bytes = Vec::new();
        let mut rest = rows.iter().zip(places).map(|(&row, &place)| (self.in_files(row), place));
        let mut next = rest.next();
        let mut together = Vec::new();
        while let Some((first, place)) = next {
            let shard = self.shard_of(first);
            let (file, columns) = match side {
                Side::Inputs => (&shard.inputs, self.features),
                Side::Targets => (&shard.targets, self.targets),
            };
            let row_bytes = file.row_bytes();
            let end = shard.before + file.rows;
            together.clear();
            together.push((first, place));
            let mut last = first;
            loop {
                next = rest.next();
                let Some((row, place)) = next else { break };
                // There may be more bytes than a `usize` of 32 bits can count.
                let bytes_of = |rows: usize| rows as u64 * row_bytes as u64;
                let near = last <= row
                    && row < end
                    && bytes_of(row - last) < (GAP + row_bytes) as u64
                    && bytes_of(row - first + 1) <= AT_ONCE as u64;
                if !near {
                    break;
                }
                together.push((row, place));
                last = row;
            }
            bytes.resize((last - first + 1) * row_bytes, 0);
            file.read(first - shard.before, &mut bytes)?;
            for &(row, place) in &together {
                let bytes = &bytes[(row - first) * row_bytes..][..row_bytes];
                let to = &mut to[place as usize * columns..][..columns];
                file.dtype.convert(bytes, to);
                check_finite(to, file, row - shard.before)?;
                if let Some(scale) = scale {
                    scale.rows_to_network(to);
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
        if rows.end > self.rows() {
            let (row, rows) = (rows.end.saturating_sub(1), self.rows());
            return Err(ShapeError::UnknownRow { row, rows }.into());
        }
        if rows.is_empty() {
            return Err(ShapeError::NoRows.into());
        }
        Error::check_memory::<F>(rows.len(), self.features() + self.outputs())?;
        let (examples, count) = (self.examples(), rows.len());
        let mut all = InOrder::new(&examples, rows, count, Scales::default());
        let Some(batch) = all.next()? else { return Err(ShapeError::NoRows.into()) };
        let (inputs, targets) = (batch.inputs.view().to_owned(), batch.targets.to_owned());
        Ok(Dataset {
            storage: Arc::new(Arrays { inputs: Matrix::of(inputs), targets: Matrix::of(targets) }),
            weights: batch.weights.map(Arc::from),
            schema: self.schema.clone(),
        })
    }
}

impl<F> fmt::Debug for NpyFiles<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NpyFiles")
            .field("shards", &self.shards.len())
            .field("first", &self.shards.first().map(|shard| &shard.inputs.path))
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
