//! How a network learns where one class ends and the other begins: two moons and two spirals, frame
//! by frame, with sigmoid and with tanh units.
//!
//! What to read is `watch`: an observer that keeps the network as it is after some of the epochs.

mod drawing;
mod field;
mod shapes;
#[cfg(test)]
#[path = "../../../cli/tests/program/svg.rs"]
mod svg;

use densely::{
    Adam, BinaryCrossEntropy, Dataset, Error, Mlp, Sigmoid, Trainer, activation::AnyActivation,
    metrics, trainer::Moment,
};
use ndarray::{Array2, aview2};
use shapes::Shape;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

/// The shapes, with their names.
pub const SHAPES: [(&str, Shape); 2] = [("moons", shapes::moon), ("spirals", shapes::spiral)];

/// The units of each of the two hidden layers.
const UNITS: usize = 32;
const LEARNING_RATE: f64 = 0.003;
/// The seed of the points, the weights and the shuffling.
const SEED: u64 = 0;

/// Draws a frame before the training, and after each of these epochs, in ascending order; returns
/// loss and accuracy.
pub fn draw(
    path: &Path,
    shape: Shape,
    epochs: &[usize],
) -> Result<String, Box<dyn std::error::Error>> {
    let data = shapes::points(shape, SEED)?;
    let mut rows = Vec::new();
    let mut text = String::new();
    for name in ["sigmoid", "tanh"] {
        let nets = watch(name.parse()?, &data, epochs)?;
        let frames = nets.iter().map(|(epoch, net)| Frame::of(*epoch, net, &data));
        let frames = frames.collect::<Result<Vec<_>, _>>()?;
        // Writing to a string does not fail.
        let _ = write!(text, "  {name:8}");
        for Frame { epoch, loss, accuracy, .. } in &frames {
            let _ = write!(text, "  {epoch}: loss {loss:.3}, {:.0} % right", 100.0 * accuracy);
        }
        text.push('\n');
        rows.push((name, frames));
    }
    drawing::draw(path, &data, &rows)?;
    Ok(text)
}

/// Trains a network, and returns it as it is before, and after each of these epochs.
fn watch(
    activation: AnyActivation<f32>,
    data: &Dataset<f32>,
    epochs: &[usize],
) -> Result<Vec<(usize, Mlp<f32>)>, Error> {
    let mut net = Mlp::<f32>::builder(data.features())
        .dense(UNITS, activation.clone())
        .dense(UNITS, activation)
        .dense(1, Sigmoid)
        .seed(SEED)
        .without_units()
        .build()?;
    let mut seen = vec![(0, net.clone())];
    Trainer::new(BinaryCrossEntropy, Adam::new(LEARNING_RATE))
        .epochs(epochs.last().copied().unwrap_or(1))
        .batch_size(data.rows()) // Noise would hide what differs.
        .seed(SEED)
        .on(Moment::EpochEnd, |training| {
            if epochs.contains(&training.epoch()) {
                seen.push((training.epoch(), training.net().clone()));
            }
            ControlFlow::Continue(())
        })
        .fit(&mut net, data)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_boundary_is_drawn_frame_by_frame() {
        let folder = tempfile::tempdir().unwrap();
        for (name, shape) in SHAPES {
            let path = folder.path().join(name);
            draw(&path, shape, &[0, 2]).unwrap();
            let svg = svg::checked(&path);
            for part in ["sigmoid", "tanh", "before training", "epoch 2", "loss 0.", " % right"] {
                assert!(svg.contains(part), "{part}");
            }
            // Two frames of each of two networks, and the key.
            assert_eq!(svg.matches("<circle").count(), 4 * shapes::POINTS + 1);
        }
    }
}
