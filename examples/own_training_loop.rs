//! A training loop of one's own: `Backprop` gives the gradient of each batch, and the program does
//! the rest.
//!
//! `cargo run --release --example own_training_loop`

use densely::{
    Backprop, Identity, MeanSquaredError, Mlp, Sgd, Table, Tanh, metrics, optimizer::OptimizerState,
};
use ndarray::Axis;
use std::{error::Error, iter::zip};

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::read_csv(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/auto_mpg.csv"))?;
    let (train, test) = table.regression::<f32>("mpg")?.split(0.2, 7)?;
    let builder = Mlp::builder(train.features()).dense(16, Tanh).dense(1, Identity);
    let mut net = builder.seed(7).build()?;

    // `Backprop` works in the network's own units, which are measured once.
    net.measure(&train)?;
    let inputs = net.units_in().to_network(train.inputs())?;
    let targets = net.units_out().to_network(train.targets())?;

    let (mut backprop, mut memory) = (Backprop::new(&net), OptimizerState::new());
    for epoch in 1..=100 {
        // The learning rate falls in a straight line.
        let sgd = Sgd::new(0.02 * (1.0 - f64::from(epoch) / 101.0)).momentum(0.9);
        let (mut sum, mut batches) = (0.0, 0.0);
        let chunks = zip(
            inputs.axis_chunks_iter(Axis(0), 32), // `split` has shuffled the rows
            targets.axis_chunks_iter(Axis(0), 32),
        );
        for (inputs, targets) in chunks {
            sum += backprop.run(&mut net, &MeanSquaredError, inputs, targets)?;
            batches += 1.0;
            // The gradient can be looked at, and changed, before the step.
            backprop.clip_norm(1.0);
            memory.step(&sgd, backprop.parameters(&mut net)?)?;
        }
        if epoch % 20 == 0 {
            let gradient = backprop.gradients()[0].weights();
            let norm = gradient.mapv(|g| g * g).sum().sqrt();
            println!("epoch {epoch:3}: loss {:.3}, first gradient {norm:.3}", sum / batches);
        }
    }

    // Predicting takes raw rows, as always.
    let explained = net.evaluate(&test, metrics::r_squared)?;
    println!("R² {explained:.2} on {} other cars", test.rows());
    assert!(explained > 0.7);
    Ok(())
}
