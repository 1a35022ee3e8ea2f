//! Trains a binary classifier: by default, malignant or benign from measurements of cell nuclei.
//!
//! `cargo run --release --example train_binary_classifier -- --help` lists the options.

mod command_line;
mod figures;
mod from_csv;
mod training;

use std::process::ExitCode;

fn main() -> ExitCode {
    from_csv::main(training::Task::BinaryClassification)
}
