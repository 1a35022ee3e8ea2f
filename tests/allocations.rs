//! Training and prediction allocate nothing after their buffers are allocated, on any thread, for
//! every activation, loss and optimizer.
//!
//! The file has a single test, since it counts the allocations of the whole process.

use densely::{
    Adam, Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, EarlyStopping, Float,
    Identity, Loss, MeanSquaredError, Mlp, Optimizer, PredictBuffers, Schedule, Sgd, Sigmoid,
    Softmax, Trainer,
    activation::{AnyActivation, Exponential, Softplus},
    loss::{Huber, MeanAbsoluteError, Poisson},
    metrics,
    optimizer::{Adagrad, AdamW, Lbfgs, OptimizerState, RmsProp},
    schedule::Span,
    trainer::{Goal, Moment},
};
use ndarray::{Array2, Axis};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::ops::ControlFlow;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn count(work: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    let change = region.change();
    change.allocations + change.reallocations
}

/// Every loss with the output layers that suit it, fused and not.
fn losses<F: Float>() -> [(Box<dyn Loss<F>>, AnyActivation<F>); 9] {
    [
        (Box::new(MeanSquaredError), Identity.into()),
        (Box::new(MeanAbsoluteError), Identity.into()),
        (Box::new(Huber::default()), Identity.into()),
        (Box::new(Poisson), Exponential.into()),
        (Box::new(Poisson), Softplus.into()),
        (Box::new(BinaryCrossEntropy), Sigmoid.into()),
        (Box::new(BinaryCrossEntropy), Softmax.into()),
        (Box::new(CategoricalCrossEntropy), Softmax.into()),
        (Box::new(CategoricalCrossEntropy), Sigmoid.into()),
    ]
}

fn optimizers<F: Float>() -> Vec<Box<dyn Optimizer<F>>> {
    let sgd = Sgd::new(0.001);
    vec![
        Box::new(sgd),
        Box::new(sgd.momentum(0.9)),
        Box::new(sgd.momentum(0.9).nesterov().weight_decay(0.01)),
        Box::new(Adagrad::new(0.001)),
        Box::new(RmsProp::new(0.001)),
        Box::new(RmsProp::new(0.001).momentum(0.9)),
        Box::new(Adam::new(0.001)),
        Box::new(AdamW::new(0.001)),
    ]
}

fn one_of_three_classes<F: Float>(rows: usize) -> Array2<F> {
    Array2::from_shape_fn((rows, 3), |(row, class)| F::from_f64(f64::from(row % 3 == class)))
}

fn noise<F: Float>(rows: usize, columns: usize) -> Array2<F> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        F::from_f64((7.0 * row as f64 + 3.0 * column as f64).sin())
    })
}

/// Checks a step by hand, and the prediction of a batch and of a row.
fn steps_and_predictions<F: Float>() {
    let (inputs, targets) = (noise(32, 10), one_of_three_classes(32));
    let data = Dataset::new(inputs.clone(), targets.clone()).unwrap();
    for name in AnyActivation::<F>::NAMES {
        for (loss, output) in losses() {
            for optimizer in optimizers::<F>() {
                let hidden: AnyActivation<F> = name.parse().unwrap();
                let builder = Mlp::<F>::builder(10).dense(33, hidden.clone()).dropout(0.5);
                let builder = builder.dense(70, hidden);
                let mut net = builder.dense(3, output.clone()).build().unwrap();
                net.measure(&data).unwrap();
                let (mut backprop, mut memory) = (Backprop::new(&net), OptimizerState::new());
                let (mut outputs, mut buffers) = (Array2::zeros((32, 3)), PredictBuffers::new());
                // The last batch of an epoch is shorter.
                let mut step = |rows: usize| {
                    let (inputs, _) = inputs.view().split_at(Axis(0), rows);
                    let (targets, _) = targets.view().split_at(Axis(0), rows);
                    backprop.run(&mut net, &loss, inputs, targets).unwrap();
                    backprop.clip_norm(0.1);
                    memory.step(&optimizer, backprop.parameters(&mut net).unwrap()).unwrap();
                    let (outputs, _) = outputs.view_mut().split_at(Axis(0), rows);
                    net.predict_into(inputs, outputs, &mut buffers).unwrap();
                };
                step(32);
                let later = count(|| [7, 32, 1, 32].into_iter().for_each(&mut step));
                assert_eq!(later, 0, "{name}, {loss:?}, {output:?}, {optimizer:?}, {}", F::NAME);
            }
        }
    }
}

