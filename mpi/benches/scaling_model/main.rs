//! How long a step takes by ranks: measured with two of them here, and modelled for up to 1,024 over networks that are not here. `run` beside this file measures,
//! prints the tables of `mpi/README.md` and draws its picture.

#![cfg_attr(test, allow(dead_code))] // The tests, which tests/scaling_model.rs runs.

mod compute;
mod cost;
#[path = "../../../examples/figures/mod.rs"]
mod figures;
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

use densely_mpi::Job;
use measured::Measured;
use records::Over;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["measure", what] => measure(what),
        ["tables", records] => {
            let measured = Measured::new(records::read(records)?)?;
            tables::print(&measured, &networks::networks(&measured))
        }
        ["fit", path] => {
            let records = records::read(path)?;
            let sums = |over| measured::sums(&records, over);
            tables::print_fit(&Measured::new(records.clone())?, sums);
            Ok(())
        }
        ["draw", records, picture] => {
            figures::check(Path::new(picture))?;
            let measured = Measured::new(records::read(records)?)?;
            picture::draw(Path::new(picture), &measured, &networks::networks(&measured))
        }
        _ => Err("what to do is for `run` to say".into()),
    }
}

/// Prints what was measured, from the first rank.
fn measure(what: &str) -> Result<(), Box<dyn Error>> {
    if what == "alone" {
        return records::print(&measure::alone());
    }
    let job = Job::start()?;
    let records = match what {
        "apart" => measure::apart(&job),
        "shared_memory" => measure::together(&job, Over::SharedMemory),
        "tcp" => measure::together(&job, Over::Tcp),
        _ => return Err(format!("nothing is measured by the name {what:?}").into()),
    };
    if job.rank() == 0 { records::print(&records) } else { Ok(()) }
}
