//! A progress bar, as an observer of the training.

use densely::Training;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::ops::ControlFlow;

/// A bar over the epochs on a terminal; nothing where output is piped, or `quiet`.
pub fn bar(epochs: usize, quiet: bool) -> ProgressBar {
    let terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    if quiet || !terminal {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(epochs as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("epoch {pos}/{len} {wide_bar} {msg}  {elapsed}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
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
