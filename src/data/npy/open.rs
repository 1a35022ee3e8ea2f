//! Opening a pair of files, or a folder of them.

use super::file::Npy;
use super::files::{NpyFiles, Shard, WINDOW};
use super::save::{SCHEMA, read_schema};
use crate::data::Dataset;
use crate::error::{Error, NpyError, Result, ShapeError};
use crate::float::Float;
use ndarray::Array1;
use std::path::{Path, PathBuf};

/// So many shards stay open.
const MOST_OPEN: usize = 64;

impl<F: Float> Dataset<F, NpyFiles<F>> {
    /// The rows of two files that stay there: inputs, rows × features, and targets, rows × outputs or one number a row. With the cargo feature `npy`.
    ///
    /// The files are those of `np.save`, of little-endian numbers of any size, whole or not; each becomes the nearest `F` when it is read. Only the headers are read here:
    /// a number that is not finite is found when its row is read.
    ///
    /// Training reads the rows of an epoch by blocks of some hundred kilobytes, in random order, as many at a time as are 64 MiB in memory; their rows are shuffled
    /// together. All rows together are shuffled where they are no more than that, to the same bits as from memory. A [`split`](Self::split) or [`select`](Self::select)ion keeps the numbers
    /// of its rows, four bytes each, and in the order of the files where they are more than 64 MiB.
    ///
    /// ```
    /// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer, data::Standardizer};
    /// use ndarray::Array2;
    ///
    /// // Stands for what `np.save` wrote: y = 2 x + 1.
    /// let folder = tempfile::tempdir()?;
    /// let x = Array2::from_shape_fn((500, 1), |(row, _)| row as f32);
    /// Dataset::new(x.clone(), 2.0 * x + 1.0)?.save_shard(folder.path(), 0)?;
    /// let file = |name| folder.path().join(name);
    ///
    /// let data = Dataset::<f32, _>::open_npy(file("inputs-00000.npy"), file("targets-00000.npy"))?;
    /// let (train, test) = data.split(0.2, 7)?;
    /// let scaler = Standardizer::fit(&train)?;
    /// let mut net = Mlp::builder(train.features()).dense(1, Identity).build()?;
    /// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(5).fit(&mut net, &scaler.apply(&train)?)?;
    /// scaler.fold_into(&mut net)?;
    /// assert!(net.evaluate(&test, densely::metrics::root_mean_squared_error)? < 1e-2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NpyError::Unsuitable`] for a file that is no `.npy` file, or of an array that is no matrix, column by column, big-endian or not of numbers; [`NpyError::ShortFile`] if it was cut off;
    /// [`NpyError::FilesDiffer`] if the two have different numbers of rows; [`ShapeError::NoRows`], [`ShapeError::NoFeatures`], [`ShapeError::Targets`] if they have no rows or columns; [`Error::Io`].
    pub fn open_npy(inputs: impl AsRef<Path>, targets: impl AsRef<Path>) -> Result<Self> {
        Self::open_npy_by(inputs.as_ref(), targets.as_ref(), WINDOW)
    }

    fn open_npy_by(inputs: &Path, targets: &Path, window: usize) -> Result<Self> {
        let shard = open_pair(inputs.into(), targets.into(), 0, true)?;
        Self::of_shards(vec![shard], window)
    }

    /// The rows of a folder of shards, one after the other by the shards' numbers: `inputs-00000.npy` and `targets-00000.npy`, as [`open_npy`](Self::open_npy) takes them, then
    /// `inputs-00001.npy` and so on; with `weights-00000.npy`, one number a row, weights, for all shards or none; and the names in `schema.json`, the JSON of a
    /// [`Schema`](crate::schema::Schema), if it is there. [`save_shard`](Dataset::save_shard) writes them, and so does `np.save`. With the cargo feature `npy`.
    ///
    /// Weights are in memory. Where `schema.json` says that the targets are classes, these are read once.
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
    /// As [`open_npy`](Self::open_npy) and [`with_schema`](Self::with_schema); [`NpyError::NoShards`], [`NpyError::DuplicateShard`] or [`NpyError::ShardMissing`] for numbers that stand twice or are left out, [`NpyError::FilesDiffer`] if two shards have different numbers of columns, or weights other
    /// rows than inputs; [`Error::Io`] for targets or weights that are missing; [`DataError::Weight`](crate::error::DataError::Weight), [`DataError::NoWeight`](crate::error::DataError::NoWeight).
    pub fn open_shards(folder: impl AsRef<Path>) -> Result<Self> {
        Self::open_shards_by(folder.as_ref(), WINDOW)
    }

