//! How a network learns where one class ends and the other begins: two moons and two spirals, frame
//! by frame, with sigmoid and with tanh units.
//!
//! `cargo run --release --example decision_boundary` trains the four networks and draws `moons.svg`
//! and `spirals.svg`. What to read is `watch`: an observer that keeps the network as it is after
//! some of the epochs.

mod command_line;
#[path = "decision_boundary/drawing.rs"]
mod drawing;
mod figures;
#[path = "decision_boundary/shapes.rs"]
mod shapes;

use clap::Parser;
use densely::{
    Adam, BinaryCrossEntropy, Dataset, Error, Mlp, Sigmoid, Trainer, activation::AnyActivation,
    metrics, trainer::Moment,
};
use ndarray::{Array2, aview2};
use shapes::{POINTS, Shape};
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Draws how sigmoid and tanh networks learn two moons and two spirals
#[derive(Debug, Parser)]
struct Options {
    /// Epochs after which there is a frame; the last one ends the training
    #[arg(
        long,
        value_name = "N,…",
        value_delimiter = ',',
        default_value = "0,30,100,300,1000,3000"
    )]
    frames: Vec<usize>,
    /// Seed of the points, the weights and the shuffling
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
}

/// The units of each of the two hidden layers.
const UNITS: usize = 32;
const LEARNING_RATE: f64 = 0.003;

fn main() -> ExitCode {
    command_line::main(Options::try_parse(), run)
}

fn run(options: &Options) -> Result<String, Box<dyn std::error::Error>> {
    let mut epochs = options.frames.clone();
    epochs.sort_unstable();
    epochs.dedup();
    let paths = ["moons", "spirals"].map(|name| options.output.join(format!("{name}.svg")));
    std::fs::create_dir_all(&options.output)
        .map_err(|source| Error::Io { file: options.output.clone(), source })?;
    paths.iter().try_for_each(|path| figures::check(path))?;
    let mut text = format!(
        "{POINTS} points of each class, two hidden layers of {UNITS} units, Adam with learning rate {LEARNING_RATE} and all points in a step; \
         epoch: loss, share that is right\n"
    );
    let shapes: [(&Path, Shape); 2] = [(&paths[0], shapes::moon), (&paths[1], shapes::spiral)];
    for (path, shape) in shapes {
        let data = shapes::points(shape, options.seed)?;
        let mut rows = Vec::new();
        for name in ["sigmoid", "tanh"] {
            let activation: AnyActivation<_> = name.parse()?;
            let nets = watch(activation, &data, &epochs, options.seed)?;
            let frames = nets.iter().map(|(epoch, net)| Frame::of(*epoch, net, &data));
            rows.push((name, frames.collect::<Result<Vec<_>, _>>()?));
        }
        drawing::draw(path, &data, &rows)?;
        // Writing to a string does not fail.
        let _ = write!(text, "\nwrote {}", path.display());
        for (activation, frames) in &rows {
            let _ = write!(text, "\n  {activation:8}");
            for Frame { epoch, loss, accuracy, .. } in frames {
                let _ = write!(text, "  {epoch}: {loss:.3}, {:.0} %", 100.0 * accuracy);
            }
        }
    }
    Ok(text)
}

/// Trains a network, and returns a frame for each of these epochs.
fn watch(
    activation: AnyActivation<f32>,
    data: &Dataset<f32>,
    epochs: &[usize],
    seed: u64,
) -> Result<Vec<(usize, Mlp<f32>)>, Error> {
    let mut net = Mlp::<f32>::builder(data.features())
        .dense(UNITS, activation.clone())
        .dense(UNITS, activation)
        .dense(1, Sigmoid)
        .seed(seed)
        .without_units()
        .build()?;
    let mut seen = Vec::new();
    if epochs.first() == Some(&0) {
        seen.push((0, net.clone()));
    }
    let last = epochs.last().copied().unwrap_or(0);
    if last > 0 {
        Trainer::new(BinaryCrossEntropy, Adam::new(LEARNING_RATE))
            .epochs(last)
            .batch_size(data.rows()) // Noise would hide what differs.
            .seed(seed)
            .on(Moment::EpochEnd, |training| {
                if epochs.contains(&training.epoch()) {
                    seen.push((training.epoch(), training.net().clone()));
                }
                ControlFlow::Continue(())
            })
            .fit(&mut net, data)?;
    }
    Ok(seen)
}

/// The predictions of a network after an epoch.
struct Frame {
    epoch: usize,
    loss: f64,
    accuracy: f64,
    /// The probability of the second class at the points of a grid over the frame, rows from top to
    /// bottom.
    field: Array2<f32>,
}

/// Frames show the square from -`REACH` to `REACH` in both directions.
const REACH: f64 = 1.15;

/// The number of grid points along each side.
const GRID: usize = 64;

impl Frame {
    fn of(epoch: usize, net: &Mlp<f32>, data: &Dataset<f32>) -> Result<Self, Error> {
        let predicted = net.predict(data.inputs())?;
        let (predicted, targets) = (predicted.view(), data.targets());
        // Each point is in the middle of its square. The first and the last square end at the
        // frame.
        let place = |index: usize| (REACH * ((2 * index + 1) as f64 / GRID as f64 - 1.0)) as f32;
        let grid = |row: usize| [place(row % GRID), -place(row / GRID)];
        let grid: Vec<[f32; 2]> = (0..GRID * GRID).map(grid).collect();
        let field = net.predict(aview2(&grid))?;
        Ok(Self {
            epoch,
            loss: metrics::log_loss(predicted, targets)?,
            accuracy: metrics::accuracy(predicted, targets)?,
            field: Array2::from_shape_fn((GRID, GRID), |(row, column)| {
                field[[row * GRID + column, 0]]
            }),
        })
    }
}
