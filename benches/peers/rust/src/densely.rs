//! Trains with densely's `Trainer`, which shuffles and gathers the batches itself.

use crate::workload::{EPOCHS, Epochs, LEARNING_RATE, MOMENTUM, Output, Result, Workload};
use densely::activation::{AnyActivation, Selu};
use densely::optimizer::{Adam, Optimizer};
use densely::schedule::{Schedule, Span};
use densely::trainer::Moment;
use densely::units::Scaling;
use densely::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Float, Identity, Loss, MeanSquaredError,
    Mlp, PredictBuffers, Sgd, Sigmoid, Softmax, Tanh, Trainer,
};
use ndarray::Array2;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

fn network<F: Float>(workload: Workload, seed: u64) -> Result<Mlp<F>> {
    let mut builder = Mlp::builder(workload.features());
    let layers = workload.layers();
    for &outputs in &layers[1..layers.len() - 1] {
        let hidden: AnyActivation<F> = if workload.is_table() { Selu.into() } else { Tanh.into() };
        builder = builder.dense(outputs, hidden);
    }
    let outputs = workload.outputs();
    builder = match workload.output() {
        Output::Identity => builder.dense(outputs, Identity),
        Output::Sigmoid => builder.dense(outputs, Sigmoid),
        Output::Softmax => builder.dense(outputs, Softmax),
    };
    // Elsewhere the other libraries do not scale the rows either.
    builder = builder.without_units();
    if workload.is_table() {
        builder = builder.units_in(Scaling::Robust);
    }
    Ok(builder.seed(seed).build()?)
}

fn dataset<F: Float>(workload: Workload) -> Result<Dataset<F>> {
    let data = workload.data();
    let number = |value: f32| F::from_f64(value.into());
    Ok(Dataset::new(data.inputs.mapv(number), data.targets.mapv(number))?)
}

/// Trains a network from a seed.
pub fn training<F: Float>(
    workload: Workload,
    threads: usize,
) -> Result<impl FnMut(u64, &mut Epochs) -> Result<()>> {
    let data = dataset::<F>(workload)?;
    Ok(move |seed, epochs: &mut Epochs| {
        let loss: Box<dyn Loss<F>> = match workload.output() {
            Output::Identity => Box::new(MeanSquaredError),
            Output::Sigmoid => Box::new(BinaryCrossEntropy),
            Output::Softmax => Box::new(CategoricalCrossEntropy),
        };
        let (optimizer, schedule): (Box<dyn Optimizer<F>>, _) = if workload.is_table() {
            let steps = Span::Steps(EPOCHS * workload.batches());
            (Box::new(Adam::new(LEARNING_RATE)), Schedule::cosine(steps))
        } else {
            (Box::new(Sgd::new(LEARNING_RATE).momentum(MOMENTUM)), Schedule::constant())
        };
        let mut net = network(workload, seed)?;
        let mut start = Instant::now();
        Trainer::new(loss, optimizer)
            .schedule(schedule)
            .threads(threads)
            .epochs(EPOCHS)
            .batch_size(workload.batch())
            .seed(seed)
            .on(Moment::EpochEnd, |training| {
                let epoch = training.last_epoch();
                epochs.record(start.elapsed(), epoch.map_or(f64::NAN, |epoch| epoch.training_loss));
                start = Instant::now();
                ControlFlow::Continue(())
            })
            .fit(&mut net, &data)?;
        Ok(())
    })
}

/// Predicts one row.
pub fn prediction<F: Float>(workload: Workload) -> Result<impl FnMut() -> Result<()>> {
    let mut net = network::<F>(workload, 0)?;
    net.measure(&dataset(workload)?)?;
    let input = Array2::from_elem((1, workload.features()), F::from_f64(0.3));
    let mut output = Array2::zeros((1, workload.outputs()));
    let mut buffers = PredictBuffers::new();
    Ok(move || {
        net.predict_into(black_box(input.view()), output.view_mut(), &mut buffers)?;
        black_box(&output);
        Ok(())
    })
}
