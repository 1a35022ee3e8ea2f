//! Trains on rows that stay in files. However many there are, training holds at most 64 MiB of
//! them in memory.
//!
//! `cargo run --release --example larger_than_memory`

use densely::{Adam, CategoricalCrossEntropy, Dataset, Mlp, Relu, Softmax, Trainer, metrics};
use ndarray::Array2;
use std::{error::Error, f64::consts::FRAC_PI_2, fs};

/// Points on two rings around the origin, the outer one twice as large. Your program has its own
/// source, such as a database.
fn part(number: usize) -> densely::Result<Dataset<f32>> {
    let rows = number * 5000..(number + 1) * 5000;
    let inputs = Array2::from_shape_fn((5000, 2), |(row, column)| {
        let row = (rows.start + row) as f64;
        let radius = 1.0 + row % 2.0 + 0.3 * row.sin();
        (radius * (2.4 * row + FRAC_PI_2 * column as f64).sin()) as f32
    });
    let names = rows.map(|row| if row % 2 == 0 { "inner" } else { "outer" });
    Dataset::multiclass(inputs, names)?.with_feature_names(["x", "y"])
}

fn main() -> Result<(), Box<dyn Error>> {
    // Written part by part, never all in memory: `inputs-00000.npy`, `targets-00000.npy`, …,
    // which numpy reads and writes as well.
    let folder = std::env::temp_dir().join(format!("rings-{}", std::process::id()));
    fs::create_dir(&folder)?;
    for number in 0..8 {
        part(number)?.save_shard(&folder, number)?;
    }

    // From here on as with rows in memory.
    let data = Dataset::<f32, _>::open_shards(&folder)?;
    let (train, test) = data.split(0.2, 7)?;
    println!("{} training rows in files, classes {:?}", train.rows(), train.classes());
    let builder = Mlp::builder(train.features()).dense(16, Relu);
    let mut net = builder.dense(train.outputs(), Softmax).seed(7).build()?;
    let report = Trainer::new(CategoricalCrossEntropy, Adam::new(0.005))
        .epochs(5)
        .seed(7)
        .fit(&mut net, &train)?;
    println!("{report}");

    let accuracy = net.evaluate(&test, metrics::accuracy)?;
    println!("accuracy {accuracy:.4} on {} other rows in files", test.rows());
    fs::remove_dir_all(folder)?;
    assert!(accuracy > 0.98);
    Ok(())
}
