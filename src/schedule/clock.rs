//! The time since training began, in steps and epochs.

use super::span::Span;

/// The time since training began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// Steps taken so far.
    pub(crate) step: u64,
    /// Epochs that have ended.
    pub(crate) epoch: u64,
    /// The steps since training began, if every epoch before had as many steps as this one.
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

    /// The steps that have passed, and the number of steps in the span. For a span in epochs of
    /// unknown length, an epoch counts as one step.
    pub(super) fn passed(self, span: Span) -> (u64, u64) {
        match span {
            Span::Steps(steps) => (self.step, steps.max(1) as u64),
            Span::Epochs(epochs) => {
                let each = self.steps_per_epoch.unwrap_or(1);
                (self.position, (epochs.max(1) as u64).saturating_mul(each))
            }
        }
    }

    /// The number of such spans that have passed.
    pub(super) fn spans(self, span: Span) -> f64 {
        match span {
            Span::Steps(steps) => self.step as f64 / steps.max(1) as f64,
            Span::Epochs(epochs) => self.epoch as f64 / epochs.max(1) as f64,
        }
    }

    /// The time since the end of this span: none before it. Epochs count from the first one that
    /// begins after it.
    pub(super) fn without(self, span: Span) -> Self {
        let (passed, steps) = self.passed(span);
        if passed < steps {
            return Self { step: 0, epoch: 0, position: 0, ..self };
        }
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
