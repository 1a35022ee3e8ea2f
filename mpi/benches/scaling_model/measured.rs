//! The parts of the records that the model needs, and those that check it.

use crate::compute::Compute;
use crate::cost::{Amounts, Gradients, Network};
use crate::fit::fit;
use crate::records::{Over, Record, What};
use crate::workloads::{WORKLOADS, Workload};
use std::error::Error;

pub struct Measured {
    records: Vec<Record>,
    pub addition: f64,
    pub shared_memory: Network,
    pub tcp: Network,
}

impl Measured {
    pub fn new(records: Vec<Record>) -> Result<Self, Box<dyn Error>> {
        let addition = records.iter().find(|record| record.what == What::Addition);
        let addition = addition.ok_or("no addition was measured")?.seconds;
        let network = |over| fit(&sums(&records, over), unasked(over), addition);
        let (shared_memory, tcp) = (network(Over::SharedMemory), network(Over::Tcp));
        Ok(Self { records, addition, shared_memory, tcp })
    }

    pub fn network(&self, over: Over) -> Network {
        if over == Over::Tcp { self.tcp } else { self.shared_memory }
    }

    /// The measured steps of a workload on one process.
    pub fn compute(&self, workload: &Workload) -> Compute {
        let steps = self.records.iter().filter(|record| {
            (record.what, record.over) == (What::Step, Over::Alone)
                && record.workload == workload.name
        });
        Compute::new(steps.map(|record| (record.count as f64, record.seconds)).collect())
    }

    /// Returns the seconds of a step with the workload's batch on each rank, or of its sums.
    pub fn of(&self, what: What, over: Over, workload: &Workload) -> Result<f64, Box<dyn Error>> {
        let is = |record: &&Record| {
            (record.what, record.over) == (what, over)
                && record.workload == workload.name
                && (what == What::Sum || record.count == workload.batch)
        };
        let record = self.records.iter().find(is);
        let missing = || format!("{} was not measured: {what:?}, {over:?}", workload.name);
        Ok(record.ok_or_else(missing)?.seconds)
    }
}

/// Returns the sums of two workers, with their seconds.
pub fn sums(records: &[Record], over: Over) -> Vec<(Amounts, f64)> {
    let sums = records.iter().filter(|record| (record.what, record.over) == (What::Sum, over));
    let sum = |record: &Record| {
        let lengths = match WORKLOADS.iter().find(|workload| workload.name == record.workload) {
            Some(workload) => workload.gradients(),
            None => vec![record.length; record.count],
        };
        let gradients = Gradients::of(&lengths);
        (Amounts::of_exchange(&gradients, 2, unasked(over)), record.seconds)
    };
    sums.map(sum).collect()
}

/// Open MPI's limits, `btl_vader_eager_limit` and `btl_tcp_eager_limit`.
fn unasked(over: Over) -> f64 {
    if over == Over::Tcp { 65_536.0 } else { 4096.0 }
}
