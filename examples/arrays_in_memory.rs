//! Trains on arrays that the program has already, without a file: saves the network, loads it, and
//! predicts a row.
//!
//! `cargo run --release --example arrays_in_memory`

use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Tanh, Trainer, metrics};
use ndarray::{Array1, Array2, Axis};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // Rows are examples: 40 widths from 1 to 5 m with 40 heights each.
    let side = Array1::linspace(1.0_f32, 5.0, 40);
    let inputs = Array2::from_shape_fn((1600, 2), |(row, column)| match column {
        0 => side[row / 40],
        _ => side[row % 40],
    });
    // One number for each row. For several outputs, `Dataset::new` takes rows × outputs; for
    // classes, `Dataset::binary` and `Dataset::multiclass` take their names.
    let areas = inputs.map_axis(Axis(1), |sides| sides[0] * sides[1]);
    let data = Dataset::regression(inputs, areas)?
        .with_feature_names(["width", "height"])?
        .with_target_names(["area"])?;
    let (train, test) = data.split(0.2, 7)?;

    let mut net = Mlp::builder(2).dense(16, Tanh).dense(1, Identity).seed(7).build()?;
    Trainer::new(MeanSquaredError, Sgd::new(0.05).momentum(0.9))
        .epochs(200)
        .seed(7)
        .fit(&mut net, &train)?;
    let error = net.evaluate(&test, metrics::root_mean_squared_error)?;
    println!("RMSE {error:.3} m² on {} rows that were set aside", test.rows());

    // The file has everything that predicting needs: weights, units, names.
    let path = std::env::temp_dir().join(format!("area-{}.safetensors", std::process::id()));
    net.save(&path)?;
    let net = Mlp::<f32>::load(&path)?;
    std::fs::remove_file(path)?;

    let area = net.predict_row(&[2.0, 3.0])?[0];
    println!("2 m × 3 m: {area:.2} m², truly 6");
    assert!(error < 0.2 && (area - 6.0).abs() < 0.5);
    Ok(())
}
