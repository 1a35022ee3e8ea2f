//! Measures steps, sums and additions.

use crate::workloads::Workload;
use densely::{
    Sgd, Trainer,
    trainer::{Moment, Observer, Training},
    workers::Workers,
};
use densely_mpi::MpiWorkers;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// How long each number is measured.
const TIME: Duration = Duration::from_millis(250);
/// The length of one timed window in seconds, at least one step. It is long beside the clock's
/// granularity, and short beside the time that a thread has a core to itself on a busy machine. The
/// fastest window counts.
const WINDOW: f64 = 5e-4;
/// The fewest windows. The slowest steps need more than [`TIME`] for them.
const WINDOWS: usize = 12;

/// Returns the seconds of a training step on one thread, where each worker has `rows` rows of a
/// batch.
pub fn step(workload: &Workload, rows: usize, workers: Option<&mut MpiWorkers<'_, f32>>) -> f64 {
    let count = workers.as_ref().map_or(1, |workers| workers.count());
    let guess = 2e-6 + workload.parameters() as f64 * (rows as f64 * 1e-10 + 1e-9);
    let steps = (2.0 * WINDOW / guess).clamp(5.0, 2048.0) as usize;
    let data = workload.data(steps * rows * count);
    let mut net = workload.network();
    let mut stopwatch = Stopwatch::new();
    // The rate is so small that the units do not saturate, which would make tanh cheaper.
    let trainer = Trainer::new((workload.loss)(), Sgd::new(1e-6).momentum(0.9))
        .epochs(usize::MAX)
        .batch_size(rows * count)
        .threads(1)
        .observer(&mut stopwatch);
    let mut trainer = match workers {
        Some(workers) => trainer.workers(workers),
        None => trainer,
    };
    trainer.fit(&mut net, &data).unwrap();
    drop(trainer);
    fastest(&stopwatch.windows)
}

/// The seconds of a step in each window, from the end of one step to that of another of the same
/// epoch: what is done once an epoch is left out.
struct Stopwatch {
    start: Instant,
    begin: Instant,
    steps: usize,
    windows: Vec<f64>,
}

impl Stopwatch {
    fn new() -> Self {
        let now = Instant::now();
        Self { start: now, begin: now, steps: 0, windows: Vec::new() }
    }
}

impl Observer<f32> for Stopwatch {
    fn observe(&mut self, moment: Moment, training: &Training<'_, f32>) -> ControlFlow<()> {
        match moment {
            Moment::BatchEnd => {
                let now = Instant::now();
                let window = (now - self.begin).as_secs_f64();
                self.steps += 1;
                let first = training.batch() == 1;
                if !first && window >= WINDOW {
                    self.windows.push(window / self.steps as f64);
                }
                if first || window >= WINDOW {
                    (self.begin, self.steps) = (now, 0);
                }
            }
            Moment::EpochEnd if self.start.elapsed() > TIME && self.windows.len() >= WINDOWS => {
                return ControlFlow::Break(());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// The seconds in which the workers sum slices of these lengths, with the two numbers that training
/// has beside them.
pub fn sum(lengths: &[usize], workers: &mut MpiWorkers<'_, f32>) -> f64 {
    let all: usize = lengths.iter().sum();
    let mut slices: Vec<Vec<f32>> = lengths.iter().map(|&length| vec![0.0; length]).collect();
    let sums = (WINDOW / (2e-6 + all as f64 * 1e-9)).clamp(1.0, 1024.0) as usize;
    let (start, mut windows) = (Instant::now(), Vec::new());
    loop {
        // When the time of one worker is up, it tells all workers, so that they end at the same
        // sum.
        let over = start.elapsed() > TIME && windows.len() >= WINDOWS;
        let mut ended = [f64::from(u8::from(over)), 0.0];
        Workers::<f32>::sum(workers, &mut ended, &mut std::iter::empty()).unwrap();
        if ended[0] > 0.0 {
            return fastest(&windows);
        }
        let begin = Instant::now();
        for _ in 0..sums {
            let mut gradients = slices.iter_mut().map(Vec::as_mut_slice);
            workers.sum(&mut [0.0; 2], &mut gradients).unwrap();
        }
        windows.push(begin.elapsed().as_secs_f64() / sums as f64);
    }
}

/// The seconds in which a number of a gradient is copied, and one added to another, in a gradient
/// of a megabyte.
pub fn addition() -> f64 {
    let mut sum = vec![0.0_f32; 1 << 18];
    let (part, mut copy) = (vec![1.0_f32; sum.len()], vec![0.0_f32; sum.len()]);
    let (start, mut windows) = (Instant::now(), Vec::new());
    while start.elapsed() < TIME {
        let begin = Instant::now();
        copy.copy_from_slice(black_box(&sum));
        sum.iter_mut().zip(black_box(&part)).for_each(|(sum, part)| *sum += part);
        black_box(&copy);
        windows.push(begin.elapsed().as_secs_f64() / sum.len() as f64);
    }
    fastest(&windows)
}

fn fastest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}
