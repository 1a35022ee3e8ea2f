//! Training and prediction allocate nothing once their buffers are there, on any thread, for every activation, loss and optimizer that
//! there is.
//!
//! One test: what is counted is the whole process's.

use densely::{
    AnyActivation, Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, EarlyStopping,
    Float, Identity, Loss, MeanSquaredError, Memory, Mlp, PredictBuffers, Sgd, Sigmoid, Softmax,
    Trainer,
};
use ndarray::{Array2, Axis};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn count(work: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

/// Every loss and the output layers that it goes with, fused and not.
fn losses<F: Float>() -> [(Box<dyn Loss<F>>, AnyActivation<F>); 5] {
    [
        (Box::new(MeanSquaredError), Identity.into()),
        (Box::new(BinaryCrossEntropy), Sigmoid.into()),
        (Box::new(BinaryCrossEntropy), Softmax.into()),
        (Box::new(CategoricalCrossEntropy), Softmax.into()),
        (Box::new(CategoricalCrossEntropy), Sigmoid.into()),
    ]
}

fn optimizers() -> [Sgd; 3] {
    let sgd = Sgd::new(0.001);
    [sgd, sgd.momentum(0.9), sgd.momentum(0.9).nesterov().weight_decay(0.01)]
}

fn one_of_three_classes<F: Float>(rows: usize) -> Array2<F> {
    Array2::from_shape_fn((rows, 3), |(row, class)| F::from_f64(f64::from(row % 3 == class)))
}

fn noise<F: Float>(rows: usize, columns: usize) -> Array2<F> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        F::from_f64((7.0 * row as f64 + 3.0 * column as f64).sin())
    })
}

/// A step by hand, and the prediction of a batch and of a row.
fn steps_and_predictions<F: Float>() {
    let (inputs, targets) = (noise(32, 10), one_of_three_classes(32));
    for name in AnyActivation::<F>::NAMES {
        for (loss, output) in losses() {
            for sgd in optimizers() {
                let hidden = AnyActivation::named(name).unwrap();
                let builder = Mlp::<F>::builder(10).dense(33, hidden.clone()).dense(70, hidden);
                let mut net = builder.dense(3, output.clone()).build().unwrap();
                let (mut backprop, mut memory) = (Backprop::new(&net), Memory::new());
                let (mut outputs, mut buffers) = (Array2::zeros((32, 3)), PredictBuffers::new());
                // The last batch of an epoch is shorter.
                let mut step = |rows: usize| {
                    let (inputs, _) = inputs.view().split_at(Axis(0), rows);
                    let (targets, _) = targets.view().split_at(Axis(0), rows);
                    backprop.run(&mut net, &loss, inputs, targets).unwrap();
                    memory.step(&sgd, backprop.parameters(&mut net)).unwrap();
                    let (outputs, _) = outputs.view_mut().split_at(Axis(0), rows);
                    net.predict_into(inputs, outputs, &mut buffers).unwrap();
                };
                step(32);
                let later = count(|| [7, 32, 1, 32].into_iter().for_each(&mut step));
                assert_eq!(later, 0, "{name}, {loss:?}, {output:?}, {sgd:?}, {}", F::NAME);
            }
        }
    }
}

/// Forty epochs more: shuffling, the validation rows, the best weights, all on two threads.
fn epochs<F: Float>() {
    let data = Dataset::new(noise::<F>(400, 160), one_of_three_classes(400)).unwrap();
    for index in 0..losses::<F>().len() {
        for sgd in optimizers() {
            let allocations = |epochs| {
                let (loss, output) = losses().into_iter().nth(index).unwrap();
                let builder = Mlp::<F>::builder(160).dense(190, Softmax).dense(200, Sigmoid);
                let mut net = builder.dense(3, output).build().unwrap();
                let mut trainer = Trainer::new(loss, sgd)
                    .epochs(epochs)
                    .batch_size(200)
                    .early_stopping(EarlyStopping::patience(1000))
                    .threads(2);
                count(|| {
                    trainer.fit(&mut net, &data).unwrap();
                })
            };
            // A thread makes its buffers when it first gets a part of each product, which may be in a later epoch; an allocation in each
            // epoch would be 40 more.
            let (few, many) = (allocations(20), allocations(60));
            assert!(many < few + 20, "{few} {many} {sgd:?}, {index}, {}", F::NAME);
        }
    }
}

#[test]
fn nothing_is_allocated_once_the_buffers_are_there() {
    steps_and_predictions::<f32>();
    steps_and_predictions::<f64>();
    epochs::<f32>();
    epochs::<f64>();
}
