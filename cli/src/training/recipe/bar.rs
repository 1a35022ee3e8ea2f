//! The progress of the default training.

use crate::{command_line, rounded};
use densely::recipe::{Progress, Stage};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

/// In their order.
const STAGES: [Stage; 4] = [Stage::Linear, Stage::Plain, Stage::Encoded, Stage::Refit];

/// The most epochs of each of the trainings.
pub(super) const EPOCHS: usize = 256;

/// A bar over the epochs of all trainings.
pub(super) struct Bar {
    pub(super) bar: ProgressBar,
    /// The networks of the last training, if there are no folds.
    last: usize,
    progress: Mutex<BTreeMap<(Stage, usize), Progress>>,
}

impl Bar {
    pub(super) fn new(last: usize, quiet: bool) -> Self {
        let template = "{msg} {wide_bar}  {elapsed}, at most {eta} left";
        let bar = command_line::progress(EPOCHS as u64, quiet, template);
        Self { bar, last, progress: Mutex::default() }
    }

    pub(super) fn show(&self, progress: &Progress) -> ControlFlow<()> {
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert((progress.stage, progress.fold), *progress);
        let message = |&Progress { stage, fold, folds, epoch, score, .. }: &Progress| {
            let of = if folds > 1 { format!(" {}/{folds}", fold + 1) } else { String::new() };
            format!("{stage}{of} {epoch}: {}", rounded::score(score))
        };
        let of = |stage| all.values().filter(move |at| at.stage == stage);
        let shown = STAGES
            .into_iter()
            .filter(|&stage| (stage == Stage::Refit) == (progress.stage == Stage::Refit));
        let messages = shown.filter_map(|stage| of(stage).next_back().map(message));
        self.bar.set_message(messages.collect::<Vec<_>>().join("  "));
        // Two trainings run at a time: those of earlier folds have ended, though it may be early.
        let (folds, candidates) =
            all.values().next().map_or((1, 1), |at| (at.folds, at.candidates));
        let choice = folds * candidates;
        let last = match of(Stage::Refit).next() {
            Some(at) => at.folds,
            None if folds > 1 => folds * self.last.min(1),
            None if self.last == 1 => candidates, // each of them may be kept
            None => self.last,
        };
        let done = |stage| {
            let last = of(stage).next_back().map_or(0, |at| at.fold);
            of(stage).map(move |at| match at.fold + 1 < last {
                true => EPOCHS,
                false => at.epoch * EPOCHS / at.epochs.max(1),
            })
        };
        let position: usize = match progress.stage {
            Stage::Refit => choice * EPOCHS + done(Stage::Refit).sum::<usize>(),
            _ => STAGES.into_iter().flat_map(done).sum(),
        };
        self.bar.set_length(((choice + last) * EPOCHS) as u64);
        self.bar.set_position(position as u64);
        ControlFlow::Continue(())
    }
}
