//! Rows in files, read when they are needed.

use super::file::Npy;
use crate::data::Dataset;
use crate::data::standardizer::Scale;
use crate::data::storage::{Matrix, Stored, Window};
use crate::data::{Chunk, Examples};
use crate::error::{NpyError, Result, ShapeError};
use crate::float::Float;
use crate::matrix::fit_in_memory;
use ndarray::{ArrayView2, ArrayViewMut1};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

/// The rows of a [`Dataset`] in `.npy` files, which may be larger than memory: [`open_npy`](Dataset::open_npy) and [`open_shards`](Dataset::open_shards). With the cargo feature `npy`.
///
/// Rows are read where they stand, as many at a time as are 64 MiB in memory, and become numbers of type `F` on the way; the files are neither changed nor mapped into
/// memory. They must stay as they are while the data set is used.
#[derive(Clone)]
pub struct NpyFiles<F> {
    shards: Arc<[Shard]>,
    /// Which of the rows, if not all of them.
    selection: Option<Arc<[u32]>>,
    rows: usize,
    features: Scaled,
    targets: Scaled,
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

/// Columns, and how they are standardised, one after the other.
#[derive(Clone, Debug)]
struct Scaled {
    columns: usize,
    scales: Vec<Arc<Scale>>,
}

/// Bytes of the numbers in memory at a time.
pub(super) const WINDOW: usize = 64 << 20;

/// Bytes of a file that are read together when rows are shuffled: enough to make up for the way to them.
const BLOCK: usize = 192 << 10;

/// Blocks that a window has at least, so that rows of a batch come from many places.
const BLOCKS: usize = 64;

/// Bytes of a file that are read at once.
const AT_ONCE: usize = 256 << 10;

/// Bytes between two rows that are rather read than left out.
const GAP: usize = 16 << 10;

/// Bytes that are spent on a row in a window beside its numbers: where it is, and where it goes.
const ACCOUNTS: usize = 32;

impl<F: Float> NpyFiles<F> {
    /// Shards that belong together, at least one, with rows and columns.
    pub(super) fn new(shards: Vec<Shard>, window: usize) -> Result<Self> {
        let Some(last) = shards.last() else { return Err(ShapeError::NoRows.into()) };
        let scaled = |file: &Npy| Scaled { columns: file.columns, scales: Vec::new() };
        Ok(Self {
            selection: None,
            rows: last.before + last.inputs.rows,
            features: scaled(&last.inputs),
            targets: scaled(&last.targets),
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

    fn fits_a_window(&self, rows: usize) -> bool {
        rows <= self.window().rows
    }
}

impl<F: Float> Stored<F> for NpyFiles<F> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn features(&self) -> usize {
        self.features.columns
    }

    fn outputs(&self) -> usize {
        self.targets.columns
    }

    fn in_memory(&self) -> Option<(ArrayView2<'_, F>, ArrayView2<'_, F>)> {
        None
    }

    fn window(&self) -> Window {
        let in_memory = size_of::<F>() * (self.features.columns + self.targets.columns) + ACCOUNTS;
        let in_file = self.shards.first().map_or(1, |shard| shard.inputs.row_bytes());
        let rows = (self.window / in_memory).max(1);
        Window { rows, block: (BLOCK / in_file).clamp(1, (rows / BLOCKS).max(1)) }
    }

    fn arranged<'r>(&self, rows: &'r [usize]) -> Cow<'r, [usize]> {
        if self.fits_a_window(rows.len()) {
            return Cow::Borrowed(rows);
        }
        let mut arranged = rows.to_vec();
        self.sort(&mut arranged);
        Cow::Owned(arranged)
    }

    fn selected(&self, rows: &[usize]) -> Result<Self> {
        let most = u32::MAX as usize;
        let selected = rows.iter().map(|&row| u32::try_from(self.in_files(row)));
        let selected = selected.collect::<Result<Arc<[u32]>, _>>();
        let selected = selected.map_err(|_| NpyError::TooManyRows { rows: self.rows, most })?;
        Ok(Self { rows: selected.len(), selection: Some(selected), ..self.clone() })
    }

