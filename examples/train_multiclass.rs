//! Trains a classifier with many classes: by default, handwritten digits from their pixels.
//!
//! `cargo run --release --example train_multiclass -- --help` lists the options.

mod command_line;
mod figures;
mod from_csv;
mod training;

use std::process::ExitCode;

fn main() -> ExitCode {
    from_csv::main(training::Task::Multiclass)
}
