//! The report of a training: the losses of each epoch, and why it stopped.

use crate::bits::{Bits, ByBits};
use crate::{data::cell::quoted, error::Result};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, time::Duration};

/// The result of a training. `Display` writes it in one line.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use densely::trainer::StopReason;
/// use ndarray::{Array2, array};
///
/// // a = w x with w = 1. The loss a² at x = 1 has the gradient 2 w: a step halves w.
/// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::new(Array2::ones((8, 1)), Array2::zeros((8, 1)))?;
/// let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(3);
/// let report = trainer.validation_fraction(0.5).fit(&mut net, &data)?;
/// assert_eq!((report.training_rows, report.validation_rows), (4, 4));
/// assert_eq!((report.epochs.len(), report.stop_reason), (3, StopReason::AllEpochs));
/// assert_eq!((report.best_epoch, report.best_loss()), (3, 1.0 / 64.0));        // (1/8)²
/// assert_eq!((&report.monitored, report.best()), (&None, report.epochs.last()));
/// assert!(report.elapsed.as_secs() < 60);
/// assert_eq!(
///     report.to_string(),
///     "stopped after epoch 3: all epochs done; best validation loss 0.015625 in epoch 3",
/// );
///
/// assert_eq!(report.to_csv(), "\
/// epoch,training_loss,validation_loss,monitored,learning_rate
/// 1,1,0.25,,0.25
/// 2,0.25,0.0625,,0.25
/// 3,0.0625,0.015625,,0.25
/// ");
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Every epoch, in order.
    pub epochs: Vec<Epoch>,
    /// The number of the epoch with the lowest loss ([`Epoch::loss`]) or the best
    /// [monitored](super::Trainer::monitor) value; 0 if there is none. Of equal epochs it is the
    /// first, or the last with [`last_of_equals`](super::EarlyStopping::last_of_equals). With early
    /// stopping, the network has the weights of this epoch, unless
    /// [`keep_last`](super::EarlyStopping::keep_last) is set.
    pub best_epoch: usize,
    /// Why training ended.
    pub stop_reason: StopReason,
    /// Training rows; with a stream, those of the last epoch of this call.
    pub training_rows: usize,
    /// Validation rows.
    pub validation_rows: usize,
    /// The name of the [monitored](super::Trainer::monitor) metric.
    pub monitored: Option<String>,
    /// The duration of training, including the time before it was resumed. It is 0 on
    /// `wasm32-unknown-unknown`, which has no clock.
    pub elapsed: Duration,
}

/// The losses of one epoch, in the targets' unit. Several scaled targets weigh alike:
/// [`Loss::rescaled`](crate::loss::Loss::rescaled) converts their loss with the root mean square of
/// their spreads.
///
/// ```
/// use densely::{Dataset, Dense, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
/// use ndarray::{Array2, array};
///
/// // a = w x with w = 1. The loss a² at x = 1 has the gradient 2 w: a step halves w.
/// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], None, Identity)?])?;
/// let data = Dataset::new(Array2::ones((8, 1)), Array2::zeros((8, 1)))?;
/// let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(2);
/// let last = trainer.validation_fraction(0.5).fit(&mut net, &data)?.epochs[1];
/// assert_eq!((last.number, last.learning_rate, last.monitored), (2, 0.25, None));
/// assert_eq!(last.training_loss, 0.25);                   // before the step
/// assert_eq!(last.validation_loss, Some(0.0625));         // after it
/// assert_eq!(last.loss(), 0.0625);
/// assert_eq!(last.to_string(), "epoch 2: training loss 0.250000, validation loss 0.062500");
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Epoch {
    /// The number of the epoch, counted from 1.
    pub number: usize,
    /// The mean loss over the training rows, by their weights. Each batch's loss is that before its
    /// step, with dropout. With L-BFGS it is the loss after the iteration.
    pub training_loss: f64,
    /// The loss on the validation rows after the epoch, if there are any.
    pub validation_loss: Option<f64>,
    /// The value of the [monitored](super::Trainer::monitor) metric.
    pub monitored: Option<f64>,
    /// The learning rate of the epoch's last step; 0 with L-BFGS.
    pub learning_rate: f64,
}

