//! The measurements as a CSV file, to which each measuring program adds lines.

use serde::{Deserialize, Serialize};
use std::error::Error;

/// One measured number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pub what: What,
    /// What connects the processes.
    pub over: Over,
    /// The workload; empty for sums and additions.
    pub workload: String,
    /// Rows of each worker in a batch, or slices that are summed.
    pub count: usize,
    /// Numbers in each slice; 0 for steps.
    pub length: usize,
    pub seconds: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Step,
    Sum,
    Addition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// One process, while the other core is idle.
    Alone,
    /// Two independent processes.
    Apart,
    /// Two workers that communicate through memory.
    SharedMemory,
    /// Two workers that communicate through the loopback device.
    Tcp,
}

impl Record {
    fn is_of(&self, other: &Self) -> bool {
        let key = |of: &Self| (of.what, of.over, of.workload.clone(), of.count, of.length);
        key(self) == key(other)
    }
}

/// Reads all records of a file, and keeps the fastest of each kind, since it was measured in
/// several rounds.
pub fn read(path: &str) -> Result<Vec<Record>, Box<dyn Error>> {
    let mut records: Vec<Record> = Vec::new();
    for record in csv::Reader::from_path(path)?.deserialize() {
        let record: Record = record?;
        match records.iter_mut().find(|known| known.is_of(&record)) {
            Some(known) => known.seconds = known.seconds.min(record.seconds),
            None => records.push(record),
        }
    }
    Ok(records)
}

pub fn print(records: &[Record]) -> Result<(), Box<dyn Error>> {
    let mut lines = csv::WriterBuilder::new().has_headers(false).from_writer(std::io::stdout());
    records.iter().try_for_each(|record| lines.serialize(record))?;
    Ok(lines.flush()?)
}
