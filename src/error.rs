//! The error of the library; each module has its own.

pub(crate) mod check;
#[cfg(feature = "train")]
mod check_rows;
pub(crate) mod problem;
pub(crate) mod shape;

#[cfg(feature = "train")]
pub(crate) use crate::data::table::error::with_remedies;
#[cfg(feature = "train")]
pub use crate::{
    data::error::DataError, data::npy_error::NpyError, data::table::error::Remedy,
    data::table::error::TableError, gradient_check::error::GradientCheckError,
    loss::error::LossError, metrics::error::MetricError, trainer::error::Divergence,
    trainer::error::LikelyCause, trainer::error::TrainingError, workers::error::WorkersError,
};
pub use crate::{
    mlp::error::NetworkError, model_file::error::ModelFileError, schema::error::SchemaError,
};
pub use problem::CellProblem;
pub(crate) use problem::{MOST_COUNTED, counted};
pub use shape::ShapeError;

use std::{fmt, path::PathBuf};

#[cfg(feature = "train")]
impl From<TableError> for Error {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

/// What went wrong. Each part of the library has its own error, and `Error` has a variant for each.
///
/// The message, `{error}`, is one line. `{error:?}` adds the variant and its fields: a `main` that
/// returns the error prints both.
///
/// ```
/// use densely::{Error, Identity, Mlp, Tanh, error::ShapeError};
/// use ndarray::array;
///
/// let net = Mlp::<f32>::builder(9).dense(4, Tanh).dense(1, Identity).build()?;
/// let answer = match net.predict(array![[1.0, 2.0]].view()) {
///     Ok(outputs) => outputs.to_string(),
///     Err(Error::Shape(ShapeError::Features { found, expected })) => {
///         format!("{} more features, please", expected - found)
///     }
///     Err(other) => return Err(other),
/// };
/// assert_eq!(answer, "7 more features, please");
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(thiserror::Error)]
#[error(transparent)] // But for the variants with a message of their own.
#[non_exhaustive]
#[allow(missing_docs)] // Each message says what its fields are.
pub enum Error {
    /// A setting is out of its range.
    #[error("the {name} is {value}, it must be {needs}")]
    Setting { name: &'static str, value: f64, needs: &'static str },
    /// A number is NaN or infinite.
    #[error("{what} is {value}, not a finite number")]
    NotFinite { what: &'static str, value: f64 },
    /// The shape of a batch does not fit the network, or inputs and targets do not fit each other.
    Shape(#[from] ShapeError),
    /// A network or layer cannot be built or used.
    Network(#[from] NetworkError),
    /// A loss is not defined for an output layer or a target.
    #[cfg(feature = "train")]
    Loss(#[from] LossError),
    /// Names of columns, targets or classes are missing or do not fit.
    Schema(#[from] SchemaError),
    /// Examples, labels or weights cannot be used.
    #[cfg(feature = "train")]
    Data(#[from] DataError),
    /// A CSV file cannot be used.
    #[cfg(feature = "train")]
    #[error("{}", with_remedies(&.0.to_string(), &.0.remedies()))]
    Table(TableError),
    /// `.npy` files cannot be used.
    #[cfg(feature = "train")]
    Npy(#[from] NpyError),
    /// A model cannot be read or written.
    ModelFile(#[from] ModelFileError),
    /// Training diverged, could not begin or could not be resumed.
    #[cfg(feature = "train")]
    Training(#[from] TrainingError),
    /// Several workers cannot train together.
    #[cfg(feature = "train")]
    Workers(#[from] WorkersError),
    /// A metric cannot be computed.
    #[cfg(feature = "train")]
    Metric(#[from] MetricError),
    /// A gradient is wrong, or the check proves nothing.
    #[cfg(feature = "train")]
    GradientCheck(#[from] GradientCheckError),
    /// A file cannot be opened, read or written.
    #[error("{}: {source}", file.display())]
    Io { file: PathBuf, source: std::io::Error },
    /// A file changed between two readings.
    #[error("{file}: the file was changed after it was opened")]
    ChangedFile { file: String },
    /// The content of a file is wrong.
    #[error("{}: {error}", file.display())]
    InFile {
        file: PathBuf,
        #[source]
        error: Box<Error>,
    },
    /// A text that names no activation, loss, optimizer or schedule.
    #[error("{text:?} is no {kind}: {reason}")]
    Choice { kind: &'static str, text: String, reason: String },
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variant, of_module): (_, &dyn fmt::Debug) = match self {
            Self::Shape(error) => ("Shape", error),
            Self::Network(error) => ("Network", error),
            Self::Schema(error) => ("Schema", error),
            Self::ModelFile(error) => ("ModelFile", error),
            #[cfg(feature = "train")]
            Self::Loss(error) => ("Loss", error),
            #[cfg(feature = "train")]
            Self::Data(error) => ("Data", error),
            #[cfg(feature = "train")]
            Self::Table(error) => ("Table", error),
            #[cfg(feature = "train")]
            Self::Npy(error) => ("Npy", error),
            #[cfg(feature = "train")]
            Self::Training(error) => ("Training", error),
            #[cfg(feature = "train")]
            Self::Workers(error) => ("Workers", error),
            #[cfg(feature = "train")]
            Self::Metric(error) => ("Metric", error),
            #[cfg(feature = "train")]
            Self::GradientCheck(error) => ("GradientCheck", error),
            // Their messages have all fields.
            Self::Setting { .. } => return write!(formatter, "{self} [Setting]"),
            Self::NotFinite { .. } => return write!(formatter, "{self} [NotFinite]"),
            Self::Io { .. } => return write!(formatter, "{self} [Io]"),
            Self::ChangedFile { .. } => return write!(formatter, "{self} [ChangedFile]"),
            Self::InFile { file, error } => {
                return write!(formatter, "{}: {error:?} [InFile]", file.display());
            }
            Self::Choice { .. } => return write!(formatter, "{self} [Choice]"),
        };
        write!(formatter, "{self} [{variant}({of_module:?})]")
    }
}

/// A result with this library's [`Error`].
///
/// ```
/// use densely::{Mlp, Result, Tanh};
///
/// fn network(features: usize) -> Result<Mlp<f32>> {
///     Mlp::builder(features).dense(8, Tanh).build()
/// }
/// assert_eq!(network(3)?.parameters(), 32);
/// assert!(network(0).is_err());
/// # Ok::<(), densely::Error>(())
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;
