//! Opening a pair of files, or a folder of them.

use super::file::{Npy, unsuitable};
use super::save::{SCHEMA, read_schema, shard_file};
use super::storage::{NpyFiles, Shard, WINDOW};
use crate::data::{Dataset, dataset::check_columns, storage::Sides};
use crate::error::{Error, NpyError, Result, ShapeError, check::ensure};
use crate::float::Float;
use ndarray::Array1;
use std::path::{Path, PathBuf};

impl<F: Float> Dataset<F, NpyFiles<F>> {
    /// A data set in two files: inputs, rows × features, and targets, rows × outputs or one
    /// number a row. The rows stay in the files. With the cargo feature `npy`.
    ///
    /// `np.save` writes such files. The numbers are little-endian integers or floats of any size,
    /// and become the nearest `F` when they are read. Only the headers are read here: a number that
    /// is not finite is found when its row is read.
    ///
    /// In an epoch, training reads blocks of some hundred kilobytes in random order. It holds up to
    /// 64 MiB of them at a time and shuffles their rows together. Data of up to 64 MiB are shuffled
    /// as a whole, with the same results as from memory. A row counts as its numbers and 32 bytes.
    /// [`split`](Self::split) and [`select`](Self::select) keep four bytes for each row; rows that
    /// take more than 64 MiB stay in the files' order.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::Array2;
    ///
    /// // `np.save` writes such files too.
    /// let folder = tempfile::tempdir()?;
    /// let x = Array2::from_shape_fn((500, 1), |(row, _)| row as f32);
    /// Dataset::new(x.clone(), 2.0 * x + 1.0)?.save_shard(folder.path(), 0)?;
    ///
    /// let (x, y) = ("inputs-00000.npy", "targets-00000.npy");
    /// let data = Dataset::<f32, _>::open_npy(folder.path().join(x), folder.path().join(y))?;
    /// let (train, test) = data.split(0.2, 7)?;
    /// assert_eq!((train.rows(), test.rows(), train.features()), (400, 100, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Npy`] for a file that is not a `.npy` file, and for an array that is not a matrix,
    /// not of numbers, big-endian or in column-major order; [`NpyError::ShortFile`] if a file is
    /// truncated; [`NpyError::FilesDiffer`] if the two have different numbers of rows;
    /// [`ShapeError::NoRows`], [`ShapeError::NoFeatures`], [`ShapeError::NoTargets`] if there are
    /// no rows or columns; [`Error::Io`].
    pub fn open_npy(inputs: impl AsRef<Path>, targets: impl AsRef<Path>) -> Result<Self> {
        let files = open_pair(inputs.as_ref().into(), targets.as_ref().into())?;
        Self::of_shards(vec![Shard { files, before: 0 }], WINDOW)
    }

    /// A data set in a folder of shards, in the order of the shards' numbers. With the cargo
    /// feature `npy`.
    ///
    /// Shard 7 has the files `inputs-00007.npy` and `targets-00007.npy`, as for
    /// [`open_npy`](Self::open_npy). All shards or none have weights too: `weights-00007.npy`, one
    /// number a row. `schema.json`, which is optional, holds a [`Schema`](crate::schema::Schema).
    /// [`save_shard`](Dataset::save_shard) writes all of them; `np.save` writes the arrays.
    ///
    /// Weights are kept in memory. If `schema.json` names classes, the targets are read once.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::{Array2, array};
    ///
    /// let folder = tempfile::tempdir()?;
    /// for number in 0..3 {
    ///     let part = Dataset::<f32>::regression(Array2::eye(4), [number as f32; 4])?;
    ///     part.with_weights(array![1.0, 1.0, 2.0, 2.0])?.save_shard(folder.path(), number)?;
    /// }
    /// let data = Dataset::<f32, _>::open_shards(folder.path())?;
    /// assert_eq!((data.rows(), data.features(), data.outputs()), (12, 4, 1));
    /// assert_eq!(data.weights().map(|weights| weights.sum()), Some(18.0));
    /// assert_eq!(data.select(&[9])?.read(0..1)?.targets(), array![[2.0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`open_npy`](Self::open_npy) and [`with_schema`](Self::with_schema);
    /// [`NpyError::NoShards`]; [`NpyError::DuplicateShard`] or [`NpyError::ShardMissing`] for a
    /// shard's number that occurs twice or is missing; [`NpyError::FilesDiffer`] if two shards have
    /// different numbers of columns, or weights and inputs different numbers of rows; [`Error::Io`]
    /// if targets or weights are missing; [`DataError::Weight`], [`DataError::NoWeight`].
    ///
    /// [`DataError::Weight`]: crate::error::DataError::Weight
    /// [`DataError::NoWeight`]: crate::error::DataError::NoWeight
    pub fn open_shards(folder: impl AsRef<Path>) -> Result<Self> {
        Self::open_shards_by(folder.as_ref(), WINDOW)
    }