/// Why training ended.
///
/// ```
/// use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer, trainer::StopReason};
/// use ndarray::Array2;
///
/// let data = Dataset::new(Array2::<f32>::eye(8), Array2::ones((8, 1)))?;
/// let mut net = Mlp::builder(8).dense(1, Identity).build()?;
/// let report = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(3).fit(&mut net, &data)?;
/// assert_eq!(report.stop_reason, StopReason::AllEpochs);
/// assert_eq!(report.stop_reason.to_string(), "all epochs done");
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StopReason {
    /// All epochs are done.
    AllEpochs,
    /// No improvement within the patience of [`EarlyStopping`](super::EarlyStopping).
    EarlyStopping,
    /// An observer stopped training.
    Observer,
    /// L-BFGS converged: its gradient is within the tolerance, or it found no lower loss.
    Converged,
    /// L-BFGS used all of its [evaluations](crate::optimizer::Lbfgs::evaluations) of the loss.
    AllEvaluations,
}

impl Epoch {
    /// The validation loss, or the training loss if there are no validation rows.
    pub fn loss(&self) -> f64 {
        self.validation_loss.unwrap_or(self.training_loss)
    }
}

/// A sequence of the fields, in their order.
impl ByBits for Epoch {
    fn serialize_bits<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { number, training_loss, validation_loss, monitored, learning_rate } = self;
        let losses = (Bits(training_loss), Bits(validation_loss));
        (number, losses.0, losses.1, Bits(monitored), Bits(learning_rate)).serialize(serializer)
    }

    fn deserialize_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (number, loss, validation, metric, rate) = Deserialize::deserialize(deserializer)?;
        let (Bits(training_loss), Bits(validation_loss)) = (loss, validation);
        let (Bits(monitored), Bits(learning_rate)) = (metric, rate);
        Ok(Self { number, training_loss, validation_loss, monitored, learning_rate })
    }
}

impl Report {
    /// The best epoch; nothing if there is none.
    pub fn best(&self) -> Option<&Epoch> {
        self.epochs.get(self.best_epoch.checked_sub(1)?)
    }

    /// The loss of the best epoch; NaN if there is none.
    pub fn best_loss(&self) -> f64 {
        self.best().map_or(f64::NAN, Epoch::loss)
    }

    /// One row of CSV for each epoch, with
    /// `epoch,training_loss,validation_loss,monitored,learning_rate`. The column of the metric has
    /// the metric's name. Missing values are empty.
    pub fn to_csv(&self) -> String {
        let name = self.monitored.as_deref().unwrap_or("monitored");
        let quoted = quoted(name);
        let metric = if name.contains([',', '"', '\n', '\r']) { &quoted } else { name };
        let header = format!("epoch,training_loss,validation_loss,{metric},learning_rate\n");
        let text = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let rows = self.epochs.iter().map(|epoch| {
            let Epoch { number, training_loss, learning_rate, .. } = epoch;
            let (validation, monitored) = (text(epoch.validation_loss), text(epoch.monitored));
            format!("{number},{training_loss},{validation},{monitored},{learning_rate}\n")
        });
        std::iter::once(header).chain(rows).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "stopped after epoch {}: {}", self.epochs.len(), self.stop_reason)?;
        let Some(best) = self.best() else { return Ok(()) };
        let rows = if self.validation_rows > 0 { "validation" } else { "training" };
        let loss = ("loss", best.loss());
        let (what, value) = self.monitored.as_deref().zip(best.monitored).unwrap_or(loss);
        write!(formatter, "; best {rows} {what} {value:.6} in epoch {}", self.best_epoch)
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AllEpochs => "all epochs done",
            Self::EarlyStopping => "no improvement within the patience",
            Self::Observer => "stopped by an observer",
            Self::Converged => "converged",
            Self::AllEvaluations => "all evaluations of the loss used",
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
