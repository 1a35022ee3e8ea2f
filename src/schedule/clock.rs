//! How far training has come, as a schedule counts it.

use super::Span;

/// How far training is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Steps taken so far.
    pub(crate) step: u64,
    /// Epochs that have ended.
    pub(crate) epoch: u64,
    /// Steps that the epochs so far would have, were they all as long as this one, and those of this one.
    pub(super) position: u64,
    /// Unknown in the first epoch of a stream.
    pub(crate) steps_per_epoch: Option<u64>,
}

impl Clock {
    /// After so many steps and epochs, and so many steps in this epoch.
    pub(crate) fn new(step: u64, epoch: u64, batch: u64, steps_per_epoch: Option<u64>) -> Self {
        let steps_per_epoch = steps_per_epoch.filter(|&steps| steps > 0);
        let before = epoch.saturating_mul(steps_per_epoch.unwrap_or(0));
        Self { step, epoch, position: before.saturating_add(batch), steps_per_epoch }
    }

    /// How many steps a span has; an epoch counts as one where nobody knows how many it has.
    pub(super) fn steps(self, span: Span) -> u64 {
        match span {
            Span::Steps(steps) => steps.max(1) as u64,
            Span::Epochs(epochs) => {
                (epochs.max(1) as u64).saturating_mul(self.steps_per_epoch.unwrap_or(1))
            }
        }
    }

    /// How many steps have passed, to be compared with a span in this unit.
    pub(super) fn passed(self, span: Span) -> u64 {
        match span {
            Span::Steps(_) => self.step,
            Span::Epochs(_) => self.position,
        }
    }

    /// How many such spans have passed.
    pub(super) fn spans(self, span: Span) -> f64 {
        match span {
            Span::Steps(steps) => self.step as f64 / steps.max(1) as f64,
            Span::Epochs(epochs) => self.epoch as f64 / epochs.max(1) as f64,
        }
    }

    /// The time since this span, which has passed, ended. Epochs are counted from the first that begins after it.
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