    /// Reads windows of `window` bytes.
    pub(crate) fn open_shards_by(folder: &Path, window: usize) -> Result<Self> {
        let numbers = numbers_of_shards(folder)?;
        ensure(!numbers.is_empty(), || NpyError::NoShards { folder: folder.into() })?;
        let path = |what, number: &String| shard_file(folder, what, number);
        let weighted = numbers.iter().any(|number| path("weights", number).exists());
        let (mut shards, mut weights) = (Vec::<Shard>::new(), Vec::new());
        for number in &numbers {
            let before = shards.last().map_or(0, |last| last.before + last.files.inputs.rows);
            let (inputs, targets) = (path("inputs", number), path("targets", number));
            let files = open_pair(inputs, targets)?;
            if let Some(Shard { files: first, .. }) = shards.first() {
                first.inputs.check_same(&files.inputs, "columns", |npy| npy.columns)?;
                first.targets.check_same(&files.targets, "columns", |npy| npy.columns)?;
            }
            if weighted {
                read_weights(path("weights", number), &files.inputs, &mut weights)?;
            }
            shards.push(Shard { files, before });
        }
        let mut data = Self::of_shards(shards, window)?;
        if weighted {
            data = data.with_weights(Array1::from(weights))?;
        }
        let schema = folder.join(SCHEMA);
        match read_schema(&schema)? {
            Some(known) => data
                .with_schema(known)
                .map_err(|error| Error::InFile { file: schema, error: Box::new(error) }),
            None => Ok(data),
        }
    }

    fn of_shards(shards: Vec<Shard>, window: usize) -> Result<Self> {
        let data = Self::stored(NpyFiles::new(shards, window));
        ensure(data.rows() > 0, || ShapeError::NoRows)?;
        Ok(data)
    }
}

fn open_pair(inputs: PathBuf, targets: PathBuf) -> Result<Sides<Npy>> {
    let needs = "inputs are rows × features: `array.reshape(len(array), -1)`";
    let inputs = Npy::of(inputs, false, needs)?;
    let needs = "targets are rows × outputs, or one number a row";
    let targets = Npy::of(targets, true, needs)?;
    inputs.check_same(&targets, "rows", |npy| npy.rows)?;
    check_columns(inputs.columns, targets.columns)?;
    Ok(Sides { inputs, targets })
}

/// The digits between `inputs-` and `.npy` in the names of the folder's files, sorted by value.
fn numbers_of_shards(folder: &Path) -> Result<Vec<String>> {
    let failed = Error::io(folder);
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(&failed)? {
        let name = entry.map_err(&failed)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("inputs-"));
        let number = number.and_then(|name| name.strip_suffix(".npy")).unwrap_or_default();
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            numbers.push(number.to_owned());
        }
    }
    // Digits too large for a `u64` sort last.
    let value = |number: &String| number.parse::<u64>().unwrap_or(u64::MAX);
    numbers.sort_unstable_by_key(value);
    let file = |number: &str| shard_file(folder, "inputs", number);
    for pair in numbers.windows(2) {
        let [first, second] = [&pair[0], &pair[1]];
        let duplicate = || NpyError::DuplicateShard { first: file(first), second: file(second) };
        ensure(value(first) < value(second), duplicate)?;
        let next = value(first).saturating_add(1);
        let missing = || NpyError::ShardMissing { file: file(&format!("{next:05}")) };
        ensure(next >= value(second), missing)?;
    }
    Ok(numbers)
}

/// Appends the weights of a shard's rows.
fn read_weights<F: Float>(path: PathBuf, inputs: &Npy, weights: &mut Vec<F>) -> Result<()> {
    let needs = "weights are one number a row: `array.reshape(-1)`";
    let file = Npy::of(path, true, needs)?;
    inputs.check_same(&file, "rows", |npy| npy.rows)?;
    let found = || format!("the array has {} columns", file.columns);
    ensure(file.columns == 1, || unsuitable(&file.path, found(), needs))?;
    let mut bytes = vec![0; file.rows * file.row_bytes()];
    file.read(&file.open()?, 0, &mut bytes)?;
    let before = weights.len();
    weights.resize(before + file.rows, F::zero());
    file.dtype.convert(&bytes, &mut weights[before..]);
    Ok(())
}
