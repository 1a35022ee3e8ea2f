//! The measurements of each program that `run` starts.

use crate::records::{Over, Record, What};
use crate::timing;
use crate::workloads::{WORKLOADS, Workload};
use densely_mpi::Job;
use densely_mpi::mpi::collective::SystemOperation;
use densely_mpi::mpi::traits::CommunicatorCollectives;

/// Numbers that are summed at once: of one slice that travels with others, of one that is cut, and
/// of several.
const SUMS: [(usize, usize); 19] = [
    (1, 1),
    (1, 16),
    (1, 64),
    (1, 256),
    (1, 1024),
    (1, 2048),
    (1, 4095),
    (1, 4096),
    (1, 1 << 14),
    (1, 1 << 16),
    (1, 1 << 18),
    (1, 1 << 20),
    (1, 1 << 22),
    (2, 4096),
    (4, 4096),
    (8, 4096),
    (16, 4096),
    (4, 1 << 14),
    (4, 1 << 18),
];

/// Measures one process by itself.
pub fn alone() -> Vec<Record> {
    let addition = timing::addition();
    let mut records = vec![record(What::Addition, Over::Alone, "", (1, 1), addition)];
    for workload in &WORKLOADS {
        for rows in batches(workload) {
            let seconds = timing::step(workload, rows, None);
            records.push(record(What::Step, Over::Alone, workload.name, (rows, 0), seconds));
        }
    }
    records
}

/// Measures two processes that train independently: a step of workers is as slow as the slower one.
pub fn apart(job: &Job) -> Vec<Record> {
    let world = job.world();
    let step = |workload: &Workload| {
        world.barrier();
        let (own, mut slower) = (timing::step(workload, workload.batch, None), 0.0);
        world.all_reduce_into(&own, &mut slower, SystemOperation::max());
        record(What::Step, Over::Apart, workload.name, (workload.batch, 0), slower)
    };
    WORKLOADS.iter().map(step).collect()
}

/// Measures workers that train and sum together.
pub fn together(job: &Job, over: Over) -> Vec<Record> {
    let mut workers = job.workers();
    let mut records = Vec::new();
    for (count, length) in SUMS {
        let seconds = timing::sum(&vec![length; count], &mut workers);
        records.push(record(What::Sum, over, "", (count, length), seconds));
    }
    for workload in &WORKLOADS {
        let seconds = timing::sum(&workload.gradients(), &mut workers);
        records.push(record(What::Sum, over, workload.name, (1, 0), seconds));
        let seconds = timing::step(workload, workload.batch, Some(&mut workers));
        records.push(record(What::Step, over, workload.name, (workload.batch, 0), seconds));
    }
    records
}

/// From one row to four times the batch of the workload, and on to where a step takes some tens of
/// milliseconds: small networks on many ranks have batches of that size.
fn batches(workload: &Workload) -> Vec<usize> {
    let most = (1 << 29) / workload.parameters();
    let most = most.clamp(4 * workload.batch, 1 << 16);
    (0..).map(|power| 1 << power).take_while(|&rows| rows <= most).collect()
}

fn record(
    what: What,
    over: Over,
    workload: &str,
    (count, length): (usize, usize),
    seconds: f64,
) -> Record {
    Record { what, over, workload: workload.to_owned(), count, length, seconds }
}
