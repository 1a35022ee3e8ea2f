//! Training states in files.

use super::TrainingState;
use crate::error::{Error, Result, TrainingError};
use crate::{atomic_file, float::Float};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// When a [`Trainer`](super::Trainer::checkpoint) writes its [state](TrainingState), and to which
/// file.
///
/// ```
/// use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Tanh, Trainer};
/// use densely::trainer::{Checkpoint, TrainingState};
/// use ndarray::Array2;
///
/// # let folder = tempfile::tempdir()?;
/// let (path, best) = (folder.path().join("training.json"), folder.path().join("best.json"));
/// let data = Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)))?;
/// let mut net = Mlp::builder(8).dense(4, Tanh).dense(1, Identity).build()?;
/// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01))
///     .epochs(25)
///     .checkpoint(Checkpoint::every(10, &path))
///     .checkpoint(Checkpoint::at_best(&best));
/// if path.exists() {
///     trainer = trainer.with_state(TrainingState::load(&path)?);   // from a stopped process
/// }
/// let report = trainer.resume(&mut net, &data)?;                   // `fit` would start afresh
/// assert_eq!(TrainingState::<f32>::load(&path)?.epochs().len(), 25);
/// assert_eq!(TrainingState::<f32>::load(&best)?.epochs().len(), report.best_epoch);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Checkpoint {
    pub(super) path: PathBuf,
    /// `None`: after each epoch that is the best so far.
    pub(super) every: Option<usize>,
}

impl Checkpoint {
    /// Writes every `epochs` epochs, at least 1, and when training ends, unless an observer ends it
    /// in the middle of an epoch.
    pub fn every(epochs: usize, path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), every: Some(epochs) }
    }

    /// Writes after each epoch that is the best so far, by the loss or the
    /// [monitored](super::Trainer::monitor) metric.
    pub fn at_best(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), every: None }
    }
}

/// The part of a state that every version has.
#[derive(Deserialize)]
struct StateVersion {
    version: u32,
}

impl<F: Float> TrainingState<F> {
    /// Writes the state to a file, as JSON. An existing file is replaced only when the new one is
    /// on the disk, as by [`Mlp::save`](crate::mlp::Mlp::save).
    ///
    /// # Errors
    ///
    /// [`Error::Io`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let json = serde_json::to_vec(self).map_err(|error| Error::io(path)(error.into()))?;
        atomic_file::write(path, &json)
    }

    /// Reads a state that this version of the library [saved](Self::save). Other versions can read
    /// networks, but not states.
    ///
    /// ```
    /// # use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Trainer};
    /// # use densely::trainer::TrainingState;
    /// # use ndarray::Array2;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("training.json");
    /// # let data = Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)))?;
    /// # let mut net = Mlp::builder(8).dense(1, Identity).build()?;
    /// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(5);
    /// trainer.fit(&mut net, &data)?;
    /// if let Some(state) = trainer.state() {
    ///     state.save(&path)?;
    /// }
    /// assert_eq!(TrainingState::<f32>::load(&path)?.epochs().len(), 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - [`Error::Io`] if the file cannot be read;
    /// - [`Error::InFile`] with [`TrainingError::DamagedState`] for a damaged or other file;
    /// - [`Error::InFile`] with [`TrainingError::StateMismatch`] for a file of another version.
    ///
    /// Resuming checks whether the state belongs to the network.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let in_file = |error: Error| Error::InFile { file: path.into(), error: Box::new(error) };
        let damaged = |error: serde_json::Error| {
            in_file(TrainingError::DamagedState { reason: error.to_string() }.into())
        };
        // First without keeping anything: another file may be larger than the memory.
        let file = std::io::BufReader::new(std::fs::File::open(path).map_err(Error::io(path))?);
        let StateVersion { version } = serde_json::from_reader(file).map_err(damaged)?;
        Self::check_version(version).map_err(in_file)?;
        let bytes = std::fs::read(path).map_err(Error::io(path))?;
        serde_json::from_slice(&bytes).map_err(damaged)
    }
}
