//! Trains a regression: by default, miles per gallon from the properties of a car.
//!
//! `cargo run --release --example train_regression -- --help` lists the options.

mod command_line;
mod figures;
mod from_csv;
mod training;

use std::process::ExitCode;

fn main() -> ExitCode {
    from_csv::main(training::Task::Regression)
}
