use crate::{Error, Result};

/// Ends training when the loss has not improved for `patience` epochs, and restores the weights of the best epoch.
///
/// The loss is the validation loss; an epoch is better only if its loss is lower than the best before it. NaN never is.
/// With patience 1 training ends after the first epoch that is no better; with patience n, after n such
/// epochs in a row.
///
/// ```
/// use densely::EarlyStopping;
/// let early_stopping = EarlyStopping::patience(30);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct EarlyStopping {
    patience: usize,
}

impl EarlyStopping {
    /// Stops after this many epochs in a row, at least 1, that are no better than the best before them.
    pub fn patience(epochs: usize) -> Self {
        Self { patience: epochs }
    }

    pub(super) fn check(&self) -> Result<()> {
        Error::check_setting("patience", self.patience as f64, "at least 1", |p| p >= 1.0)
    }

    /// Whether to stop, after so many epochs in a row without a better one.
    pub(super) fn stops_after(&self, epochs_without_improvement: usize) -> bool {
        epochs_without_improvement >= self.patience
    }
}
