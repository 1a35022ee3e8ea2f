//! How long a step takes by ranks: measured with two of them here, and modelled for up to 1,024
//! over networks that are not here. `run` beside this file measures, prints the tables of
//! `mpi/README.md` and draws its picture.

#![cfg_attr(test, allow(dead_code))] // The tests, which tests/scaling_model.rs runs.

mod compute;
mod cost;
mod fit;
mod measure;
mod measured;
mod networks;
mod picture;
mod records;
mod scaling;
mod tables;
mod timing;
mod workloads;

use densely_cli::figures;
use measured::Measured;
use records::Over;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["measure", what] => return measure(what),
        ["tables", records] => {
            let measured = Measured::new(records::read(records)?)?;
            tables::print(&measured, &networks::networks(&measured))?;
        }
        ["fit", path] => {
            let records = records::read(path)?;
            let sums = |over| measured::sums(&records, over);
            tables::print_fit(&Measured::new(records.clone())?, sums);
        }
        ["draw", records, picture] => {
            figures::check(Path::new(picture))?;
            let measured = Measured::new(records::read(records)?)?;
            let networks = networks::networks(&measured);
            picture::draw(Path::new(picture), &measured, &networks)?;
        }
        _ => return Err("what to do is for `run` to say".into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs a measurement, and prints its records on the first rank.
fn measure(what: &str) -> Result<ExitCode, Box<dyn Error>> {
    if what == "alone" {
        records::print(&measure::alone())?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(densely_mpi::run(|job| {
        let records = job.agreed(match what {
            "apart" => Ok(measure::apart(job)),
            "shared_memory" => Ok(measure::together(job, Over::SharedMemory)),
            "tcp" => Ok(measure::together(job, Over::Tcp)),
            _ => Err(format!("nothing is measured by the name {what:?}")),
        })?;
        let first = job.rank() == 0;
        job.agreed(if first { records::print(&records) } else { Ok(()) })?;
        Ok(ExitCode::SUCCESS)
    }))
}
