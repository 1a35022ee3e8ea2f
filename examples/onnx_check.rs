//! Writes networks with each built-in activation as ONNX models, with inputs and what this library predicts for them, so that
//! `interop/onnx_check.py` can compare another runtime's predictions.
//!
//! `cargo run --release --features onnx --example onnx_check -- --output models`

use clap::Parser;
use densely::{Dense, Float, Mlp, Tanh, activation::AnyActivation};
use ndarray::{Array1, Array2};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes networks with each activation as ONNX models, with inputs and predictions
#[derive(Debug, Parser)]
struct Options {
    /// Directory to write into
    #[arg(long, value_name = "DIRECTORY", default_value = "onnx-models")]
    output: PathBuf,
}

/// So many numbers a row, in the networks of one layer.
const WIDTH: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    fs::create_dir_all(&options.output)?;
    write_all::<f32>(&options.output)?;
    write_all::<f64>(&options.output)
}

fn write_all<F: Float>(directory: &Path) -> Result<(), Box<dyn Error>> {
    let names = AnyActivation::<F>::NAMES.iter().copied();
    for name in names.chain(["leaky_relu(0.2)", "elu(0.3)"]) {
        let activation = name.parse::<AnyActivation<F>>()?;
        // Its weighted sums are its inputs, exactly: only the activation can make a difference.
        let bias = Some(Array1::zeros(WIDTH));
        let alone = Dense::new(Array2::eye(WIDTH), bias, activation.clone())?;
        write(directory, name, "alone", &Mlp::from_layers(vec![alone])?, &sums(name))?;

        // Exponentials of exponentials would multiply each rounding by the size of the sums.
        let hidden = if name == "exponential" { Tanh.into() } else { activation.clone() };
        let builder = Mlp::builder(5).dense(16, hidden.clone()).dense(8, hidden);
        let net = builder.without_bias().dense(3, activation).seed(3).build()?;
        let inputs = Array2::from_shape_fn((256, 5), |(row, column)| {
            F::from_f64(2.0 * (1.0 + (row * 5 + column) as f64 * 0.7).sin())
        });
        write(directory, name, "deep", &net, &inputs)?;
    }
    Ok(())
}

/// Weighted sums of all magnitudes: small and large, and as far to either side as the activation's outputs are numbers of both types.
fn sums<F: Float>(name: &str) -> Array2<F> {
    Array2::from_shape_fn((512, WIDTH), |(row, column)| {
        let step = (row * WIDTH + column) as f64 / (512 * WIDTH) as f64;
        let magnitude = if row % 2 == 0 { 10_f64.powf(9.0 * step - 7.0) } else { 100.0 * step };
        let largest = if name == "exponential" { 88.0 } else { 100.0 };
        let positive = column % 2 == 0;
        F::from_f64(if positive { magnitude.min(largest) } else { -magnitude })
    })
}

/// The model, its inputs and its predictions, as bytes row by row.
fn write<F: Float>(
    directory: &Path,
    name: &str,
    kind: &str,
    net: &Mlp<F>,
    inputs: &Array2<F>,
) -> Result<(), Box<dyn Error>> {
    let file = |extension| directory.join(format!("{}-{kind}-{name}.{extension}", F::NAME));
    let predictions = net.predict(inputs.view())?;
    net.save_onnx(file("onnx"))?;
    for (extension, matrix) in [("inputs", inputs), ("outputs", &predictions)] {
        let mut bytes = Vec::new();
        F::extend_le_bytes(matrix.as_slice().ok_or("row-major")?, &mut bytes);
        fs::write(file(extension), bytes)?;
    }
    Ok(())
}
