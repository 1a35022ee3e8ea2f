//! A trained network inside the program: one file to deploy, and any number of threads that predict
//! by it.
//!
//! `cargo run --release --example embed_a_model`

use densely::{Mlp, PredictBuffers, Table};
use ndarray::{Array2, Axis};
use std::{error::Error, sync::LazyLock, thread, time::Instant};

/// As `Mlp::save` wrote it.
const MODEL: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../data/models/breast_cancer.safetensors"
));

/// The first thread that uses the network loads it, once.
static NETWORK: LazyLock<Mlp<f32>> =
    LazyLock::new(|| Mlp::from_bytes(MODEL).expect("the program's own model is whole"));

/// Predicts each row by itself, as requests come, and returns how many are malignant.
fn serve(rows: &Array2<f32>) -> densely::Result<usize> {
    // Each thread has its own. After the first prediction nothing is allocated.
    let (mut output, mut buffers) = (Array2::zeros((1, NETWORK.outputs())), PredictBuffers::new());
    let mut malignant = 0;
    for row in rows.axis_chunks_iter(Axis(0), 1) {
        NETWORK.predict_into(row, output.view_mut(), &mut buffers)?;
        malignant += usize::from(output[[0, 0]] > 0.5);
    }
    Ok(malignant)
}

fn main() -> Result<(), Box<dyn Error>> {
    // The network knows its columns: the table may have them in any order, and others as well.
    let table = Table::read_csv(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/breast_cancer.csv"))?;
    let rows = table.inputs_for(&NETWORK)?;
    let truth = table.text("diagnosis")?.iter().filter(|text| *text == "malignant").count();

    let start = Instant::now();
    let found: densely::Result<Vec<usize>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| serve(&rows))).collect();
        threads.into_iter().map(|thread| thread.join().expect("serving does not panic")).collect()
    });
    let found = found?;
    let rate = (4 * rows.nrows()) as f64 / start.elapsed().as_secs_f64();

    println!("{} bytes of model in the program", MODEL.len());
    println!(
        "4 threads found {found:?} malignant tumours of truly {truth}, {rate:.0} rows a second"
    );
    assert!(found.iter().all(|found| found.abs_diff(truth) < 12));
    Ok(())
}
