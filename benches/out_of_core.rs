//! An epoch on rows in files beside one on the same rows in memory, and what the first takes in
//! memory.
//!
//! `cargo bench -p densely-benches --bench out_of_core`, with `-- FOLDER` for another place
//! of the files, 2 GB each, than the system's for such; `taskset -c 1` before it for one core.

use densely::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Mlp, Sgd, Sigmoid, Softmax, Tanh,
    Trainer, data::Storage, trainer::Moment, units::Scaling,
};
use ndarray::Array2;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const BYTES: usize = 2 << 30;
const SHARDS: usize = 16;

/// The number of epochs, of which the fastest counts.
const EPOCHS: usize = 3;

struct Workload {
    name: &'static str,
    layers: &'static [usize],
    batch: usize,
    units: Scaling,
}

const WORKLOADS: [Workload; 3] = [
    Workload { name: "mnist", layers: &[784, 128, 10], batch: 64, units: Scaling::None },
    Workload {
        name: "mnist, with units",
        layers: &[784, 128, 10],
        batch: 64,
        units: Scaling::Standard,
    },
    Workload { name: "small", layers: &[30, 64, 64, 1], batch: 32, units: Scaling::None },
];

impl Workload {
    fn rows(&self) -> usize {
        BYTES / (4 * self.layers[0])
    }

    fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1]
    }

    /// Writes numbers without a pattern, and classes.
    fn write(&self, folder: &Path) {
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        for shard in 0..SHARDS {
            let rows = self.rows() * shard / SHARDS..self.rows() * (shard + 1) / SHARDS;
            let shape = (rows.len(), self.layers[0]);
            let inputs = Array2::from_shape_simple_fn(shape, &mut random);
            let classes = self.outputs().max(2);
            let targets = Array2::from_shape_fn((rows.len(), self.outputs()), |(row, column)| {
                f32::from(row % classes == column)
            });
            Dataset::new(inputs, targets).unwrap().save_shard(folder, shard).unwrap();
        }
    }

    /// The seconds of the fastest epoch, by the clock and of the processor: where other processes
    /// keep that busy, the second tells more.
    fn train<S: Storage<f32>>(&self, data: &Dataset<f32, S>) -> [f64; 2] {
        let mut builder = Mlp::builder(self.layers[0]).units_in(self.units);
        for &units in &self.layers[1..self.layers.len() - 1] {
            builder = builder.dense(units, Tanh);
        }
        // The rate is so small that the units do not saturate, which would make tanh cheaper.
        let sgd = Sgd::new(1e-6).momentum(0.9);
        let (builder, trainer) = match self.outputs() {
            1 => (builder.dense(1, Sigmoid), Trainer::new(BinaryCrossEntropy, sgd)),
            outputs => {
                (builder.dense(outputs, Softmax), Trainer::new(CategoricalCrossEntropy, sgd))
            }
        };
        let mut net = builder.build().unwrap();
        net.measure(data).unwrap();
        let (start, mut fastest) = (Instant::now(), [f64::INFINITY; 2]);
        let now = || [start.elapsed().as_secs_f64(), processor()];
        let mut last = now();
        trainer
            .epochs(EPOCHS)
            .batch_size(self.batch)
            .threads(1)
            .on(Moment::EpochEnd, |_| {
                let now = now();
                for (fastest, (now, last)) in fastest.iter_mut().zip(now.iter().zip(last)) {
                    *fastest = fastest.min(now - last);
                }
                last = now;
                ControlFlow::Continue(())
            })
            .fit(&mut net, data)
            .unwrap();
        fastest
    }
}

/// Returns the peak memory of this process so far, in megabytes.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kilobytes| kilobytes / 1024)
}

/// Seconds that this process has kept processors busy, for itself and in the system's calls: in
/// hundredths.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The fields follow the program's name, which may contain any character.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn main() {
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let arguments: Vec<_> = arguments.collect();
    let workload = |index: &String| &WORKLOADS[index.parse::<usize>().unwrap()];
    match &arguments[..] {
        [folder, index, task] if task == "write" => workload(index).write(Path::new(folder)),
        [folder, index] => measure(workload(index), Path::new(folder)),
        arguments => {
            let place = arguments.first().map_or_else(std::env::temp_dir, Into::into);
            println!(
                "| network | rows | from memory, s | from files, s | ratio | of the processor, s | s | ratio | resident, MB |"
            );
            println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
            for index in 0..WORKLOADS.len() {
                let folder = tempfile::tempdir_in(&place).unwrap();
                // Each task runs in a process of its own, so that its peak memory does not affect
                // the others.
                let run = |tasks: &[&str]| {
                    let mut process = Command::new(std::env::current_exe().unwrap());
                    process.arg(folder.path()).arg(index.to_string()).args(tasks);
                    assert!(process.status().unwrap().success());
                };
                run(&["write"]);
                run(&[]);
            }
        }
    }
}

fn measure(workload: &Workload, folder: &Path) {
    let files = Dataset::<f32, _>::open_shards(folder).unwrap();
    let from_files = workload.train(&files);
    let resident = peak().unwrap_or(0);
    let in_memory = files.read(0..files.rows()).unwrap();
    let from_memory = workload.train(&in_memory);
    print!("| {} | {} |", workload.name, workload.rows());
    for (memory, files) in from_memory.into_iter().zip(from_files) {
        print!(" {memory:.2} | {files:.2} | {:.2} |", files / memory);
    }
    println!(" {resident} |");
}