    /// By windows of so many bytes.
    pub(crate) fn open_shards_by(folder: &Path, window: usize) -> Result<Self> {
        let numbers = numbers_of_shards(folder)?;
        if numbers.is_empty() {
            return Err(NpyError::NoShards { folder: folder.into() }.into());
        }
        let stays_open = numbers.len() <= MOST_OPEN;
        let path = |what, number: &String| folder.join(format!("{what}-{number}.npy"));
        let weighted = numbers.iter().any(|number| path("weights", number).exists());
        let (mut shards, mut weights) = (Vec::<Shard>::new(), Vec::new());
        for number in &numbers {
            let before = shards.last().map_or(0, |last| last.before + last.inputs.rows);
            let (inputs, targets) = (path("inputs", number), path("targets", number));
            let shard = open_pair(inputs, targets, before, stays_open)?;
            if let Some(first) = shards.first() {
                first.inputs.check_columns(&shard.inputs)?;
                first.targets.check_columns(&shard.targets)?;
            }
            if weighted {
                read_weights(path("weights", number), &shard, &mut weights)?;
            }
            shards.push(shard);
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
        let storage = NpyFiles::new(shards, window)?;
        let data = Self::stored(storage);
        if data.rows() == 0 {
            return Err(ShapeError::NoRows.into());
        }
        Ok(data)
    }
}

fn open_pair(inputs: PathBuf, targets: PathBuf, before: usize, stays_open: bool) -> Result<Shard> {
    let needs = "inputs are rows × features: `array.reshape(len(array), -1)`";
    let inputs = Npy::open(inputs, stays_open, false, needs)?;
    let needs = "targets are rows × outputs, or one number a row";
    let targets = Npy::open(targets, stays_open, true, needs)?;
    inputs.check_rows(&targets)?;
    // Then there are no more rows than bytes.
    if inputs.columns == 0 {
        return Err(ShapeError::NoFeatures.into());
    }
    if targets.columns == 0 {
        return Err(ShapeError::Targets { found: 0, outputs: 1 }.into());
    }
    Ok(Shard { inputs, targets, before })
}

/// What stands between `inputs-` and `.npy`, by number.
fn numbers_of_shards(folder: &Path) -> Result<Vec<String>> {
    let failed = |source| Error::Io { file: folder.into(), source };
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("inputs-"));
        let number = number.and_then(|name| name.strip_suffix(".npy"));
        let digits = |number: &&str| number.bytes().all(|byte| byte.is_ascii_digit());
        numbers
            .extend(number.filter(digits).filter(|number| !number.is_empty()).map(str::to_owned));
    }
    // What is no `u64` is no number of a shard.
    let value = |number: &String| number.parse::<u64>().unwrap_or(u64::MAX);
    numbers.sort_unstable_by_key(value);
    let file = |number: &str| folder.join(format!("inputs-{number}.npy"));
    for pair in numbers.windows(2) {
        let [first, second] = [&pair[0], &pair[1]];
        let missing = value(first).saturating_add(1);
        if value(first) == value(second) {
            return Err(
                NpyError::DuplicateShard { first: file(first), second: file(second) }.into()
            );
        }
        if missing < value(second) {
            return Err(NpyError::ShardMissing { file: file(&format!("{missing:05}")) }.into());
        }
    }
    Ok(numbers)
}

/// Appends the weights of a shard's rows.
fn read_weights<F: Float>(path: PathBuf, shard: &Shard, weights: &mut Vec<F>) -> Result<()> {
    let needs = "weights are one number a row: `array.reshape(-1)`";
    let file = Npy::open(path, false, true, needs)?;
    shard.inputs.check_rows(&file)?;
    if file.columns != 1 {
        let found = format!("the array has {} columns", file.columns);
        return Err(NpyError::Unsuitable { file: file.path, found, needs }.into());
    }
    let mut bytes = vec![0; file.rows * file.row_bytes()];
    file.read(0, &mut bytes)?;
    let before = weights.len();
    weights.resize(before + file.rows, F::zero());
    file.element.convert(&bytes, &mut weights[before..]);
    Ok(())
}
