//! A progress bar, as an observer of the training.

use crate::command_line;
use densely::trainer::Training;
use indicatif::ProgressBar;
use std::ops::ControlFlow;

/// A bar over the epochs on a terminal; none if output is piped or `quiet`.
pub fn bar(epochs: usize, quiet: bool) -> ProgressBar {
    let template = "epoch {pos}/{len} {wide_bar} {msg}  {elapsed}, at most {eta} left";
    command_line::progress(epochs as u64, quiet, template)
}

/// Moves the bar after each epoch.
pub fn observer(bar: ProgressBar) -> impl FnMut(&Training<'_, f32>) -> ControlFlow<()> + Send {
    move |training| {
        if let Some(epoch) = training.last_epoch() {
            bar.set_position(epoch.number as u64);
            let which = if epoch.validation_loss.is_some() { "validation" } else { "training" };
            bar.set_message(format!("{which} loss {:.4}", epoch.loss()));
        }
        ControlFlow::Continue(())
    }
}
