//! What every program here does the same way: parse its options, print its result, and say in one
//! line what went wrong.

use clap::error::Error as OptionError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::error::Error as AnyError;
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;
use std::str::FromStr;

/// Ends a program: exit code 0 for its text on stdout, 1 for what went wrong.
pub fn finish(result: Result<String, Box<dyn AnyError>>) -> ExitCode {
    match result {
        Ok(text) => print(&format!("{text}\n")),
        Err(error) => complain(&format!("error: {error}"), 1),
    }
}

/// Explains what is wrong with the options, with exit code 2, or prints the help.
pub fn explain(error: &OptionError) -> ExitCode {
    let message = error.to_string();
    if !error.use_stderr() {
        return print(&message);
    }
    let lines = message.lines().map(str::trim);
    let what: Vec<_> = lines.clone().take_while(|line| !line.is_empty()).collect();
    let tips =
        lines.filter_map(|line| line.strip_prefix("tip: ")).filter(|tip| tip.contains("similar"));
    let tips: String = tips.map(|tip| format!("; {tip}")).collect();
    complain(&format!("{}{tips}", what.join(" ")), 2)
}

/// Prints a result. A reader that has closed the pipe, as in `… | head -1`, is no failure.
fn print(text: &str) -> ExitCode {
    let mut stdout = std::io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(&format!("error: cannot print the result: {error}"), 1)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Writes one line to stderr, whatever the names of files and columns contain.
fn complain(message: &str, exit_code: u8) -> ExitCode {
    let line = shown(message).replace('\n', "\u{fffd}");
    // If the message cannot be written, the exit code still shows the error.
    let _ = writeln!(std::io::stderr(), "{line}");
    ExitCode::from(exit_code)
}

/// Writes lines to stderr that are no error.
pub fn tell(lines: &str) {
    if !lines.is_empty() {
        // What is computed does not depend on whether the lines can be written.
        let _ = writeln!(std::io::stderr(), "{}", shown(lines));
    }
}

/// Some lines that a terminal shows. Names and cells must not control it.
pub fn shown(lines: &str) -> String {
    lines.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// A progress bar on a terminal; none if output is piped or `quiet`.
pub fn progress(length: u64, quiet: bool, template: &str) -> ProgressBar {
    let terminal = std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
    if quiet || !terminal {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Parses an option that is a whole number, at least 1.
pub fn count(text: &str) -> Result<usize, String> {
    number(text, &format!("a whole number from 1 to {}", usize::MAX), |count| count > 0)
}

/// Parses an option that is a number for which this holds.
pub fn number<Number: FromStr + Copy>(
    text: &str,
    needs: &str,
    holds: impl Fn(Number) -> bool,
) -> Result<Number, String> {
    text.parse().ok().filter(|&number| holds(number)).ok_or_else(|| format!("must be {needs}"))
}
