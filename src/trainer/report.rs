//! What training tells: each epoch's losses, and why it stopped.

use crate::exact::Exact;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::Write;
use std::time::Duration;

/// How training went. `Display` says it in one line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub(super) epochs: Vec<Epoch>,
    pub(super) best_epoch: usize,
    pub(super) stop_reason: StopReason,
    pub(super) training_rows: usize,
    pub(super) validation_rows: usize,
    pub(super) monitored: Option<String>,
    pub(super) elapsed: Duration,
}

/// One epoch's losses, in the target's own unit even where it was standardised
/// ([`Loss::rescaled`](crate::Loss::rescaled); several standardised targets weigh alike, and their loss is brought back by the
/// root mean square of their deviations).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Epoch {
    /// Which one, counted from 1.
    pub number: usize,
    /// The mean over the rows, by their weights, of the losses of their batches, each before the step that it led to and with dropout; after the iteration, with L-BFGS.
    pub training_loss: f64,
    /// The loss on the validation rows after the epoch, if there are some.
    pub validation_loss: Option<f64>,
    /// The metric that is [monitored](super::Trainer::monitor).
    pub monitored: Option<f64>,
    /// The learning rate of the epoch's last step; 0 with L-BFGS, which has none.
    pub learning_rate: f64,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StopReason {
    /// It came to the last epoch.
    AllEpochs,
    /// The loss had not improved for as long as [`EarlyStopping`](super::EarlyStopping) is patient.
    EarlyStopping,
    /// An observer said so.
    Observer,
    /// L-BFGS found no lower loss.
    Converged,
    /// L-BFGS evaluated the loss as often as it [may](crate::Lbfgs::evaluations).
    AllEvaluations,
}

impl Epoch {
    /// The validation loss, or the training loss if there are no validation rows.
    pub fn loss(&self) -> f64 {
        self.validation_loss.unwrap_or(self.training_loss)
    }
}

/// In the order of the fields.
impl Exact for Epoch {
    type Bits = (usize, i64, Option<i64>, Option<i64>, i64);
    type Many = Vec<Self::Bits>;

    fn bits(&self) -> Self::Bits {
        let Self { number, training_loss, validation_loss, monitored, learning_rate } = self;
        let options = (validation_loss.bits(), monitored.bits());
        (*number, Exact::bits(training_loss), options.0, options.1, Exact::bits(learning_rate))
    }

    fn from_bits((number, training, validation, monitored, rate): Self::Bits) -> Self {
        Self {
            number,
            training_loss: Exact::from_bits(training),
            validation_loss: Exact::from_bits(validation),
            monitored: Exact::from_bits(monitored),
            learning_rate: Exact::from_bits(rate),
        }
    }

    fn many_bits(many: &[Self]) -> Self::Many {
        many.iter().map(Self::bits).collect()
    }

    fn from_many_bits(bits: Self::Many) -> Vec<Self> {
        bits.into_iter().map(Self::from_bits).collect()
    }
}

impl Report {
    /// Every epoch, in order.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The number of the epoch with the lowest loss ([`Epoch::loss`]), or the best value of what is [monitored](super::Trainer::monitor); the first of them if there are
    /// several, and 0 if there is none. With early stopping, the network has the weights of this epoch.
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

    /// Rows trained on; of a stream, those of the last epoch.
    pub fn training_rows(&self) -> usize {
        self.training_rows
    }

    /// The name of the metric that was [monitored](super::Trainer::monitor).
    pub fn monitored(&self) -> Option<&str> {
        self.monitored.as_deref()
    }

    /// The value of that metric in the best epoch.
    pub fn best_monitored(&self) -> Option<f64> {
        self.epochs.get(self.best_epoch.wrapping_sub(1))?.monitored
    }

    /// Rows set aside for validation, or given for it.
    pub fn validation_rows(&self) -> usize {
        self.validation_rows
    }

    /// How long training took, before it was resumed too.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Writes the curves as CSV, an epoch a row: `epoch,training_loss,validation_loss,monitored,learning_rate`, the metric under its name; empty where there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Csv`] for what the writer says.
    pub fn write_csv(&self, mut writer: impl Write) -> Result<()> {
        let failed = |source: std::io::Error| Error::Csv { reason: source.to_string() };
        let metric = quoted(self.monitored().unwrap_or("monitored"));
        writeln!(writer, "epoch,training_loss,validation_loss,{metric},learning_rate")
            .map_err(failed)?;
        let text = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        for epoch in &self.epochs {
            let Epoch { number, training_loss, learning_rate, .. } = epoch;
            let (validation, monitored) = (text(epoch.validation_loss), text(epoch.monitored));
            writeln!(writer, "{number},{training_loss},{validation},{monitored},{learning_rate}")
                .map_err(failed)?;
        }
        writer.flush().map_err(failed)
    }
}

/// A cell of CSV, in quotes if its text needs them.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = if self.validation_rows > 0 { "validation" } else { "training" };
        write!(formatter, "stopped after epoch {}: {}", self.epochs.len(), self.stop_reason)?;
        if self.best_epoch == 0 {
            return Ok(());
        }
        write!(formatter, "; best ")?;
        match (self.monitored(), self.best_monitored()) {
            (Some(name), Some(value)) => write!(formatter, "{which} {name} {value:.6}")?,
            _ => write!(formatter, "{which} loss {:.6}", self.best_loss())?,
        }
        write!(formatter, " in epoch {}", self.best_epoch)
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AllEpochs => "all epochs done",
            Self::EarlyStopping => "no improvement for as long as patience allows",
            Self::Observer => "an observer said so",
            Self::Converged => "no lower loss to be found",
            Self::AllEvaluations => "all evaluations of the loss done",
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