    fn sort(&self, rows: &mut [usize]) {
        if !rows.is_sorted_by_key(|&row| self.in_files(row)) {
            rows.sort_unstable_by_key(|&row| self.in_files(row));
        }
    }

    fn read(&self, matrix: Matrix, rows: &[usize], places: &[u32], to: &mut [F]) -> Result<()> {
        let mut bytes = Vec::new();
        let mut rest = rows.iter().zip(places).map(|(&row, &place)| (self.in_files(row), place));
        let mut next = rest.next();
        let mut together = Vec::new();
        while let Some((first, place)) = next {
            let shard = self.shard_of(first);
            let (file, scaled) = match matrix {
                Matrix::Inputs => (&shard.inputs, &self.features),
                Matrix::Targets => (&shard.targets, &self.targets),
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
            let columns = scaled.columns;
            for &(row, place) in &together {
                let bytes = &bytes[(row - first) * row_bytes..][..row_bytes];
                let to = &mut to[place as usize * columns..][..columns];
                file.element.convert(bytes, to);
                check_finite(to, file, row - shard.before, false)?;
                for scale in &scaled.scales {
                    scale.apply_to_row(ArrayViewMut1::from(&mut *to));
                    check_finite(to, file, row - shard.before, true)?;
                }
            }
        }
        Ok(())
    }

    /// When they are read.
    fn scaled(&self, features: &Scale, targets: Option<&Scale>) -> Result<Self> {
        let mut scaled = self.clone();
        scaled.features.scales.push(Arc::new(features.clone()));
        scaled.targets.scales.extend(targets.cloned().map(Arc::new));
        Ok(scaled)
    }
}

fn check_finite<F: Float>(numbers: &[F], file: &Npy, row: usize, standardized: bool) -> Result<()> {
    // All of them, whatever comes: a search that may end early goes one by one.
    if numbers.iter().fold(true, |finite, number| finite & number.is_finite()) {
        return Ok(());
    }
    let broken = numbers.iter().enumerate().find(|(_, number)| !number.is_finite());
    let (column, value) = broken.map_or((0, f64::NAN), |(column, value)| (column, value.as_f64()));
    Err(NpyError::NotFiniteInFile { file: file.path.clone(), row, column, value, standardized }
        .into())
}

impl<F: Float> Dataset<F, NpyFiles<F>> {
    /// These rows, counted from 0, in memory: a batch to look at, or to predict.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::array;
    ///
    /// let folder = tempfile::tempdir()?;
    /// Dataset::<f32>::regression(array![[1.0], [2.0], [3.0]], [4.0, 5.0, 6.0])?.save_shard(folder.path(), 0)?;
    /// let data = Dataset::<f32, _>::open_shards(folder.path())?;
    /// assert_eq!(data.read(1..3)?.inputs(), array![[2.0], [3.0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError::UnknownRow`] if there are not so many, [`ShapeError::NoRows`] for none, [`ShapeError::TooLarge`] if they do not fit into memory; [`NpyError::NotFiniteInFile`], [`Error::Io`](crate::error::Error::Io), [`NpyError::ShortFile`], [`Error::ChangedFile`](crate::error::Error::ChangedFile) for what is wrong with a file.
    pub fn read(&self, rows: Range<usize>) -> Result<Dataset<F>> {
        if rows.end > self.rows() {
            return Err(ShapeError::UnknownRow {
                row: rows.end.saturating_sub(1),
                rows: self.rows(),
            }
            .into());
        }
        if rows.is_empty() {
            return Err(ShapeError::NoRows.into());
        }
        let columns = self.features() + self.outputs();
        if !fit_in_memory::<F>(rows.len(), columns) {
            return Err(ShapeError::TooLarge { rows: rows.len(), columns }.into());
        }
        let (examples, mut chunk): (&dyn Examples<F>, _) = (self, Chunk::default());
        Ok(self.loaded(examples.chunk(rows, &mut chunk)?))
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
