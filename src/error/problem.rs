//! What was wrong, where an error has one of several causes.

/// What is wrong with a cell of a CSV file.
///
/// ```
/// use densely::{Error, Table, error::CellProblem};
///
/// let table = Table::parse_csv("weight,mpg\n3504,18\n2372,\n".as_bytes(), "cars")?;
/// let error = table.regression::<f32>("mpg");
/// assert!(matches!(error, Err(Error::Cell { row: 2, problem: CellProblem::Blank, .. })));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CellProblem {
    /// Text in a numeric column.
    #[error("is not a number")]
    NotANumber,
    /// Nothing but white space.
    #[error("is blank")]
    Blank,
    /// NaN or infinity.
    #[error("is not a finite number")]
    NotFinite,
    /// A number beyond the range of an `f32` or `f64`.
    #[error("is too large for {0}")]
    TooLarge(&'static str),
    /// Bytes that are not UTF-8; they stand as � in the value.
    #[error("is not UTF-8")]
    NotUtf8,
    /// A class that is a number with a fraction.
    #[error("is not a class: classes are text or whole numbers")]
    NotAClass,
}

/// How training was seen to diverge.
///
/// ```
/// use densely::{Dataset, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer, error::Divergence};
/// use ndarray::array;
///
/// let data = Dataset::<f32>::new(array![[1.0], [2.0]], array![[1.0], [0.0]])?;
/// let mut net = Mlp::builder(1).dense(1, Identity).build()?;
/// let error = Trainer::new(MeanSquaredError, Sgd::new(50.0)).fit(&mut net, &data);
/// assert!(matches!(error, Err(Error::Diverged { cause: Divergence::Growth { first, last }, .. }) if last > 1e6 * first));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Divergence {
    /// The loss became NaN or infinite.
    #[error("the loss is {0}")]
    Loss(f64),
    /// The loss grew beyond all measure.
    #[error("the loss grew from {first:.3e} to {last:.3e}")]
    Growth {
        /// Of the first batch.
        first: f64,
        /// Of this batch.
        last: f64,
    },
    /// The gradient of a finite loss is NaN or infinite.
    #[error("the gradient is no longer finite")]
    Gradient,
    /// A weight or bias became NaN or infinite.
    #[error("a weight or bias is no longer finite")]
    Parameter,
}

/// What probably made training diverge.
///
/// ```
/// use densely::{Dataset, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer, error::LikelyCause};
/// use ndarray::array;
///
/// let data = Dataset::<f32>::new(array![[3504.0], [2372.0]], array![[18.0], [24.0]])?;
/// let mut net = Mlp::builder(1).dense(1, Identity).build()?;
/// let error = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut net, &data);
/// assert!(matches!(error, Err(Error::Diverged { likely: LikelyCause::UnscaledInputs(3504.0), .. })));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LikelyCause {
    /// Inputs far from 1, the size that weights are drawn for.
    #[error("the inputs reach {0:.3e}: scale them, as a Standardizer does")]
    UnscaledInputs(f64),
    /// Targets of a regression far from 1.
    #[error("the targets reach {0:.3e}: scale them, as a Standardizer does")]
    UnscaledTargets(f64),
    /// Neither, before the first step.
    #[error("the initial weights are too large")]
    InitialWeights,
    /// None of these: the learning rate.
    #[error("the learning rate of {0} is too large")]
    LearningRate(f64),
}

/// Different values are counted up to here: of a file of any size, no more are remembered.
pub(crate) const MOST_COUNTED: usize = 10_000;

/// So many different values, as far as they were counted.
pub(crate) fn counted(values: usize) -> String {
    match values {
        0..=MOST_COUNTED => values.to_string(),
        _ => format!("more than {MOST_COUNTED}"),
    }
}

/// Behind the message of inputs with so many features.
pub(super) fn remedy_for_features(found: usize) -> &'static str {
    if found == 1 { " (an example is a row: 1 × features)" } else { "" }
}

/// Behind the message of targets with so many columns.
pub(super) fn remedy_for_targets(found: usize) -> &'static str {
    match found {
        1 => " (a column of class numbers? `Dataset::multiclass` makes them one-hot)",
        _ => "",
    }
}

/// Behind the message of targets with so many rows.
pub(super) fn remedy_for_rows(targets: usize) -> &'static str {
    if targets == 1 { " (targets are rows × outputs; is this a row, 1 × outputs?)" } else { "" }
}

/// Behind the message of so many names for so many columns.
pub(super) fn remedy_for_names(names: usize, columns: usize, what: &str) -> &'static str {
    match (names, columns, what) {
        (0, _, "classes") => " (`Dataset::with_classes` names them)",
        (3.., 2, "classes") => {
            " (one column of targets has two; `Dataset::multiclass` makes labels one-hot)"
        }
        _ => "",
    }
}

/// Behind the message of a model whose numbers are of the other type.
pub(super) fn remedy_for_precision(found: &str) -> &'static str {
    match found {
        "f32" => " (`Mlp::<f32>` loads it)",
        "f64" => " (`Mlp::<f64>` loads it)",
        _ => "",
    }
}