/// Checks forty more epochs with shuffling, validation rows and the best weights, on two threads,
/// with the loss, the output layer and the optimizer of these indices.
fn epochs<F: Float>(data: &Dataset<F>, loss: usize, optimizer: usize, threads: usize) {
    let allocations = |epochs| {
        let (loss, output) = losses().into_iter().nth(loss).unwrap();
        let builder = Mlp::<F>::builder(160).dense(190, Softmax).dropout(0.1).dense(200, Sigmoid);
        let mut net = builder.dense(3, output).build().unwrap();
        let mut trainer = Trainer::new(loss, optimizers().swap_remove(optimizer))
            .epochs(epochs)
            .batch_size(200)
            .schedule(Schedule::cosine(Span::Epochs(60)).warm_up(Span::Steps(3)))
            .clip_norm(1.0)
            .clip_values(0.5)
            .l1(1e-5)
            .monitor("RMSE", Goal::Smallest, metrics::root_mean_squared_error)
            .on(Moment::BatchEnd, |_| ControlFlow::Continue(()))
            .early_stopping(EarlyStopping::patience(1000))
            .threads(threads);
        count(|| {
            trainer.fit(&mut net, data).unwrap();
        })
    };
    // A thread allocates its buffers when it first gets a part of each product, possibly in a later
    // epoch. An allocation in each epoch would be 40 more.
    let (few, many) = (allocations(20), allocations(60));
    assert!(many < few + 20, "{few} {many} {optimizer}, {loss}, {}", F::NAME);
}

fn every_loss_and_every_optimizer<F: Float>() {
    let weights = (0..400).map(|row| F::from_f64(f64::from(1 + row % 3)));
    let data = Dataset::new(noise::<F>(400, 160), one_of_three_classes(400)).unwrap();
    let data = data.with_weights(weights.collect()).unwrap();
    for loss in 0..losses::<F>().len() {
        epochs(&data, loss, loss % optimizers::<F>().len(), 2);
    }
    for optimizer in 0..optimizers::<F>().len() {
        epochs(&data, 0, optimizer, 2);
    }
}

/// Checks thirty more iterations of L-BFGS, whose history is full by then.
fn iterations<F: Float>() {
    let data = Dataset::new(noise::<F>(64, 10), one_of_three_classes(64)).unwrap();
    let allocations = |epochs| {
        let builder = Mlp::<F>::builder(10).dense(9, Sigmoid).dense(3, Identity);
        let mut net = builder.build().unwrap();
        let lbfgs = Lbfgs::new().history(5).weight_decay(0.01);
        let mut trainer = Trainer::lbfgs(MeanSquaredError, lbfgs).epochs(epochs);
        count(|| assert_eq!(trainer.fit(&mut net, &data).unwrap().epochs.len(), epochs))
    };
    assert_eq!(allocations(10), allocations(40), "{}", F::NAME);
}

/// Checks `Trainer::step`, which has its buffers after the first step.
fn steps_by_hand<F: Float>() {
    let data = Dataset::new(noise::<F>(32, 10), one_of_three_classes(32)).unwrap();
    for optimizer in optimizers::<F>() {
        let builder = Mlp::<F>::builder(10).dense(33, Sigmoid).dropout(0.5);
        let mut net = builder.dense(3, Softmax).build().unwrap();
        net.measure(&data).unwrap();
        let mut trainer = Trainer::new(CategoricalCrossEntropy, optimizer);
        trainer.step(&mut net, &data).unwrap();
        let later = count(|| {
            (0..3).for_each(|_| {
                trainer.step(&mut net, &data).unwrap();
            });
        });
        assert_eq!(later, 0, "{trainer:?}");
    }
}

#[test]
#[ignore = "takes a minute: every activation with every loss and optimizer, in f32 and f64"]
fn nothing_is_allocated_once_the_buffers_are_there() {
    // The thread that started this one notes that it did, which allocates.
    std::thread::sleep(std::time::Duration::from_millis(300));
    steps_and_predictions::<f32>();
    steps_and_predictions::<f64>();
    iterations::<f32>();
    iterations::<f64>();
    steps_by_hand::<f32>();
    steps_by_hand::<f64>();
    // This is last, since threads of an earlier training may still be ending.
    every_loss_and_every_optimizer::<f32>();
    every_loss_and_every_optimizer::<f64>();
}
