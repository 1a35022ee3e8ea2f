//! Errors of standardizers.

/// Standardized data or a standardizer cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StandardizerError {
    /// Rows to train on that were standardized, and rows to validate on that were not.
    #[error(
        "the training rows were standardized, the validation rows were not: `Standardizer::apply` does both alike"
    )]
    OtherScale,
    /// A standardiser that was fitted on data of another shape.
    #[error("the standardizer was fitted on {expected} {what}, this has {found}")]
    OtherData {
        /// Columns of the data it was fitted on.
        expected: usize,
        /// Columns found.
        found: usize,
        /// "features" or "targets".
        what: &'static str,
    },
    /// A target scale that cannot be folded into the last layer.
    #[error(
        "the target's scale can be folded only into an Identity layer, the network ends in {activation}"
    )]
    CannotFold {
        /// The output layer's activation.
        activation: String,
    },
    /// A column whose mean is so large against its deviation that folding it would spoil predictions.
    #[error(
        "{column:?} has a mean of {mean:.3e} and a deviation of {deviation:.3e}: folded into {precision} weights, it would move predictions by {moved:.1e} of their spread; subtract its mean before training, or train in f64"
    )]
    FoldingSpoils {
        /// The feature or target.
        column: String,
        /// Its mean.
        mean: f64,
        /// Its deviation.
        deviation: f64,
        /// By how many of their own deviations predictions would move.
        moved: f64,
        /// The type of the network's numbers.
        precision: &'static str,
    },
    /// Targets that the loss is not defined for since they were standardized, as numbers are and classes are not.
    #[error(
        "{loss} needs {needs} as targets, and these were standardized: say that they are classes (`Dataset::with_classes`, `Dataset::multiclass`) before `Standardizer::fit`, or use `Standardizer::fit_features`"
    )]
    StandardizedTarget {
        /// The loss.
        loss: String,
        /// What the loss needs.
        needs: &'static str,
    },
}
