//! How long a training step takes by the size of the work, drawn: over the width of the hidden
//! layers and over the batch, with the time that the arithmetic alone would take at the processor's
//! peak.
//!
//! `cargo bench -p densely-figures -- $PWD/pictures/scaling.svg`

#[path = "../../../benches/peers/rust/src/peak.rs"]
mod peak;

use densely::{
    CategoricalCrossEntropy, Dataset, Mlp, Sgd, Softmax, Tanh, Trainer, trainer::Moment,
};
use densely_cli::figures::{self, Axis, Stroke, chart, palette};
use ndarray::Array2;
use plotters::prelude::*;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

const FEATURES: usize = 256;
const CLASSES: usize = 10;
const BATCH: usize = 64;
const WIDTH: usize = 256;

/// How long each point is measured. The fastest epoch counts.
const TIME: Duration = Duration::from_millis(400);

/// Returns the seconds of a step with two hidden layers of `width` units.
fn step(width: usize, batch: usize, threads: usize) -> f64 {
    let steps = (100_000 / (width * batch)).clamp(20, 100);
    let rows = steps * batch;
    let inputs = Array2::from_shape_fn((rows, FEATURES), |(row, column)| {
        1.7 * ((row * 73 + column * 317) as f32 / 10.0).sin()
    });
    let targets =
        Array2::from_shape_fn((rows, CLASSES), |(row, class)| f32::from(row % CLASSES == class));
    let data = Dataset::new(inputs, targets).unwrap();
    let builder = Mlp::builder(FEATURES).dense(width, Tanh).dense(width, Tanh);
    let mut net = builder.dense(CLASSES, Softmax).without_units().build().unwrap();
    let (start, mut last, mut fastest) = (Instant::now(), None, f64::INFINITY);
    // The rate is so small that the units do not saturate, which would make tanh cheaper.
    Trainer::new(CategoricalCrossEntropy, Sgd::new(1e-6).momentum(0.9))
        .epochs(usize::MAX)
        .batch_size(batch)
        .threads(threads)
        .on(Moment::EpochEnd, |training| {
            let now = Instant::now();
            if let Some(last) = last.replace(now) {
                fastest = f64::min(fastest, now.duration_since(last).as_secs_f64());
            }
            let enough = start.elapsed() > TIME && training.epoch() > 3;
            if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .fit(&mut net, &data)
        .unwrap();
    fastest / steps as f64
}

/// Floating-point operations of a step: three products for each weight and row, two in the first
/// layer, of a multiplication and an addition each.
fn operations(width: usize, batch: usize) -> f64 {
    let weights = 2 * FEATURES * width + 3 * width * width + 3 * width * CLASSES;
    2.0 * batch as f64 * weights as f64
}

/// One chart: for each size, the time of a step on one thread, on two, and at the peak.
struct Measured {
    label: String,
    sizes: Vec<usize>,
    /// One for each of `LINES`.
    times: [Vec<f64>; 3],
}

const LINES: [(&str, Stroke); 3] = [
    ("one thread", Stroke { color: palette::BLUE, dashed: false }),
    ("two threads", Stroke { color: palette::GREEN, dashed: false }),
    ("floor", Stroke { color: BLACK, dashed: true }),
];

impl Measured {
    fn new(
        label: String,
        sizes: Vec<usize>,
        peak: f64,
        shape: impl Fn(usize) -> (usize, usize),
    ) -> Self {
        let of = |time: &dyn Fn(usize, usize) -> f64| {
            sizes.iter().map(|&size| shape(size)).map(|(width, batch)| time(width, batch)).collect()
        };
        let times = [
            of(&|width, batch| step(width, batch, 1)),
            of(&|width, batch| step(width, batch, 2)),
            of(&|width, batch| operations(width, batch) / peak),
        ];
        Self { label, sizes, times }
    }

    fn print(&self) {
        println!("\n{}\n\n| | one thread | two | floor |\n|---|---|---|---|", self.label);
        for (index, size) in self.sizes.iter().enumerate() {
            let [one, two, floor] = self.times.each_ref().map(|line| 1e6 * line[index]);
            println!("| {size} | {one:.2} | {two:.2} | {floor:.2} |");
        }
    }
}

fn draw(sheet: &figures::Sheet, parts: &[Measured]) -> Result<(), Box<dyn std::error::Error>> {
    for (part, sheet) in parts.iter().zip(sheet.split_evenly((1, parts.len()))) {
        let log = |number: f64| number.log10();
        let times = part.times.iter().flatten().map(|&time| log(1e6 * time));
        let range = figures::extent(times);
        let sizes = part.sizes.iter().map(|&size| (size as f64).log2()).collect::<Vec<_>>();
        let numbers = sizes.iter().zip(&part.sizes).map(|(&place, size)| (place, size.to_string()));
        let x = Axis::new(&part.label, sizes[0]..sizes[sizes.len() - 1], numbers.collect());
        let y = Axis::logarithmic(
            "microseconds a step",
            10_f64.powf(range.start.floor())..10_f64.powf(range.end.ceil()),
        );
        let mut chart = chart(&sheet, "", 15, &x, &y)?;
        for ((name, stroke), times) in LINES.into_iter().zip(&part.times) {
            let points = sizes.iter().zip(times).map(|(&size, &time)| (size, log(1e6 * time)));
            chart.curve(Some(name), &points.collect::<Vec<_>>(), stroke)?;
        }
        chart.legend(SeriesLabelPosition::UpperLeft)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo adds arguments of its own, which begin with dashes.
    let path = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let (gigaflops, _) = peak::gigaflops();
    println!("peak of one core: {gigaflops:.0} GFLOP/s in f32");
    let peak = 1e9 * gigaflops;
    let powers = |range: std::ops::RangeInclusive<u32>| range.map(|power| 1 << power).collect();
    let parts = [
        Measured::new(
            format!("hidden units in {FEATURES}-n-n-{CLASSES}, batches of {BATCH}"),
            powers(3..=11),
            peak,
            |width| (width, BATCH),
        ),
        Measured::new(
            format!("batch through {FEATURES}-{WIDTH}-{WIDTH}-{CLASSES}"),
            powers(0..=12),
            peak,
            |batch| (WIDTH, batch),
        ),
    ];
    parts.iter().for_each(Measured::print);
    if let Some(path) = path {
        figures::draw(Path::new(&path), (1300, 520), |sheet| draw(sheet, &parts))?;
    }
    Ok(())
}
