//! An application that goes on learning while it serves: one thread learns from a stream, another
//! predicts by the last network that the first has published.
//!
//! `cargo run --release --example learn_while_predicting`

use densely::{Adam, Dataset, Identity, MeanSquaredError, Mlp, Tanh, Trainer, metrics};
use ndarray::{Array2, Axis, array};
use std::sync::{Arc, RwLock};
use std::{error::Error, thread};

const BATCHES: usize = 2000;

/// The rows at this time: y = sin(2 x·u), whose direction u makes half a turn in 2000 batches.
fn batch(now: usize, rows: usize) -> densely::Result<Dataset<f32>> {
    let inputs = Array2::from_shape_fn((rows, 2), |(row, column)| {
        (((now * 32 + row) as f64 * [1.7, 2.9][column]).sin() * 1.7) as f32
    });
    let (sin, cos) = (std::f32::consts::PI * now as f32 / BATCHES as f32).sin_cos();
    let targets = inputs.dot(&array![cos, sin]).mapv(|x| (2.0 * x).sin());
    Dataset::new(inputs, targets.insert_axis(Axis(1)))
}

fn main() -> Result<(), Box<dyn Error>> {
    // Trained before the stream begins.
    let builder = Mlp::builder(2).dense(32, Tanh).dense(32, Tanh).dense(1, Identity);
    let mut net = builder.seed(7).build()?;
    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.003)).epochs(30);
    trainer.fit(&mut net, &batch(0, 5000)?)?;
    let (left_alone, published) = (net.clone(), RwLock::new(Arc::new(net.clone())));

    let requests = thread::scope(|scope| -> densely::Result<usize> {
        let learner = scope.spawn(|| -> densely::Result<()> {
            for now in 0..BATCHES {
                trainer.step(&mut net, &batch(now, 32)?)?;
                if now % 20 == 19 {
                    let copy = Arc::new(net.clone());
                    *published.write().unwrap() = copy; // all that happens under the lock
                }
            }
            Ok(())
        });
        // Requests are answered meanwhile, each by one whole network.
        let mut requests = 0;
        while requests == 0 || !learner.is_finished() {
            let current = Arc::clone(&published.read().unwrap());
            current.predict_row(&[0.5, -0.3])?;
            requests += 1;
        }
        learner.join().unwrap().map(|()| requests)
    })?;

    // The next rows of the stream, which no network has seen.
    let next = batch(BATCHES, 1000)?;
    let error = |net: &Mlp<f32>| net.evaluate(&next, metrics::root_mean_squared_error);
    let (learned, left_alone) = (error(&published.read().unwrap())?, error(&left_alone)?);
    println!("{BATCHES} steps and {requests} predictions at the same time");
    println!("RMSE {learned:.3}, of the network that was left alone {left_alone:.3}");
    assert!(learned < 0.25 && left_alone > 0.7);
    Ok(())
}
