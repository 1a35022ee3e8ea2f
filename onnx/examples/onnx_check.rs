//! Writes networks with each built-in activation as ONNX models, with inputs and this library's
//! predictions, which `interop/onnx_check.py` compares with another runtime's.
//!
//! `cargo run -p densely-onnx --example onnx_check -- FOLDER`

use densely::activation::{AnyActivation, Gelu};
use densely::ndarray::{Array1, Array2};
use densely::units::Units;
use densely::{Dense, Float, Identity, Mlp, Tanh};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// The features and outputs of a network of one layer.
const WIDTH: usize = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let folder: PathBuf = std::env::args().nth(1).ok_or("the folder to write into?")?.into();
    fs::create_dir_all(&folder)?;
    write_all::<f32>(&folder)?;
    write_all::<f64>(&folder)
}

fn write_all<F: Float>(folder: &Path) -> Result<(), Box<dyn Error>> {
    let names = AnyActivation::<F>::NAMES.iter().copied();
    for name in names.chain(["leaky_relu(0.2)", "elu(0.3)"]) {
        let activation = name.parse::<AnyActivation<F>>()?;
        // Its weighted sums are its inputs, exactly: only the activation can make a difference.
        let bias = Some(Array1::zeros(WIDTH));
        let alone = Dense::new(Array2::eye(WIDTH), bias, activation.clone())?;
        write(folder, name, "alone", &Mlp::from_layers(vec![alone])?, &sums(name))?;

        // An exponential of exponentials would multiply each rounding error by its argument.
        let hidden = if name == "exponential" { Tanh.into() } else { activation.clone() };
        let builder = Mlp::builder(5).dense(16, hidden.clone()).dense(8, hidden);
        let net = builder.without_bias().dense(3, activation).without_units().seed(3).build()?;
        let inputs = Array2::from_shape_fn((256, 5), |(row, column)| {
            F::from_f64(2.0 * (1.0 + (row * 5 + column) as f64 * 0.7).sin())
        });
        write(folder, name, "deep", &net, &inputs)?;
    }
    let (centres, spreads) = ([200.0, -3.0, 0.0, 0.5, 1e3], [100.0, 0.5, 1.0, 0.0, 3.0]);
    let units = [
        ("standard", Units::standard(centres, spreads)?),
        ("robust", Units::robust(centres, spreads, [3.0, 3.0, 0.0, 0.0, 2.0])?),
    ];
    for (name, units) in units {
        let mut net = Mlp::builder(5).dense(16, Gelu).dense(2, Identity).seed(3).build()?;
        net.set_units(units, Units::standard([9.0, 0.0], [2.0, 1.0])?)?;
        let inputs = Array2::from_shape_fn((256, 5), |(row, column)| {
            let z = 5.0 * (1.0 + (row * 5 + column) as f64 * 0.7).sin();
            let missing = (row + column) % 7 == 0;
            F::from_f64(if missing { f64::NAN } else { centres[column] + z * spreads[column] })
        });
        write(folder, name, "units", &net, &inputs)?;
    }
    Ok(())
}

/// Weighted sums of all magnitudes for which the outputs are finite in both precisions.
fn sums<F: Float>(name: &str) -> Array2<F> {
    Array2::from_shape_fn((512, WIDTH), |(row, column)| {
        let step = (row * WIDTH + column) as f64 / (512 * WIDTH) as f64;
        let magnitude = if row % 2 == 0 { 10_f64.powf(9.0 * step - 7.0) } else { 100.0 * step };
        let largest = if name == "exponential" { 88.0 } else { 100.0 };
        let positive = column % 2 == 0;
        F::from_f64(if positive { magnitude.min(largest) } else { -magnitude })
    })
}

/// Writes the model, and its inputs and predictions as bytes, row by row.
fn write<F: Float>(
    folder: &Path,
    name: &str,
    kind: &str,
    net: &Mlp<F>,
    inputs: &Array2<F>,
) -> Result<(), Box<dyn Error>> {
    let file = |extension| folder.join(format!("{}-{kind}-{name}.{extension}", F::NAME));
    let predictions = net.predict(inputs.view())?;
    densely_onnx::save(net, file("onnx"))?;
    for (extension, matrix) in [("inputs", inputs), ("outputs", &predictions)] {
        let bytes = matrix.iter().flat_map(|number| match F::NAME {
            "f32" => (number.as_f64() as f32).to_le_bytes().to_vec(),
            _ => number.as_f64().to_le_bytes().to_vec(),
        });
        fs::write(file(extension), bytes.collect::<Vec<u8>>())?;
    }
    Ok(())
}
