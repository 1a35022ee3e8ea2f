//! Trains with rustyml's `fit_with_batches`, which shuffles and gathers the batches itself.

use crate::workload::{EPOCHS, Epochs, LEARNING_RATE, MOMENTUM, Output, Result, Workload};
use ndarray::ArrayD;
use rustyml::neural_network::layers::Dense;
use rustyml::neural_network::layers::activation::Activation;
use rustyml::neural_network::losses::{
    BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError,
};
use rustyml::neural_network::optimizers::SGD;
use rustyml::neural_network::sequential::{Sequential, SequentialBuilder};
use rustyml::neural_network::{Shape, Tensor};
use std::hint::black_box;
use std::time::Instant;

fn network(workload: Workload, seed: u64) -> Result<Sequential> {
    rustyml::random::set_global_seed(seed);
    let mut builder = SequentialBuilder::new_with_seed(seed);
    let layers = workload.layers();
    for &outputs in &layers[1..layers.len() - 1] {
        builder = builder.add(Dense::new(outputs, Activation::Tanh)?);
    }
    let activation = match workload.output() {
        Output::Identity => Activation::Linear,
        Output::Sigmoid => Activation::Sigmoid,
        Output::Softmax => Activation::Softmax { axis: -1 },
    };
    builder = builder.add(Dense::new(workload.outputs(), activation)?);
    Ok(builder.build(&Shape::with_free_batch(&[workload.batch(), workload.features()]))?)
}

/// Trains a network from a seed.
pub fn training(workload: Workload) -> Result<impl FnMut(u64, &mut Epochs) -> Result<()>> {
    if workload.is_table() {
        return Err("rustyml has no rate that changes at each step".into());
    }
    let data = workload.data();
    let (inputs, targets): (Tensor, Tensor) = (data.inputs.into_dyn(), data.targets.into_dyn());
    Ok(move |seed, epochs: &mut Epochs| {
        let mut network = network(workload, seed)?;
        let sgd = SGD::new(LEARNING_RATE as f32, MOMENTUM as f32, false, 0.0)?;
        match workload.output() {
            Output::Identity => network.compile(sgd, MeanSquaredError::new()),
            Output::Sigmoid => network.compile(sgd, BinaryCrossEntropy::new()),
            Output::Softmax => network.compile(sgd, CategoricalCrossEntropy::new(false)),
        };
        for epoch in 0..EPOCHS {
            // A call shuffles from its seed. One for each epoch costs it no more than one for all:
            // a call only checks shapes.
            network.set_seed(seed * EPOCHS as u64 + epoch as u64);
            let start = Instant::now();
            let history = network.fit_with_batches(&inputs, &targets, 1, workload.batch())?;
            let time = start.elapsed();
            let loss = history.loss().last().ok_or("rustyml reported no loss")?;
            epochs.record(time, (*loss).into());
        }
        Ok(())
    })
}

/// Predicts one row.
pub fn prediction(workload: Workload) -> Result<impl FnMut() -> Result<()>> {
    let network = network(workload, 0)?;
    let input = ArrayD::from_elem(vec![1, workload.features()], 0.3_f32);
    Ok(move || {
        black_box(network.predict(black_box(&input))?);
        Ok(())
    })
}
