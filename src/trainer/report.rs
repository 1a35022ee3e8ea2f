//! What training tells: each epoch's losses, and why it stopped.

use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// How training went. `Display` says it in one line.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub(super) epochs: Vec<Epoch>,
    pub(super) best_epoch: usize,
    pub(super) stop_reason: StopReason,
    pub(super) training_rows: usize,
    pub(super) validation_rows: usize,
    pub(super) elapsed: Duration,
}

/// One epoch's losses, in the target's own unit even where it was standardised
/// ([`Loss::rescaled`](crate::Loss::rescaled); several standardised targets weigh alike, and their loss is brought back by the
/// root mean square of their deviations).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Epoch {
    /// Which one, counted from 1.
    pub number: usize,
    /// The mean over the rows of the losses of their batches, each before the step that it led to.
    pub training_loss: f64,
    /// The loss on the validation rows after the epoch, if some were set aside.
    pub validation_loss: Option<f64>,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StopReason {
    /// It came to the last epoch.
    AllEpochs,
    /// The loss had not improved for as long as [`EarlyStopping`](super::EarlyStopping) is patient.
    EarlyStopping,
    /// The observer said so.
    Observer,
}

impl Epoch {
    /// The validation loss, or the training loss if no rows were set aside: the lower, the better the epoch.
    pub fn loss(&self) -> f64 {
        self.validation_loss.unwrap_or(self.training_loss)
    }
}

impl Report {
    /// Every epoch, in order.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The number of the epoch with the lowest loss ([`Epoch::loss`]), the first of them if there are several. With early
    /// stopping, the network has the weights of this epoch.
    pub fn best_epoch(&self) -> usize {
        self.best_epoch
    }

    /// The loss of the best epoch.
    pub fn best_loss(&self) -> f64 {
        self.epochs.get(self.best_epoch.wrapping_sub(1)).map_or(f64::NAN, Epoch::loss)
    }

    /// Why training ended.
    pub fn stop_reason(&self) -> StopReason {
        self.stop_reason
    }

    /// Rows trained on.
    pub fn training_rows(&self) -> usize {
        self.training_rows
    }

    /// Rows set aside for validation.
    pub fn validation_rows(&self) -> usize {
        self.validation_rows
    }

    /// How long training took.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = if self.validation_rows > 0 { "validation" } else { "training" };
        write!(
            formatter,
            "stopped after epoch {}: {}; best {which} loss {:.6} in epoch {}",
            self.epochs.len(),
            self.stop_reason,
            self.best_loss(),
            self.best_epoch
        )
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AllEpochs => "all epochs done",
            Self::EarlyStopping => "no improvement for as long as patience allows",
            Self::Observer => "the observer said so",
        })
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "epoch {}: training loss {:.6}", self.number, self.training_loss)?;
        match self.validation_loss {
            Some(loss) => write!(formatter, ", validation loss {loss:.6}"),
            None => Ok(()),
        }
    }
}
