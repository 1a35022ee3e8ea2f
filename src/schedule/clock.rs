//! The time since training began, in steps and epochs.

use super::span::Span;

/// The time since training began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Steps taken so far.
    pub(crate) step: u64,
    /// Epochs that have ended.
    pub(crate) epoch: u64,
    /// The steps of this epoch so far, and of the epochs before if all were as long as this one.
    pub(super) position: u64,
    /// `None` in the first epoch of a stream.
    pub(crate) steps_per_epoch: Option<u64>,
}

impl Clock {
    /// After `step` steps and `epoch` epochs, `batch` steps into this epoch.
    pub(crate) fn new(step: u64, epoch: u64, batch: u64, steps_per_epoch: Option<u64>) -> Self {
        let steps_per_epoch = steps_per_epoch.filter(|&steps| steps > 0);
        let before = epoch.saturating_mul(steps_per_epoch.unwrap_or(0));
        Self { step, epoch, position: before.saturating_add(batch), steps_per_epoch }
    }

    /// The number of steps in a span; an epoch of unknown length counts as one step.
    pub(super) fn steps(self, span: Span) -> u64 {
        match span {
            Span::Steps(steps) => steps.max(1) as u64,
            Span::Epochs(epochs) => {
                (epochs.max(1) as u64).saturating_mul(self.steps_per_epoch.unwrap_or(1))
            }
        }
    }

    /// The steps that have passed, in the unit of [`steps`](Self::steps) of this span.
    pub(super) fn passed(self, span: Span) -> u64 {
        match span {
            Span::Steps(_) => self.step,
            Span::Epochs(_) => self.position,
        }
    }

    /// The number of such spans that have passed.
    pub(super) fn spans(self, span: Span) -> f64 {
        match span {
            Span::Steps(steps) => self.step as f64 / steps.max(1) as f64,
            Span::Epochs(epochs) => self.epoch as f64 / epochs.max(1) as f64,
        }
    }

    /// The time since the end of this span, which has passed. Epochs count from the first one that
    /// begins after it.
    pub(super) fn without(self, span: Span) -> Self {
        let steps = self.steps(span);
        let epochs = match span {
            Span::Epochs(epochs) => epochs as u64,
            Span::Steps(_) => self.steps_per_epoch.map_or(0, |length| steps.div_ceil(length)),
        };
        Self {
            step: self.step.saturating_sub(steps),
            epoch: self.epoch.saturating_sub(epochs),
            position: self.position.saturating_sub(steps),
            ..self
        }
    }
}
